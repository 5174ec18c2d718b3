"""TFLite files: conversion, and a look into what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tensorflow as tf

from edgedigits.bundle import TensorSpec
from edgedigits.errors import ExportError, require
from edgedigits_export.contents import Contents

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits_export.network import Network


def float32(network: Network) -> bytes:
    """A file with float32 weights, input and output."""
    holder, infer = network.traced()
    return bytes(tf.lite.TFLiteConverter.from_concrete_functions([infer.get_concrete_function()], holder).convert())


def int8(network: Network, images: Iterable[NDArray[np.float32]]) -> bytes:
    """A file of full integer arithmetic, int8 in and out.

    Args:
        network: what to convert.
        images: (1, 28, 28, 1) float32 in 0..1; the ranges of all values are taken from them.

    """
    holder, infer = network.traced()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([infer.get_concrete_function()], holder)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([image] for image in images)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    return bytes(converter.convert())


def contents(path: Path) -> Contents:
    """Operators and ends of a TFLite file, read from its flatbuffer; nothing is run.

    Raises:
        ExportError: it is no TFLite file with one input and one output.

    """
    schema = require("ai_edge_litert.schema_py_generated", extra="export")
    try:
        model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
        graph, (signature,) = model.subgraphs[0], model.signatureDefs
        (source,), (target,) = signature.inputs, signature.outputs
        codes = [model.operatorCodes[operator.opcodeIndex] for operator in graph.operators]
        ends = [_spec(schema, end.name.decode(), graph.tensors[end.tensorIndex]) for end in (source, target)]
    except Exception as error:  # a flatbuffer that is none raises whatever its bytes happen to lead to
        raise ExportError(f"{path} is no TFLite file with one signature, input and output ({error})") from error
    names = _names(schema.BuiltinOperator)
    return Contents(tuple(names[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in codes), *ends)


def _spec(schema: Any, name: str, tensor: Any) -> TensorSpec:
    quantisation = tensor.quantization
    quantised = quantisation is not None and quantisation.scale is not None
    # Where a dimension is open, only the signature tells: it has -1 there, the shape 1.
    shape = tensor.shape if tensor.shapeSignature is None else tensor.shapeSignature
    return TensorSpec(
        name=name,
        shape=tuple(map(int, shape)),
        dtype=_names(schema.TensorType)[tensor.type].lower(),
        scale=float(quantisation.scale[0]) if quantised else None,
        zero_point=int(quantisation.zeroPoint[0]) if quantised else None,
    )


def _names(enumeration: type) -> dict[int, str]:
    """Number to name, of one of the schema's enumerations."""
    return {number: name for name, number in vars(enumeration).items() if isinstance(number, int)}
