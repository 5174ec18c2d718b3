"""A runtime is asked in a process of its own before it is asked in this one: what kills a process kills that.

A runtime built for another NumPy or for another processor can be imported, and then ends the process at its first
answer, with no exception to catch. Starting a process takes as long as all else together, so it is done once: whoever
survived leaves an empty file in the user's cache folder, named by all that may have changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.errors import BackendError, CrashError
from edgedigits.files import cache_folder
from edgedigits.machine import model_name

if TYPE_CHECKING:
    from collections.abc import Callable

# What each runtime is imported as. NumPy has been imported already, so it needs no trial.
MODULES = {
    "litert": "ai_edge_litert",
    "tflite-runtime": "tflite_runtime",
    "onnxruntime": "onnxruntime",
    "opencv": "cv2",
}
# Runtimes that died since this process began, and how: their other files are not tried.
_DEADLY: dict[Path, str] = {}


def require_survival(backend: str, *, digest: str, ask: Callable[[], object]) -> None:
    """Have a runtime answer in a process of its own, unless it has survived that before.

    Args:
        backend: its name.
        digest: SHA-256 of the file that it runs.
        ask: asks it there; gives a :class:`CrashError` where it dies. What else goes wrong is seen here as well.

    Raises:
        BackendError: it died or hung.

    """
    place = _place_of(backend)
    # A program that was frozen into one file is its own interpreter, which would start that program again.
    if place is None or getattr(sys, "frozen", False):
        return
    if place in _DEADLY:
        raise BackendError(_DEADLY[place])
    mark = _mark_of(backend, place, digest)
    if mark and os.path.exists(mark):  # noqa: PTH110, Path.exists raises where a folder may not be entered
        return
    with contextlib.suppress(OSError):  # no place for temporary or lasting files: all goes on without
        if isinstance(died := ask(), CrashError):
            _DEADLY[place] = str(died)
            raise BackendError(str(died))
        if mark:
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()


def is_installed(backend: str) -> bool:
    """Whether there is something to import for it; NumPy always is."""
    return backend not in MODULES or _place_of(backend) is not None


def _place_of(backend: str) -> Path | None:
    """Where a runtime is installed, None where it is not."""
    try:
        spec = importlib.util.find_spec(MODULES[backend]) if backend in MODULES else None
    except ValueError:  # imported, by somebody who did not say from where
        return None
    return Path(spec.origin) if spec and spec.origin else None


def _mark_of(backend: str, place: Path, digest: str) -> Path | None:
    """The file that says it has survived; None where this user has no folder for such."""
    folder = cache_folder()
    try:
        changed = place.stat().st_mtime_ns
    except OSError:
        return None
    known = (backend, place, changed, digest, np.__version__, sys.version, platform.machine(), model_name())
    return folder / "survived" / hashlib.sha256(repr(known).encode()).hexdigest() if folder else None
