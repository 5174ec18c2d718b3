"""What an export is given, looked at by name: nothing heavy is imported here, so what is not there is told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits.errors import ExportError, RunError

if TYPE_CHECKING:
    from pathlib import Path

    from edgedigits.bundle import Bundle

KINDS = "a Keras file (.keras, .h5, .hdf5), a SavedModel folder, an ONNX file or a .tflite one"
# Converted already, and taken as it is.
TFLITE = ".tflite"
# The file by which a folder is known.
SAVED_MODEL = "saved_model.pb"
SUFFIXES = (".keras", ".h5", ".hdf5", ".onnx")
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
# What `edgedigits train-detector` leaves in its run folder.
WEIGHTS, TRAINING = "detector.weights.h5", "training.json"


def is_taken(path: Path) -> bool:
    """Whether a network that others trained is converted already, and taken as it is."""
    return path.suffix.lower() == TFLITE and path.is_file()


def check_kind(path: Path) -> str:
    """By which suffix, or which file in it, a network that others trained is known.

    Raises:
        ExportError: it is not there, or of no kind that can be loaded.

    """
    if not path.exists():
        raise ExportError(f"{path} does not exist; name {KINDS}")
    if path.is_dir() and (path / SAVED_MODEL).is_file():
        return SAVED_MODEL
    if path.is_file() and path.suffix in SUFFIXES:
        return path.suffix
    if path.suffix in ELSEWHERE:
        raise ExportError(f"{path} cannot be read here: {ELSEWHERE[path.suffix]}")
    raise ExportError(f"{path} is no network that can be read; name {KINDS}")


def weights_of(bundle: Bundle) -> Path:
    """The file from which a bundle's own network is read back.

    Raises:
        ExportError: it has none.

    """
    if path := next((bundle.folder / artifact.path for artifact in bundle.artifacts if artifact.format == "npz"), None):
        return path
    origin = bundle.training.get("origin", {})
    if "taken" in origin:
        raise ExportError(
            f"{bundle.folder} holds {origin['file']}, taken as it is, and no weights that files can be made of; name "
            f"that file again, as in --from {origin['file']}, or export the network that it was converted from"
        )
    if origin:
        raise ExportError(
            f"{bundle.folder} has no npz file to take the weights from; name the network that it was made from again, "
            f"as in --from {origin['file']}"
        )
    raise ExportError(f"{bundle.folder} has no npz file to take the weights from; export the run that it was made from")


def check_detector_run(run: Path) -> None:
    """Refuse a folder that lacks what the training of a detector leaves.

    Raises:
        RunError: there is no such folder, or the training is not finished.

    """
    for name in (WEIGHTS, TRAINING):
        if not (run / name).is_file():
            raise RunError(f"{run} has no {name}; name a folder that `edgedigits train-detector` wrote")
