"""TFLite files: conversion, and a look into what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tensorflow as tf
from tensorflow.lite.python.convert import mlir_quantize

from edgedigits.errors import BundleError, ExportError
from edgedigits.graphs.tflite import parse
from edgedigits_export.convert.ranges import MIN_MAX, narrowed
from edgedigits_export.gates.structure import Contents, contents_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits.graphs import Graph
    from edgedigits.graphs import Operator as Step
    from edgedigits_export.networks.tracing import Traceable

# With a scale for each of a dense layer's outputs, TensorFlow 2.21 writes FULLY_CONNECTED version 12, which
# tflite-runtime 2.14 does not load. One scale for all of them costs nothing: 0.9997 of the answers agree with Keras's.
DENSE_PER_TENSOR = {"_experimental_disable_per_channel_quantization_for_dense_layers": True}
WIDE = tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8


def float32(network: Traceable) -> bytes:
    """A file with float32 weights, input and output."""
    return _converted(network)


def float16(network: Traceable) -> bytes:
    """A file with float16 weights, which a runtime turns into float32 when it loads them; float32 in and out."""
    return _converted(network, supported_types=[tf.float16])


def dynamic(network: Traceable) -> bytes:
    """A file with int8 weights whose activations are quantised as they come, image by image; float32 in and out."""
    return _converted(network, options=DENSE_PER_TENSOR)


def quantised(
    network: Traceable, images: Iterable[NDArray[np.float32]], *, ends: str = "int8", method: str = MIN_MAX
) -> bytes:
    """A file of full integer arithmetic, integers in and out.

    Args:
        network: what to convert.
        images: (1, 28, 28, 1) float32 in 0..1; the ranges of all values are taken from them.
        ends: type of input and output: int8, uint8, or int16 for activations of 16 bits.
        method: how the ranges are taken, one of :data:`edgedigits_export.convert.ranges.METHODS`; with 16 bits there is
            room for the least and the largest value, whatever it says.

    """
    images = list(images)
    dtype = tf.dtypes.as_dtype(ends)
    options = {
        "representative_dataset": lambda: ([image] for image in images),
        "inference_input_type": dtype,
        "inference_output_type": dtype,
    }
    operators = WIDE if ends == "int16" else tf.lite.OpsSet.TFLITE_BUILTINS_INT8
    if method == MIN_MAX or ends == "int16":
        return _converted(network, options=options, supported_ops=[operators])
    options["_experimental_calibrate_only"] = True
    calibrated = _converted(network, options=options, supported_ops=[operators])
    narrow = narrowed(calibrated, images, method=method)
    return bytes(mlir_quantize(narrow, input_data_type=dtype, output_data_type=dtype))


def _converted(network: Traceable, *, options: Mapping[str, Any] | None = None, **target: Any) -> bytes:
    """Convert; any option asks for smaller weights."""
    holder, infer = network.traced()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([infer.get_concrete_function()], holder)
    if options or target:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    for name, value in (options or {}).items():
        setattr(converter, name, value)
    for name, value in target.items():
        setattr(converter.target_spec, name, value)
    return bytes(converter.convert())


def contents(path: Path) -> Contents:
    """Operators and ends of a TFLite file, read from its flatbuffer; nothing is run.

    Raises:
        ExportError: it is no TFLite file with one input and one output.

    """
    return read(path.read_bytes(), name=str(path))


def read(content: bytes, *, name: str) -> Contents:
    """The same from the bytes of a file; its name is for the error."""
    try:
        graph = parse(content, name=name)
    except BundleError as error:
        raise ExportError(str(error)) from error
    return contents_of(graph, _types)


def _types(graph: Graph, step: Step) -> set[str]:
    """Of everything that an operator reads and writes."""
    return {graph.tensors[place].dtype for place in (*step.inputs, *step.outputs)}
