"""Patches to readings: a bundle, the runtime that serves it here, and when to say "no digit"."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from edgedigits.backends import Opened, OpenedDetector, open_backend, open_detector
from edgedigits.bundle import Bundle, default_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in one place: a digit, or None where it was rejected; confidence in 0..1."""

    digit: int | None
    confidence: float
    box_xywh_px: tuple[int, int, int, int] | None = None
    probabilities: tuple[float, ...] = ()
    """Ten, what the network says of 0..9; none where that was not kept."""
    print: float | None = None
    """How likely a machine wrote it, 0..1; None where nobody asked, or the bundle does not tell print from writing."""


class Recognizer:
    """A bundle, opened in the runtime that serves it best here.

    Examples:
        >>> import edgedigits
        >>> recognizer = edgedigits.Recognizer.load()
        >>> patches = recognizer.bundle.golden["patches"]  # (64, 28, 28) uint8, white ink on black
        >>> [reading.digit for reading in recognizer.classify(patches[2:6])]
        [2, 3, 4, 5]
        >>> page = edgedigits.read("photo.jpg", recognizer=recognizer)

    The end of a ``with`` block frees the runtime.
    """

    def __init__(
        self, bundle: Bundle, opened: Opened, *, backend: str = "auto", format: str | None = None, threads: int = 1
    ) -> None:
        self.bundle = bundle
        self.opened = opened
        self._wanted = backend, format, threads
        self.min_confidence = float(bundle.rejection.get("min_confidence", 0.0))
        self.temperature = float(bundle.rejection.get("temperature", 1.0))

    @classmethod
    def load(
        cls, bundle: Path | None = None, *, backend: str = "auto", format: str | None = None, threads: int = 1
    ) -> Self:
        """Load a bundle, the shipped one by default.

        Raises:
            BundleError: the bundle is missing or broken.
            BackendError: no runtime here runs it.

        """
        loaded = Bundle.load(bundle or default_bundle())
        opened = open_backend(loaded, backend=backend, format=format, threads=threads)
        return cls(loaded, opened, backend=backend, format=format, threads=threads)

    @cached_property
    def detector(self) -> OpenedDetector:
        """What finds digits in pictures; in the backend and format that were asked for, where it has that format.

        Raises:
            BundleError: the bundle has no detector.
            BackendError: no runtime here runs it.

        """
        backend, wanted, threads = self._wanted
        has = {file.format for file in self.bundle.its_detector().files}
        return open_detector(self.bundle, backend=backend, format=wanted if wanted in has else None, threads=threads)

    def probabilities(self, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities (N, 10) float32 of patches (N, 28, 28) uint8."""
        return self.opened.backend.predict(patches)

    def classify(self, patches: NDArray[np.uint8]) -> list[Reading]:
        """A reading for each patch (N, 28, 28) uint8, its confidence calibrated; None below the bundle's least one."""
        sharpness = 1 / self.temperature
        readings = []
        for answers in self.probabilities(patches).tolist():
            # Of ten numbers, most of them 0, plain arithmetic is quicker than arrays; the largest of ``calibrated``.
            top = max(answers)
            confidence = 1 / sum([(answer / top) ** sharpness for answer in answers if answer])
            readings.append(Reading(answers.index(top) if confidence >= self.min_confidence else None, confidence))
        return readings

    def __enter__(self) -> Self:
        self.opened.backend.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self.opened.backend.__exit__(None, None, None)


def calibrated(probabilities: NDArray[np.float32], *, temperature: float) -> NDArray[np.float64]:
    """Probabilities (N, 10) that are as sure as they are often right: softmax(log p / temperature)."""
    powers = (probabilities / probabilities.max(axis=1, keepdims=True)).astype(np.float64) ** (1 / temperature)
    return powers / powers.sum(axis=1, keepdims=True)
