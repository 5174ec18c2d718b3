"""Files that hold a network which others trained, by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits_export.given import SAVED_MODEL, check_kind
from edgedigits_export.networks import keras_files, onnx_files, saved_models

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from edgedigits_export.networks.foreign import Foreign

LOADERS: dict[str, Callable[[Path], Foreign]] = {
    ".keras": keras_files.read,
    ".h5": keras_files.read,
    ".hdf5": keras_files.read,
    ".onnx": onnx_files.read,
    SAVED_MODEL: saved_models.read,
}


def load(path: Path) -> Foreign:
    """Load a Keras file, a folder with a SavedModel, or an ONNX file.

    Raises:
        ExportError: it is none, or cannot be loaded.

    """
    return LOADERS[check_kind(path)](path)
