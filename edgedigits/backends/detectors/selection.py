"""Which runtime runs the detector here: tried in order of speed, believed only when it gives the known maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.apart.maps import measure_maps
from edgedigits.backends.choice import ordered
from edgedigits.backends.selection import Adapted, Candidate, explained, first_that_serves
from edgedigits.backends.survival import require_survival
from edgedigits.errors import BackendError, require

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits.backends.detectors.base import DetectorBackend
    from edgedigits.bundle import Bundle

MODULE = "edgedigits.backends.detectors"
# In order of preference: a frame's canvas of 752 x 752 pixels takes one thread of an x86 processor 24 ms in litert in
# either format, 27 ms in tflite-runtime in float32 and 211 in int8, 28 in onnxruntime, 56 in OpenCV, 93 in NumPy. Where
# int8 is no faster, float32 is first: its boxes are those of the trained network.
DETECTORS = {
    "litert": Adapted(f"{MODULE}.tflite", "LiteRTDetector", ("float32", "int8"), "XNNPACK"),
    "tflite-runtime": Adapted(f"{MODULE}.tflite", "TFLiteRuntimeDetector", ("float32", "int8"), "TFLite"),
    "onnxruntime": Adapted(f"{MODULE}.onnx", "OnnxRuntimeDetector", ("onnx",), "onnxruntime"),
    "opencv": Adapted(f"{MODULE}.onnx", "OpenCVDetector", ("onnx",), "OpenCV"),
    "numpy": Adapted(f"{MODULE}.numpy_cnn", "PlainDetector", ("npz",), "NumPy"),
}
# Never chosen for use, but a second opinion on a file: TFLite's own kernels, which are tflite-runtime's.
SECOND_OPINIONS = {
    "litert-builtin": Adapted(f"{MODULE}.tflite", "LiteRTBuiltinDetector", ("float32", "int8"), "TFLite"),
}
# Another order of the same additions moves a logit of 20 by 2e-5; another network moves all of them by 1 and more.
FLOAT_TOLERANCE = 1e-3
# Kernels that round otherwise move every value a little. Of what the known maps vary by, right runtimes differ by 0.05;
# contrast scaled by one half by 0.27, weights from earlier in the same training by 0.7, inverted contrast by 1.6.
INT8_TOLERANCE = 0.15


@dataclass(frozen=True, slots=True)
class OpenedDetector:
    """A backend that gave the known maps, and why those before it did not serve."""

    backend: DetectorBackend
    candidate: Candidate
    refused: tuple[tuple[Candidate, str], ...] = ()

    def maps(self, contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Maps (H / 4, W / 4, 17) float32 of local contrast (H, W) uint8; H and W are multiples of 16."""
        return self.backend.maps(contrast)

    def explain(self) -> str:
        """One line: what was chosen, and why not the others."""
        return explained(self.candidate, self.refused)


def detector_candidates(bundle: Bundle, *, backend: str = "auto", format: str | None = None) -> Iterator[Candidate]:
    """Ways to run the bundle's detector, the best first; nothing is imported.

    Raises:
        BundleError: the bundle has no detector, or not in this format.
        BackendError: an unknown backend, or one that does not run the wanted format.

    """
    detector = bundle.its_detector()
    if backend != "auto" and backend not in DETECTORS:
        raise BackendError(f"unknown backend {backend!r}; choose auto, {', '.join(DETECTORS)}")
    have = {file.format for file in detector.files} if format is None else {detector.file(format).format}
    found = [
        Candidate(name, each)
        for name, adapted in DETECTORS.items()
        if backend in ("auto", name)
        for each in adapted.formats
        if each in have
    ]
    if not found:
        raise BackendError(f"backend {backend} does not run {format or 'any file'} of {bundle.folder}'s detector")
    yield from found


def open_detector(
    bundle: Bundle, *, backend: str = "auto", format: str | None = None, threads: int = 1
) -> OpenedDetector:
    """Open the first candidate that gives the known maps.

    Args:
        bundle: whose detector to run.
        backend: ``"auto"`` or a name in :data:`DETECTORS`.
        format: ``"float32"``, ``"int8"``, ``"onnx"`` or ``"npz"``, or None for the best.
        threads: for the runtimes that take it.

    Raises:
        BundleError: the bundle has no detector, or its known maps are damaged.
        BackendError: no runtime gave the known maps; the message says why for each.

    """
    canvases = bundle.known_maps.canvases[:1] if bundle.detector else ()
    found = first_that_serves(
        ordered(detector_candidates(bundle, backend=backend, format=format), bundle, network="detector"),
        lambda candidate: _tried(bundle, candidate, canvases=canvases, threads=threads),
        subject=f"the detector of {bundle.folder}",
    )
    return OpenedDetector(*found)


def _tried(
    bundle: Bundle, candidate: Candidate, *, canvases: Sequence[NDArray[np.uint8]], threads: int
) -> DetectorBackend:
    """A backend that has answered in a process of its own, and then here."""
    file = bundle.its_detector().file(candidate.format)
    path, name = bundle.folder / file.path, candidate.backend
    require_survival(
        name,
        digest=file.sha256,
        ask=lambda: measure_maps({name: path}, canvases, backend=name)[name],
    )
    return probe_detector(bundle, candidate, threads=threads)


def open_detector_file(path: Path, *, backend: str, threads: int = 1) -> DetectorBackend:
    """Open a file in the backend of that name, without a question whether it answers right.

    Raises:
        MissingExtraError: what the backend needs is not installed.
        BackendError: it does not work here, or not with this file.

    """
    adapted = (DETECTORS | SECOND_OPINIONS)[backend]
    adapter = getattr(require(adapted.module, extra="headless"), adapted.adapter)
    opened: DetectorBackend = adapter(path, threads=threads)
    return opened


def tolerance(format: str) -> float:
    """How far the maps of a right runtime may lie from the recorded ones, by :func:`apart`."""
    return INT8_TOLERANCE if format == "int8" else FLOAT_TOLERANCE


def apart(answers: Sequence[NDArray[np.float32]], known: Sequence[NDArray[np.float32]], *, format: str) -> float:
    """How far maps (H, W, 17) lie from known ones.

    Of floats the largest difference; of integers the root of the mean square of all differences, as a share of that by
    which the known maps vary around each channel's mean.
    """
    if [each.shape for each in answers] != [each.shape for each in known]:
        return float("inf")
    said, expected = (np.concatenate([each.reshape(-1, each.shape[-1]) for each in maps]) for maps in (answers, known))
    if format != "int8":
        return float(np.abs(said - expected).max())
    varies = expected - expected.mean(axis=0)
    return float(np.sqrt(np.square(said - expected).mean() / np.square(varies).mean()))


def probe_detector(bundle: Bundle, candidate: Candidate, *, threads: int = 1) -> DetectorBackend:
    """Open a backend and have it answer the golden canvases.

    Raises:
        BackendError: it answers otherwise than it did when the bundle was made.

    """
    path = bundle.folder / bundle.its_detector().file(candidate.format).path
    backend = open_detector_file(path, backend=candidate.backend, threads=threads)
    known = bundle.known_maps
    answers = [backend.maps(canvas) for canvas in known.canvases]
    require_known_maps(answers, known.maps[candidate.format], format=candidate.format)
    return backend


def require_known_maps(
    answers: Sequence[NDArray[np.float32]], known: Sequence[NDArray[np.float32]], *, format: str
) -> None:
    """Hold maps (H, W, 17) against the known ones.

    Raises:
        BackendError: they differ by more than right runtimes do.

    """
    difference, limit = apart(answers, known, format=format), tolerance(format)
    if not difference <= limit:  # NaN is refused too
        raise BackendError(f"maps differ by {difference:.2g} from the known ones, at most {limit:.2g} is right")
