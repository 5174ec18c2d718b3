"""Which runtime runs which file here: tried in order of speed, believed only when it gives the known answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from edgedigits.apart.answers import measure_files
from edgedigits.backends.choice import ordered
from edgedigits.backends.survival import require_survival
from edgedigits.errors import BackendError, require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits.backends.base import Backend
    from edgedigits.bundle import Bundle

T = TypeVar("T")


class Adapted(NamedTuple):
    """Where an adapter is, the formats it runs, the preferred first, and whose arithmetic it uses."""

    module: str
    adapter: str
    formats: tuple[str, ...]
    kernels: str


TFLITE = ("int8", "float32", "uint8", "dynamic", "float16", "int16x8")
# In order of preference: the measured latency of one image, then what is likely to be there.
BACKENDS = {
    "litert": Adapted("edgedigits.backends.tflite", "LiteRT", TFLITE, "XNNPACK"),
    "tflite-runtime": Adapted("edgedigits.backends.tflite", "TFLiteRuntime", TFLITE, "TFLite"),
    "onnxruntime": Adapted("edgedigits.backends.onnx", "OnnxRuntime", ("onnx", "onnx-int8"), "onnxruntime"),
    "opencv": Adapted("edgedigits.backends.onnx", "OpenCV", ("onnx",), "OpenCV"),
    "numpy": Adapted("edgedigits.backends.numpy_cnn", "Plain", ("npz",), "NumPy"),
}
# Never chosen for use, but a second opinion on a file: TFLite's own kernels, which give bit for bit what
# tflite-runtime's give. XNNPACK takes no 16-bit activations, so there they are what litert runs already. C is compiled
# where it is exported, never on a device that was handed a bundle.
SECOND_OPINIONS = {
    "litert-builtin": Adapted(
        "edgedigits.backends.tflite", "LiteRTBuiltin", tuple(name for name in TFLITE if name != "int16x8"), "TFLite"
    ),
    "c": Adapted("edgedigits_export.c.runtimes", "Compiled", ("c",), "TensorFlow Lite Micro"),
    "tflite-micro": Adapted("edgedigits_export.c.runtimes", "Micro", ("c",), "TensorFlow Lite Micro"),
    "numpy-int8": Adapted("edgedigits_export.c.runtimes", "Reference", ("c",), "TensorFlow Lite Micro"),
}
QUANTISED = frozenset({"int8", "uint8", "int16x8", "dynamic", "onnx-int8", "c"})
# Kernels round differently. A step in an int8 logit moves an unsure answer by several: right runtimes differ by up
# to 17/256 over MNIST's test set and less on golden patches, a wrong one by a half and more. Float32: 1e-6.
INT8_TOLERANCE = 16 / 256
FLOAT_TOLERANCE = 1e-4
PROBED = 10


def backends_of(format: str) -> list[str]:
    """Names of the runtimes that a format is proven in, the preferred first, second opinions last."""
    return [name for name, adapted in (BACKENDS | SECOND_OPINIONS).items() if format in adapted.formats]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to run a bundle."""

    backend: str
    format: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A backend that gave the known answers, and why those before it did not serve."""

    backend: Backend
    candidate: Candidate
    refused: tuple[tuple[Candidate, str], ...] = ()

    def explain(self) -> str:
        """One line: what was chosen, and why not the others."""
        return explained(self.candidate, self.refused)


def candidates(bundle: Bundle, *, backend: str = "auto", format: str | None = None) -> Iterator[Candidate]:
    """Ways to run this bundle, the best first; nothing is imported.

    Raises:
        BackendError: an unknown backend, or one that does not run the wanted format.

    """
    if backend != "auto" and backend not in BACKENDS:
        raise BackendError(f"unknown backend {backend!r}; choose auto, {', '.join(BACKENDS)}")
    have = {artifact.format for artifact in bundle.artifacts} if format is None else {bundle.artifact(format).format}
    found = [
        Candidate(name, fmt)
        for name, adapted in BACKENDS.items()
        if backend in ("auto", name)
        for fmt in adapted.formats
        if fmt in have
    ]
    if not found:
        raise BackendError(f"backend {backend} does not run {format or 'any artifact'} of {bundle.folder}")
    yield from found


def open_backend(bundle: Bundle, *, backend: str = "auto", format: str | None = None, threads: int = 1) -> Opened:
    """Open the first candidate that gives the known answers.

    Args:
        bundle: what to run.
        backend: ``"auto"`` or a name in :data:`BACKENDS`.
        format: one that the bundle has, for instance ``"int8"``, or None for the best.
        threads: for the runtimes that take it.

    Raises:
        BundleError: the known answers are damaged.
        BackendError: none did; the message says why for each.

    """
    patches = bundle.golden["patches"][:PROBED]
    found = first_that_serves(
        ordered(candidates(bundle, backend=backend, format=format), bundle, network="naming"),
        lambda candidate: _tried(bundle, candidate, patches=patches, threads=threads),
        subject=str(bundle.folder),
    )
    return Opened(*found)


def _tried(bundle: Bundle, candidate: Candidate, *, patches: NDArray[np.uint8], threads: int) -> Backend:
    """A backend that has answered in a process of its own, and then here."""
    artifact = bundle.artifact(candidate.format)
    path, name = bundle.folder / artifact.path, candidate.backend
    require_survival(
        name,
        digest=artifact.sha256,
        ask=lambda: measure_files({name: path}, patches, backend=name)[name],
    )
    return probe(bundle, candidate, threads=threads)


def first_that_serves(
    found: Iterable[Candidate], opened: Callable[[Candidate], T], *, subject: str
) -> tuple[T, Candidate, tuple[tuple[Candidate, str], ...]]:
    """The first candidate that opens, opened, and why those before it did not.

    Args:
        found: candidates, the best first.
        opened: opens one, or raises.
        subject: what they should run, for the error.

    Raises:
        BackendError: none did; the message says why for each.

    """
    refused: list[tuple[Candidate, str]] = []
    for candidate in found:
        try:
            return opened(candidate), candidate, tuple(refused)
        except Exception as error:  # noqa: BLE001 - native runtimes raise anything: SystemError, ValueError, cv2.error
            refused.append((candidate, " ".join(str(error).split())[:200]))
    raise BackendError(f"no runtime can run {subject} here: {reasons(refused)}")


def explained(chosen: Candidate, refused: Sequence[tuple[Candidate, str]]) -> str:
    """One line: what was chosen, and why not the others."""
    line = f"backend {chosen.backend} with {chosen.format}"
    return f"{line} (not {reasons(refused)})" if refused else line


def reasons(refused: Sequence[tuple[Candidate, str]]) -> str:
    """Why each did not serve."""
    return "; ".join(f"{candidate.backend} {candidate.format}: {why}" for candidate, why in refused)


def open_file(path: Path, *, backend: str, threads: int = 1) -> Backend:
    """Open a model file in the backend of that name, without a question whether it answers right.

    Raises:
        MissingExtraError: what the backend needs is not installed.
        BackendError: it does not work here, or not with this file.

    """
    adapted = (BACKENDS | SECOND_OPINIONS)[backend]
    # Those for C come with the exporter.
    adapter = getattr(require(adapted.module, extra="export"), adapted.adapter)
    opened: Backend = adapter(path, threads=threads)
    return opened


def tolerance(format: str) -> float:
    """How far the probabilities of a right runtime may lie from the recorded ones."""
    return INT8_TOLERANCE if format in QUANTISED else FLOAT_TOLERANCE


def probe(bundle: Bundle, candidate: Candidate, *, threads: int = 1) -> Backend:
    """Open a backend and have it answer golden patches.

    Raises:
        BackendError: it answers otherwise than it did when the bundle was made.

    """
    path = bundle.folder / bundle.artifact(candidate.format).path
    backend = open_file(path, backend=candidate.backend, threads=threads)
    answers = backend.predict(bundle.golden["patches"][:PROBED])
    require_known(answers, bundle.golden[candidate.format][:PROBED], format=candidate.format)
    return backend


def require_known(answers: NDArray[np.float32], known: NDArray[np.float32], *, format: str) -> None:
    """Hold answers (N, 10) against the known ones.

    Raises:
        BackendError: they differ by more than right runtimes do.

    """
    difference, limit = float(np.abs(answers - known).max()), tolerance(format)
    if not difference <= limit:  # NaN is refused too
        raise BackendError(f"answers differ by {difference:.2g} from the known ones, at most {limit:.2g} is right")
