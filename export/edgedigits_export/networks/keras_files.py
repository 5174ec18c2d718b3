"""Keras files of others."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import tensorflow as tf

from edgedigits.errors import ExportError
from edgedigits.training.saved import load_keras
from edgedigits_export.networks.foreign import Foreign, frozen, only
from edgedigits_export.networks.network import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = "model_config"


def read(path: Path) -> Foreign:
    """Load a ``.keras`` or HDF5 file.

    Raises:
        ExportError: it is none, holds layers that run Python, or has several inputs or outputs.

    """
    try:
        with with_input(path) as file:
            model = load_keras(file)
        takes, gives = ([tuple(end.shape) for end in ends] for ends in (model.inputs, model.outputs))
    except (ValueError, AttributeError, TypeError) as error:
        raise ExportError(f"{path} cannot be loaded ({one_line(error)})") from error
    shape, answers = only(path, takes, gives)
    dtype = tf.as_dtype(model.inputs[0].dtype)
    try:
        infer = frozen(lambda images: model(images, training=False), shape, dtype)
    except ExportError as error:
        raise ExportError(f"{path}: {error}") from error
    return Foreign(infer, shape, answers, model.get_weights(), dtype, model)


@contextlib.contextmanager
def with_input(path: Path) -> Iterator[Path]:
    """The file, or a copy that begins with an input: before 2.4, Keras wrote its shape into the first layer alone."""
    config = _without_input(path)
    if config is None:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copyfile(path, Path(folder, path.name)))
        layers = _layers(config)
        first = layers[0]["config"]
        source = {"batch_input_shape": first["batch_input_shape"], "dtype": "float32", "name": f"{first['name']}_input"}
        layers.insert(0, {"class_name": "InputLayer", "config": source})
        config["config"] = {"name": "sequential", "layers": layers}
        with h5py.File(copy, "r+") as entries:
            entries.attrs[CONFIG] = json.dumps(config)
        yield copy


def _without_input(path: Path) -> Any:
    """What an HDF5 file says of its layers, if the first one has the shape of the input; None for all others."""
    if path.suffix == ".keras":
        return None
    try:
        with h5py.File(path, "r") as entries:
            config = json.loads(entries.attrs[CONFIG])
        first = _layers(config)[0]
        return config if first["class_name"] != "InputLayer" and "batch_input_shape" in first["config"] else None
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None


def _layers(config: Any) -> Any:
    """Of a chain of layers: a list, in a dictionary since Keras 2.2.3."""
    if config["class_name"] != "Sequential":
        return [{"class_name": "InputLayer"}]
    inside = config["config"]
    return inside if isinstance(inside, list) else inside["layers"]
