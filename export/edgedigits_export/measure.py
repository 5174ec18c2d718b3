"""Run a model file in its own runtime, in a process of its own without TensorFlow.

    python -m edgedigits_export.measure BACKEND MODEL PATCHES.npy ANSWERS.npy

A native runtime that crashes takes this process with it, not the export; and a runtime cannot borrow what TensorFlow
has loaded: tflite-runtime even fails beside it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.backends import open_file
from edgedigits.errors import BackendError, EdgeDigitsError, ParityError

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The runtime is not installed, or says itself that it cannot work here.
ABSENT = 3
# 10,000 images take 2 s on a laptop; a runtime that hangs has failed.
TIMEOUT_S = 600


def measure(model: Path, patches: NDArray[np.uint8], *, backend: str) -> NDArray[np.float32]:
    """Answers (N, 10) float32 of a model file to patches (N, 28, 28) uint8.

    Raises:
        BackendError: the runtime is not installed or does not work here.
        ParityError: the runtime crashed, hung or raised.

    """
    with tempfile.TemporaryDirectory() as folder:
        questions, answers = Path(folder, "patches.npy"), Path(folder, "answers.npy")
        np.save(questions, patches)
        command = [sys.executable, "-m", __name__, backend, os.fspath(model), os.fspath(questions), os.fspath(answers)]
        # The child sees the same packages, also where they were found through sys.path alone.
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise ParityError(f"{backend} did not answer within {TIMEOUT_S} s") from error
        last_line = (done.stderr.strip().splitlines() or ["without a word"])[-1]
        if done.returncode == ABSENT:
            raise BackendError(last_line)
        if done.returncode:
            raise ParityError(f"{backend} ended with {_status(done.returncode)}: {last_line}")
        result: NDArray[np.float32] = np.load(answers)
    if result.shape != (len(patches), 10):
        raise ParityError(f"{backend} gave answers of shape {result.shape}, expected {(len(patches), 10)}")
    return result


def _status(code: int) -> str:
    """A return code in words: a negative one is the number of the signal that ended the process."""
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def main(backend: str, model: str, patches: str, answers: str) -> int:
    """The child's side of :func:`measure`."""
    try:
        adapter = open_file(Path(model), backend=backend)
    except EdgeDigitsError as error:
        sys.stderr.write(f"{error}\n")
        return ABSENT
    np.save(answers, adapter.predict(np.load(patches)))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
