"""ONNX files, read with ``onnx``."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

from edgedigits.bundle.detector import STRIDE_PX
from edgedigits.bundle.metadata import read_metadata
from edgedigits.errors import BundleError, require
from edgedigits.graphs.detector import CANVAS_PX
from edgedigits.graphs.graph import Graph, Operator, Quantisation, Tensor

if TYPE_CHECKING:
    from pathlib import Path

# Open dimensions of the detector's ends by their names.
CANVAS = {"height": CANVAS_PX, "width": CANVAS_PX, "rows": CANVAS_PX // STRIDE_PX, "columns": CANVAS_PX // STRIDE_PX}


def read(path: Path) -> Graph:
    """The graph of a file, with the shapes that can be inferred; of what cannot, no multiply-accumulates are counted.

    Raises:
        BundleError: it is no ONNX file.
        MissingExtraError: ``onnx`` is not installed.

    """
    onnx = require("onnx", extra="export")
    try:
        model = _sized(onnx.load(path, load_external_data=False))
    except Exception as error:  # protobuf raises its own
        raise BundleError(f"{path} is no ONNX file ({error})") from error
    with contextlib.suppress(Exception):  # what it raises is its own, too; shapes are then those that are written down
        model = onnx.shape_inference.infer_shapes(model)
    graph = model.graph
    tensors = _tensors(onnx, graph)
    if not graph.node:
        raise BundleError(f"{path} is no ONNX file (it holds no operator)")
    places = {name: place for place, name in enumerate(tensors)}
    operators = tuple(
        Operator(
            node.op_type,
            tuple(places[name] for name in node.input if name),
            tuple(places[name] for name in node.output if name),
            _macs(node, tensors),
        )
        for node in graph.node
    )
    inputs = tuple(places[end.name] for end in graph.input if not tensors[end.name].constant)
    outputs = tuple(places[end.name] for end in graph.output)
    return Graph(tuple(tensors.values()), operators, inputs, outputs, read_metadata(path))


def _sized(model: Any) -> Any:
    """The model for a canvas of a certain size, where its input is open to any and names height and width."""
    for end in (*model.graph.input, *model.graph.output):
        for dimension in end.type.tensor_type.shape.dim:
            if dimension.dim_param in CANVAS:
                dimension.dim_value = CANVAS[dimension.dim_param]
    return model


def _tensors(onnx: Any, graph: Any) -> dict[str, Tensor]:
    """All tensors by name; one that nothing is known about has no shape and no type."""
    constants = {tensor.name: tensor for tensor in graph.initializer}
    found = {
        name: Tensor(name, tuple(tensor.dims), _dtype(onnx, tensor.data_type), constant=True)
        for name, tensor in constants.items()
    }
    for value in (*graph.input, *graph.value_info, *graph.output):
        kind = value.type.tensor_type
        shape = tuple(dimension.dim_value or -1 for dimension in kind.shape.dim)
        found.setdefault(value.name, Tensor(value.name, shape, _dtype(onnx, kind.elem_type)))
    for node in graph.node:
        for name in filter(None, (*node.input, *node.output)):
            found.setdefault(name, Tensor(name, (), "unknown"))
        if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            _note_quantisation(onnx, node, constants, found)
    return found


def _note_quantisation(onnx: Any, node: Any, constants: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    """Give the stored side of a quantising or dequantising node its scales."""
    if not all(name in constants for name in node.input[1:3]) or len(node.input) < 3:
        return
    name = node.input[0] if node.op_type == "DequantizeLinear" else node.output[0]
    scales, zero_points = (onnx.numpy_helper.to_array(constants[part]).ravel() for part in node.input[1:3])
    axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 1)
    quantisation = Quantisation(
        tuple(map(float, scales)), tuple(map(int, zero_points)), axis if len(scales) > 1 else None
    )
    tensors[name] = replace(tensors[name], quantisation=quantisation)


def _dtype(onnx: Any, number: int) -> str:
    try:
        return str(onnx.helper.tensor_dtype_to_np_dtype(number))
    except (KeyError, ValueError):  # none is written down, or one that is newer
        return "unknown"


def _macs(node: Any, tensors: dict[str, Tensor]) -> int:
    transposed = any(attribute.name == "transA" and attribute.i for attribute in node.attribute)
    # For each value of the output: sizes of which input, from which axis on.
    summed: dict[str, tuple[int, slice]] = {
        "Conv": (1, slice(1, None)),  # weights (outputs, inputs, height, width)
        "ConvInteger": (1, slice(1, None)),
        "QLinearConv": (3, slice(1, None)),
        "Gemm": (0, slice(0, 1) if transposed else slice(1, 2)),
        **dict.fromkeys(("MatMul", "MatMulInteger", "QLinearMatMul"), (0, slice(-1, None))),
    }
    if node.op_type not in summed or not node.output:
        return 0
    place, axes = summed[node.op_type]
    if place >= len(node.input):
        return 0
    output, sizes = tensors.get(node.output[0]), tensors[node.input[place]].shape[axes]
    return output.values * prod(abs(size) for size in sizes) if output and output.shape and sizes else 0
