"""What a file must meet that is taken as it is: there is no original, so it is held against the truth alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edgedigits_export.gates.findings import Finding
from edgedigits_export.gates.parity import DIGITS, names_of, order_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Below it, a network reads no MNIST digits at all, whichever way they are given.
LEAST = 0.5
NOT_COMPARED = "not compared: there is no original"


@dataclass(frozen=True, slots=True)
class LoneReport:
    """One file in one runtime, on labelled images; shares in 0..1.

    ``named`` is what it mostly calls each of the ten digits, ``p50_us`` the median time of one image.
    """

    backend: str
    images: int
    accuracy: float
    named: tuple[int, ...]
    p50_us: float | None = None

    @classmethod
    def of(
        cls, answers: NDArray[np.float32], labels: NDArray[np.uint8], *, backend: str, p50_us: float | None = None
    ) -> LoneReport:
        """From answers (N, 10) to images with these labels (N,)."""
        said = answers.argmax(axis=1)
        # NaN is no answer.
        right = (said == labels) & np.isfinite(answers).all(axis=1)
        return cls(backend, len(labels), float(right.mean()), names_of(said, labels.astype(np.intp)), p50_us)

    @property
    def parity(self) -> None:
        """Nothing to compare with."""
        return None

    @property
    def accuracy_change(self) -> None:
        """Nothing to compare with."""
        return None

    def findings(self) -> tuple[Finding, ...]:
        """Every measured number beside its limit."""
        cause = "another network's file, or one that wants other pixels"
        found, least = f"{100 * self.accuracy:.2f} %, {NOT_COMPARED}", f"at least {100 * LEAST:.0f} %"
        return (
            Finding(f"{self.backend} accuracy", found, least, self.accuracy >= LEAST, cause),
            Finding(
                f"{self.backend} order of labels",
                order_of(self.named),
                "must be 0 to 9",
                self.named == DIGITS,
                f"labels in another order ({order_of(self.named)})",
            ),
        )
