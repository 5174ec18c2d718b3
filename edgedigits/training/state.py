"""The state of a training after an epoch, in one file that is whole or not there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.archives import read_arrays
from edgedigits.errors import RunError
from edgedigits.files import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from edgedigits.training.progress import History


def save_state(path: Path, *, model: Any, history: History) -> None:
    """Save weights, the optimizer's moments and averages, and one row of ``history`` for each finished epoch."""
    arrays: dict[str, Any] = {
        str(index): np.asarray(variable.numpy()) for index, variable in enumerate(variables(model))
    }
    with replacing(path) as temporary:
        np.savez(temporary, history=np.array(json.dumps(history)), **arrays)


def restore_state(path: Path, *, model: Any) -> History:
    """Put a saved state into a compiled model and return its history.

    Raises:
        RunError: the file is absent, broken, or of another network or optimizer.

    """
    try:
        archive = read_arrays(path)
        history: History = json.loads(str(archive.pop("history")))
        arrays = [archive[str(index)] for index in range(len(archive))]
    except (OSError, ValueError, KeyError) as error:
        raise RunError(f"{path} cannot be resumed from ({error}); start again with --force") from error
    targets = variables(model)
    if [array.shape for array in arrays] != [tuple(variable.shape) for variable in targets]:
        raise RunError(f"{path} is of another network or optimizer; start again with --force")
    for variable, array in zip(targets, arrays, strict=True):
        variable.assign(array)
    return history


def variables(model: Any) -> list[Any]:
    """Return all that a training changes."""
    return [*model.variables, *model.optimizer.variables]
