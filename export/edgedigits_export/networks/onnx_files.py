"""ONNX files of others, held against onnxruntime's answers when they have been rebuilt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from edgedigits.errors import ExportError, require
from edgedigits.strokes import golden_patches
from edgedigits_export.networks.foreign import Foreign, asked, frozen, only
from edgedigits_export.networks.frames import frames_of
from edgedigits_export.networks.onnx.graph import FATAL
from edgedigits_export.networks.onnx.network import OnnxNetwork

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits_export.networks.foreign import Shape

# Of the rebuilt network from onnxruntime's answers, of the largest of them.
REBUILT = 1e-3


def read(path: Path) -> Foreign:
    """Load an ONNX file: for any number of images, where it can be rebuilt so, or else for one.

    Raises:
        ExportError: it is none, has several inputs or outputs, or holds what cannot be rebuilt.

    """
    network = OnnxNetwork(path)
    shape, answers = only(path, network.takes, network.gives)
    if not frames_of(shape):
        return Foreign(None, shape, answers, network.weights)
    one = (1, *shape[1:]) if frames_of((1, *shape[1:])) else shape
    expected = _originals(path, network, shape)
    failure = ""
    for takes in filter(frames_of, dict.fromkeys(((None, *one[1:]), one))):
        try:
            foreign = _rebuilt(network, takes)
            difference = _difference(foreign, expected)
        except (ExportError, ValueError, tf.errors.OpError) as error:
            failure = str(error)
            continue
        if difference <= REBUILT * max(1, float(np.abs(expected).max())):
            return foreign
        failure = f"it was rebuilt otherwise than onnxruntime runs it: answers differ by {difference:.2g}"
    raise ExportError(f"{path} cannot be rebuilt: {failure}")


def _rebuilt(network: OnnxNetwork, takes: Shape) -> Foreign:
    """The network in TensorFlow, for images of this shape."""
    dtype = tf.as_dtype(network.dtype) if np.issubdtype(network.dtype, np.integer) else tf.float32
    infer = frozen(network, takes, dtype)
    return Foreign(infer, takes, tuple(infer.outputs[0].shape), network.weights, dtype)


def _originals(path: Path, network: OnnxNetwork, shape: Shape) -> NDArray[Any]:
    """What onnxruntime answers to drawn digits, one after the other, with the file as it is."""
    runtime = require("onnxruntime", extra="export")
    options = runtime.SessionOptions()
    options.log_severity_level = FATAL
    session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    (source,), frame = session.get_inputs(), frames_of(shape)[0]
    inputs = [np.asarray(frame(image[None])).astype(network.dtype) for image in _digits()]
    # Where a batch is fixed, all its images are the same.
    return np.stack([session.run(None, {source.name: image})[0].ravel() for image in inputs])


def _difference(foreign: Foreign, expected: NDArray[Any]) -> float:
    """The largest difference from the original's answers."""
    answers = np.asarray(asked(foreign, _digits(), frames_of(foreign.takes)[0]))
    return float(np.abs(answers - expected[:, : answers.shape[1]]).max())


def _digits() -> NDArray[np.float32]:
    return np.divide(golden_patches()[0][..., None], 255, dtype=np.float32)
