"""ONNX files: conversion, clean-up, and a look into what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import onnx
import tf2onnx

from edgedigits.bundle import TensorSpec
from edgedigits.errors import ExportError
from edgedigits_export.contents import Contents

if TYPE_CHECKING:
    from pathlib import Path

    from edgedigits_export.network import Network

# Every runtime of the last four years reads it.
OPSET = 17


def float32(network: Network) -> bytes:
    """A file with float32 weights, input and output, its names in order."""
    _, infer = network.traced()
    model, _ = tf2onnx.convert.from_function(infer, input_signature=infer.input_signature, opset=OPSET)
    rename(model)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def rename(model: Any) -> None:
    """Name nodes and tensors by their order: the converter counts on from file to file, so bytes would never repeat."""
    graph = model.graph
    names = {end.name: end.name for end in (*graph.input, *graph.output)}
    for number, node in enumerate(graph.node):
        node.name = f"{node.op_type.lower()}_{number}"
        for place, name in enumerate(node.input):
            names.setdefault(name, f"{node.name}_in{place}")
        for name in node.output:
            names.setdefault(name, node.name)
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]
    for tensor in graph.initializer:
        tensor.name = names[tensor.name]
    graph.initializer.sort(key=lambda tensor: tensor.name)
    graph.name, graph.doc_string = "edgedigits", ""
    del graph.value_info[:]


def contents(path: Path) -> Contents:
    """Operators and ends of an ONNX file; nothing is run.

    Raises:
        ExportError: it is no ONNX file with one input and one output.

    """
    try:
        graph = onnx.load(path).graph
        (source,), (target,) = graph.input, graph.output
    except Exception as error:  # protobuf raises its own
        raise ExportError(f"{path} is no ONNX file with one input and one output ({error})") from error
    return Contents(tuple(node.op_type for node in graph.node), _spec(source), _spec(target))


def _spec(end: Any) -> TensorSpec:
    tensor = end.type.tensor_type
    dtype = str(onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type))
    # A dimension without a number is open: 0 here, as in the protocol buffer.
    return TensorSpec(end.name, tuple(dimension.dim_value for dimension in tensor.shape.dim), dtype)
