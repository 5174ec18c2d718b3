"""The child's side of ``edgedigits.apart.maps``.

    python -m edgedigits.backends.detectors.answering BACKEND FOLDER MODEL...

It reads ``FOLDER/canvases.npz``, arrays ``0``, ``1`` and so on, and writes ``FOLDER/<number>.npz`` likewise for each
file.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgedigits.apart.child import attempt, serve
from edgedigits.apart.maps import read_arrays, write_arrays
from edgedigits.backends.detectors import open_detector_file

if TYPE_CHECKING:
    from edgedigits.backends import DetectorBackend


def main(backend: str, folder: str, *models: str) -> int:
    """Ask every file, in turn."""
    canvases = read_arrays(Path(folder, "canvases.npz"))

    def answer(number: int, model: str) -> dict[str, Any]:
        def ask(detector: DetectorBackend) -> dict[str, Any]:
            write_arrays(Path(folder, f"{number}.npz"), [detector.maps(canvas) for canvas in canvases])
            return {}

        return attempt(backend, lambda: open_detector_file(Path(model), backend=backend), ask)

    return serve(models, answer)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
