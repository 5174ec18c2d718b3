"""Files that hold a network which others trained, by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits.errors import ExportError
from edgedigits_export.networks import keras_files, onnx_files, saved_models

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from edgedigits_export.networks.foreign import Foreign

KINDS = "a Keras file (.keras, .h5, .hdf5), a SavedModel folder, an ONNX file or a .tflite one"
LOADERS: dict[str, Callable[[Path], Foreign]] = {
    ".keras": keras_files.read,
    ".h5": keras_files.read,
    ".hdf5": keras_files.read,
    ".onnx": onnx_files.read,
}
# What others save, and what leads from it to a file that can be read.
ELSEWHERE = {
    **dict.fromkeys(
        (".pt", ".pth", ".pt2", ".pts", ".ts", ".jit", ".torchscript"),
        "in PyTorch, `model.eval()`, then `torch.onnx.export(model, torch.zeros(1, 1, 28, 28), 'model.onnx')`",
    ),
    ".safetensors": "it holds weights without a network; load them in their library and export that to ONNX",
    ".pb": "a frozen graph; save it as a SavedModel, and name its folder",
    **dict.fromkeys((".pkl", ".joblib", ".npy"), "it may run Python when it is read; export the network to ONNX"),
}


def load(path: Path) -> Foreign:
    """Load a Keras file, a folder with a SavedModel, or an ONNX file.

    Raises:
        ExportError: it is none, or cannot be loaded.

    """
    return check_kind(path)(path)


def check_kind(path: Path) -> Callable[[Path], Foreign]:
    """What loads a file of this name.

    Raises:
        ExportError: it is not there, or of no kind that can be loaded.

    """
    if not path.exists():
        raise ExportError(f"{path} does not exist; name {KINDS}")
    if path.is_dir() and (path / "saved_model.pb").is_file():
        return saved_models.read
    if path.is_file() and path.suffix in LOADERS:
        return LOADERS[path.suffix]
    if path.suffix in ELSEWHERE:
        raise ExportError(f"{path} cannot be read here: {ELSEWHERE[path.suffix]}")
    raise ExportError(f"{path} is no network that can be read; name {KINDS}")
