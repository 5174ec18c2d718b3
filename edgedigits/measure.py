"""Run model files in one runtime, in a process of its own without TensorFlow.

    python -m edgedigits.measure BACKEND RUNS FOLDER MODEL...

A native runtime that crashes takes this process with it, not the export; and a runtime cannot borrow what TensorFlow
has loaded: tflite-runtime even fails beside it. The child reads ``FOLDER/patches.npy``, and after each file writes
``FOLDER/<number>.npy`` and one line of JSON.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.backends import open_file
from edgedigits.benchmark import THREAD_VARIABLES
from edgedigits.errors import BackendError, EdgeDigitsError, ParityError
from edgedigits.latency import time_images

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

# 10,000 images take 2 s on a laptop, half a minute in the slowest format; a runtime that hangs has failed.
TIMEOUT_S = 600


@dataclass(frozen=True, slots=True)
class Measured:
    """Answers (N, 10) float32, and the median time of one image where it was asked for."""

    answers: NDArray[np.float32]
    p50_us: float | None = None


def measure(model: Path, patches: NDArray[np.uint8], *, backend: str) -> NDArray[np.float32]:
    """Answers (N, 10) float32 of a model file to patches (N, 28, 28) uint8.

    Raises:
        BackendError: the runtime is not installed or does not work here.
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
        For each file its answers; or a ``BackendError`` where the runtime is not installed or does not work here, a
        ``ParityError`` where it crashed, hung or raised.

    """
    results: dict[str, Measured | BackendError | ParityError] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "patches.npy", patches)
        while len(results) < len(models):
            rest = {name: path for name, path in models.items() if name not in results}
            for file, result in zip(
                rest, _child(folder, list(rest.values()), backend=backend, runs=runs), strict=False
            ):
                results[file] = _shaped(result, len(patches), backend=backend)
                on_file(file)
    return results


def _child(
    folder: Path, models: Sequence[Path], *, backend: str, runs: int
) -> Iterator[Measured | BackendError | ParityError]:
    """Results in the order of the files; the last one is that of the file at which the child ended."""
    command = [sys.executable, "-P", "-m", __name__, backend, str(runs), os.fspath(folder), *map(os.fspath, models)]
    # The child sees the same packages, also where they were found through sys.path alone.
    path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, "1") | path
    log = folder / "log"
    with (
        log.open("wb") as stderr,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True) as child,
    ):
        alarm = threading.Timer(TIMEOUT_S * len(models), child.kill)
        alarm.start()
        try:
            answered = 0
            for answered, line in enumerate(child.stdout or (), start=1):
                yield _result(folder / f"{answered - 1}.npy", json.loads(line))
        finally:
            alarm.cancel()
    if answered < len(models):
        last_line = (log.read_text(errors="replace").strip().splitlines() or ["without a word"])[-1]
        yield ParityError(f"{backend} ended with {_status(child.returncode)}: {last_line}")


def _result(answers: Path, line: dict[str, Any]) -> Measured | BackendError | ParityError:
    if "absent" in line:
        return BackendError(line["absent"])
    if "failed" in line:
        return ParityError(line["failed"])
    return Measured(np.load(answers), line["p50_us"])


def _shaped(
    result: Measured | BackendError | ParityError, count: int, *, backend: str
) -> Measured | BackendError | ParityError:
    if isinstance(result, Measured) and result.answers.shape != (count, 10):
        return ParityError(f"{backend} gave answers of shape {result.answers.shape}, expected {(count, 10)}")
    return result


def _status(code: int) -> str:
    """A return code in words: a negative one is the number of the signal that ended the process."""
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def main(backend: str, runs: str, folder: str, *models: str) -> int:
    """The child's side of :func:`measure_files`."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as report:
        os.dup2(2, 1)  # what a native runtime prints is no result
        patches = np.load(Path(folder, "patches.npy"))
        for number, model in enumerate(models):
            line = _answer(Path(model), patches, Path(folder, f"{number}.npy"), backend=backend, runs=int(runs))
            report.write(json.dumps(line) + "\n")
            report.flush()
    return 0


def _answer(model: Path, patches: NDArray[np.uint8], out: Path, *, backend: str, runs: int) -> dict[str, Any]:
    try:
        adapter = open_file(model, backend=backend)
    except EdgeDigitsError as error:
        return {"absent": str(error)}
    except Exception as error:  # noqa: BLE001 - native runtimes raise anything: SystemError, ValueError, cv2.error
        return {"failed": _raised(backend, error)}
    try:
        np.save(out, adapter.predict(patches))
        return {"p50_us": float(np.median(time_images(adapter, patches, runs=runs)) / 1000) if runs else None}
    except Exception as error:  # noqa: BLE001 - as above
        return {"failed": _raised(backend, error)}


def _raised(backend: str, error: Exception) -> str:
    return f"{backend} raised {type(error).__name__}: {' '.join(str(error).split())[:200]}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
