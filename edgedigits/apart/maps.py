"""Maps of the detector's files in one runtime, in a process of its own without TensorFlow."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.apart.child import ask_apart, refusal
from edgedigits.errors import BackendError, ParityError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Maps = tuple[NDArray[np.float32], ...]

CHILD = "edgedigits.backends.detectors.answering"
# A runtime that hangs has failed. An old device takes some seconds to import one, and for a canvas.
START_S, CANVAS_S = 60, 20


def measure_maps(
    models: Mapping[str, Path],
    canvases: Sequence[NDArray[np.uint8]],
    *,
    backend: str,
    on_file: Callable[[str], None] = lambda _: None,
) -> dict[str, Maps | BackendError | ParityError]:
    """Maps of several files, all in one child process as long as none brings it down.

    Args:
        models: files by name.
        canvases: local contrast (H, W) uint8 each; sides are multiples of 16.
        backend: the runtime.
        on_file: told the name of each file that is done.

    Returns:
        For each file its maps (H / 4, W / 4, 17) float32 of each canvas; or a ``BackendError`` where the runtime is not
        installed or does not work here, a ``ParityError`` where it crashed, hung or raised.

    """
    results: dict[str, Maps | BackendError | ParityError] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_arrays(folder / "canvases.npz", canvases)
        while len(results) < len(models):
            rest = {name: path for name, path in models.items() if name not in results}
            timeout_s = START_S + CANVAS_S * len(canvases)
            lines = ask_apart(CHILD, [backend, name], list(rest.values()), log=folder / "log", timeout_s=timeout_s)
            for number, (file, line) in enumerate(zip(rest, lines, strict=False)):
                results[file] = _result(line, folder / f"{number}.npz")
                on_file(file)
    return results


def _result(line: dict[str, Any] | ParityError, answers: Path) -> Maps | BackendError | ParityError:
    if isinstance(line, ParityError):
        return line
    return refusal(line) or read_arrays(answers)


def write_arrays(path: Path, arrays: Sequence[NDArray[Any]]) -> None:
    """Write arrays of several shapes."""
    named: dict[str, Any] = {str(number): array for number, array in enumerate(arrays)}
    np.savez(path, **named)


def read_arrays(path: Path) -> tuple[NDArray[Any], ...]:
    """Read them in their order."""
    with np.load(path, allow_pickle=False) as arrays:
        return tuple(arrays[str(number)] for number in range(len(arrays)))
