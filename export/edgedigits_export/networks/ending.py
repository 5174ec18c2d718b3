"""Whether a network of others comes to an end: it is loaded and asked about a digit in a process of its own first.

A loop, a queue or an endless row of data is an operator like others: nothing but running it shows whether it ends, and
what runs it hears neither a limit nor Ctrl-C.

    python -m edgedigits_export.networks.ending FILE

It prints a line when TensorFlow is imported, and ends when the network has answered.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from edgedigits.apart.child import environment, status
from edgedigits.errors import ExportError
from edgedigits.strokes import golden_patches

CHILD = "edgedigits_export.networks.ending"
# Keras's layers all end; what might not is Python, which is refused when they are loaded.
KERAS = frozenset({".keras", ".h5", ".hdf5"})
# Most networks take a second to load and to answer, on a slow and busy device some.
LIMIT_S = 120


def check_ends(path: Path, *, limit_s: float = LIMIT_S) -> None:
    """Refuse a network that does not answer in time, or brings its process down.

    What else is wrong with it is told by whoever loads it next.

    Raises:
        ExportError: it gave no answer within ``limit_s`` of the time at which TensorFlow is there, or crashed.

    """
    if path.suffix in KERAS:
        return
    command = [sys.executable, "-P", "-m", CHILD, os.fspath(path)]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=log) as child,
    ):
        try:
            if child.stdout:
                child.stdout.readline()
            code = child.wait(limit_s)
        except subprocess.TimeoutExpired:
            raise ExportError(
                f"{path} did not answer one image within {limit_s:g} s and was ended: it holds a loop that never ends, "
                "or this machine is busy; save the network without what loops, or export again when the machine is not"
            ) from None
        finally:
            child.kill()
        if code:
            log.seek(0)
            said = log.read().decode(errors="replace").strip().splitlines() or ["without a word"]
            raise ExportError(f"{path} cannot be run: its process ended with {status(code)}: {said[-1][:200]}")


def main(path: str) -> int:
    """The child's side."""
    import edgedigits_export.networks.loaders  # noqa: F401 - TensorFlow, whose time is not the network's

    print("begun", flush=True)  # noqa: T201 - to the parent
    os.dup2(2, 1)  # what a native runtime prints is for nobody
    ask(Path(path))
    return 0


def ask(path: Path) -> None:
    """Load a network and run it on one digit, in every range of pixels that is tried, if it can be loaded."""
    from edgedigits_export.networks.foreign import asked
    from edgedigits_export.networks.frames import frames_of
    from edgedigits_export.networks.loaders import load
    from edgedigits_export.networks.pixels import TRIED
    from edgedigits_export.networks.sizes import bounded

    image = np.divide(golden_patches()[0][:1, ..., None], 255, dtype=np.float32)
    try:
        with bounded(path):
            foreign = load(path)
            for pixels in TRIED if foreign.infer else ():
                for frame in frames_of(foreign.takes)[:1]:
                    asked(foreign, pixels(image), frame)
    except ExportError:
        return


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
