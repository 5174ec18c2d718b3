"""The child's side of ``edgedigits.apart.answers``.

    python -m edgedigits.backends.answering BACKEND RUNS FOLDER MODEL...

It reads ``FOLDER/patches.npy``, and after each file writes ``FOLDER/<number>.npy`` and one line of JSON.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.apart.child import attempt, serve
from edgedigits.apart.timing import time_images
from edgedigits.backends import open_file

if TYPE_CHECKING:
    from edgedigits.backends import Backend


def main(backend: str, runs: str, folder: str, *models: str) -> int:
    """Ask every file, in turn."""
    patches = np.load(Path(folder, "patches.npy"))

    def answer(number: int, model: str) -> dict[str, Any]:
        def ask(opened: Backend) -> dict[str, Any]:
            np.save(Path(folder, f"{number}.npy"), opened.predict(patches))
            return {
                "p50_us": float(np.median(time_images(opened, patches, runs=int(runs))) / 1000) if int(runs) else None
            }

        return attempt(backend, lambda: open_file(Path(model), backend=backend), ask)

    return serve(models, answer)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
