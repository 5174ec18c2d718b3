"""Answers of model files in one runtime, in a process of its own without TensorFlow.

A native runtime that crashes takes that process with it, not the export; and a runtime cannot borrow what TensorFlow
has loaded: tflite-runtime even fails beside it.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.apart.child import ask_apart, refusal
from edgedigits.errors import BackendError, ParityError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray


CHILD = "edgedigits.backends.answering"
# A runtime that hangs has failed. An old device takes some seconds to import one; 10,000 images take 2 s on a laptop,
# half a minute in the slowest format.
START_S, IMAGE_S = 60, 0.05


@dataclass(frozen=True, slots=True)
class Measured:
    """Answers (N, 10) float32, and the median time of one image where it was asked for."""

    answers: NDArray[np.float32]
    p50_us: float | None = None


def measure(model: Path, patches: NDArray[np.uint8], *, backend: str) -> NDArray[np.float32]:
    """Answers (N, 10) float32 of a model file to patches (N, 28, 28) uint8.

    Raises:
        BackendError: the runtime is not installed, does not work here, or cannot load the file.
        ParityError: the runtime crashed, hung or raised.

    """
    result = measure_files({"model": model}, patches, backend=backend)["model"]
    if isinstance(result, Exception):
        raise result
    return result.answers


def measure_files(
    models: Mapping[str, Path],
    patches: NDArray[np.uint8],
    *,
    backend: str,
    runs: int = 0,
    on_file: Callable[[str], None] = lambda _: None,
) -> dict[str, Measured | BackendError | ParityError]:
    """Answers of several model files, all in one child process as long as none brings it down.

    Args:
        models: files by name.
        patches: (N, 28, 28) uint8.
        backend: the runtime.
        runs: single images timed for each file; 0 for none.
        on_file: told the name of each file that is done.

    Returns:
        For each file its answers; or a ``BackendError`` where the runtime is not installed or does not work here, or,
        as ``LoadError``, cannot load the file; a ``ParityError`` where it crashed, hung or raised.

    """
    results: dict[str, Measured | BackendError | ParityError] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "patches.npy", patches)
        while len(results) < len(models):
            rest = {name: path for name, path in models.items() if name not in results}
            arguments, files = [backend, str(runs), os.fspath(folder)], list(rest.values())
            timeout_s = START_S + IMAGE_S * len(patches)
            lines = ask_apart(CHILD, arguments, files, log=folder / "log", timeout_s=timeout_s)
            for number, (file, line) in enumerate(zip(rest, lines, strict=False)):
                result = _result(line, folder / f"{number}.npy")
                results[file] = _shaped(result, len(patches), backend=backend)
                on_file(file)
    return results


def _result(line: dict[str, Any] | ParityError, answers: Path) -> Measured | BackendError | ParityError:
    if isinstance(line, ParityError):
        return line
    return refusal(line) or Measured(np.load(answers), line["p50_us"])


def _shaped(
    result: Measured | BackendError | ParityError, count: int, *, backend: str
) -> Measured | BackendError | ParityError:
    if isinstance(result, Measured) and result.answers.shape != (count, 10):
        return ParityError(f"{backend} gave answers of shape {result.answers.shape}, expected {(count, 10)}")
    return result
