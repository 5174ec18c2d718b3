"""Files that hold a network which others trained, each as one function of TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from edgedigits.errors import ExportError
from edgedigits.training.saved import load_keras
from edgedigits_export.networks.network import one_line
from edgedigits_export.networks.onnx_to_tf import OnnxNetwork

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

KINDS = "a Keras file (.keras, .h5, .hdf5), a SavedModel folder or an ONNX file"


@dataclass(frozen=True, slots=True)
class Foreign:
    """What was loaded: a function of TensorFlow, the shapes of its two ends without the batch, its weights."""

    infer: Callable[[Any], Any]
    takes: tuple[tuple[int | None, ...], ...]
    gives: tuple[tuple[int | None, ...], ...]
    weights: list[NDArray[Any]]
    model: Any = None


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
        return _saved_model
    if path.is_file() and path.suffix in LOADERS:
        return LOADERS[path.suffix]
    raise ExportError(f"{path} is no network that can be read; name {KINDS}")


def _keras(path: Path) -> Foreign:
    try:
        model = load_keras(path)
        takes, gives = ([tuple(end.shape) for end in ends] for ends in (model.inputs, model.outputs))
    except (ValueError, AttributeError, TypeError) as error:
        raise ExportError(f"{path} cannot be loaded ({one_line(error)})") from error
    infer = _frozen(lambda images: model(images, training=False), takes)
    return Foreign(infer, tuple(takes), tuple(gives), model.get_weights(), model)


def _saved_model(path: Path) -> Foreign:
    try:
        loaded = tf.saved_model.load(path)
        signature = loaded.signatures["serving_default"]
    except Exception as error:  # TensorFlow raises many
        raise ExportError(f"{path} holds no SavedModel with a signature serving_default ({one_line(error)})") from error
    sources = signature.structured_input_signature[1]
    takes = tuple(tuple(end.shape) for end in sources.values())
    gives = tuple(tuple(end.shape) for end in signature.structured_outputs.values())
    weights = [variable.numpy() for variable in signature.variables]
    if len(takes) != 1 or len(gives) != 1:
        return Foreign(signature, takes, gives, weights)
    (source,), (target,) = sources, signature.structured_outputs
    return Foreign(_frozen(lambda images: signature(**{source: images})[target], takes), takes, gives, weights)


def _onnx(path: Path) -> Foreign:
    network = OnnxNetwork(path)
    takes, gives = (
        tuple(tuple(dimension.dim_value or None for dimension in end.type.tensor_type.shape.dim) for end in ends)
        for ends in (network.inputs, network.outputs)
    )
    return Foreign(network, takes, gives, network.weights())


def _frozen(infer: Callable[[Any], Any], takes: Any) -> Callable[[Any], Any]:
    """The function with its variables turned into constants: the converter loses those that it cannot trace."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    if len(takes) != 1:
        return infer
    concrete = tf.function(infer).get_concrete_function(tf.TensorSpec(takes[0], tf.float32))
    frozen = convert_variables_to_constants_v2(concrete)
    return lambda images: frozen(images)[0]


LOADERS: dict[str, Callable[[Path], Foreign]] = {".keras": _keras, ".h5": _keras, ".hdf5": _keras, ".onnx": _onnx}
