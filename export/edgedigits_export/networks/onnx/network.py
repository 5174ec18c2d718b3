"""An ONNX file as a function of TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx

from edgedigits.errors import ExportError
from edgedigits_export.networks.onnx.graph import folded, read_model
from edgedigits_export.networks.onnx.layers import LAYERS
from edgedigits_export.networks.onnx.pointwise import POINTWISE
from edgedigits_export.networks.onnx.shapes import SHAPES
from edgedigits_export.networks.onnx.values import Node, Value

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

OPERATORS = LAYERS | POINTWISE | SHAPES
QUANTISED = frozenset(
    {"QuantizeLinear", "DequantizeLinear", "ConvInteger", "MatMulInteger", "QLinearConv", "QLinearMatMul"}
)
Shape = tuple[int | None, ...]


class OnnxNetwork:
    """An ONNX file as a function of TensorFlow."""

    def __init__(self, path: Path) -> None:
        model = read_model(path)
        self.takes, self.gives = (_ends(model, ends) for ends in (model.graph.input, model.graph.output))
        self.weights = _weights(model)
        self.dtype = _dtype(model)
        graph = (made := folded(model, path)).graph
        self._opset = max(each.version for each in made.opset_import if each.domain in ("", "ai.onnx"))
        self._constants = {tensor.name: _array(tensor) for tensor in graph.initializer}
        self._nodes, self._ends = list(graph.node), (graph.input, graph.output)
        unknown = sorted({node.op_type for node in self._nodes} - set(OPERATORS))
        if unknown:
            raise ExportError(f"{path} {_refusal(unknown)}")

    def __call__(self, images: Any) -> Any:
        """Answers to images in the shape that the file wants."""
        sources, targets = self._ends
        values: dict[str, Value] = {name: Value(array) for name, array in self._constants.items()}
        values |= {end.name: Value(images) for end in sources if end.name not in values}
        for node in self._nodes:
            found = OPERATORS[node.op_type](self._told(node), *(values.get(name) for name in node.input))
            values |= zip(node.output, found if isinstance(found, tuple) else (found,), strict=False)
        return values[targets[0].name].first()

    def _told(self, node: Any) -> Node:
        attributes = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
        return Node(node.op_type, attributes, self._opset)


def _refusal(unknown: list[str]) -> str:
    """What is in the way, names of any number last: a line that is too long is cut at its end."""
    held = ", ".join(unknown)
    if set(unknown) & QUANTISED:
        return f"is quantised; export the network as it was before; it holds {held}"
    return f"holds {held}; the operators that can be rebuilt are {', '.join(sorted(OPERATORS))}"


def _ends(model: Any, ends: Any) -> list[Shape]:
    constants = {tensor.name for tensor in model.graph.initializer}
    return [
        tuple(size.dim_value or None for size in end.type.tensor_type.shape.dim)
        for end in ends
        if end.name not in constants
    ]


def _dtype(model: Any) -> Any:
    """Type of the input as NumPy names it."""
    constants = {tensor.name for tensor in model.graph.initializer}
    source = next(end for end in model.graph.input if end.name not in constants)
    return onnx.helper.tensor_dtype_to_np_dtype(source.type.tensor_type.elem_type)


def _weights(model: Any) -> list[NDArray[Any]]:
    """Float arrays that the file holds, in its order."""
    held = [*model.graph.initializer]
    for node in model.graph.node:
        held += [
            attribute.t for attribute in node.attribute if attribute.name == "value" and node.op_type == "Constant"
        ]
    return [array for array in map(_array, held) if array.dtype == np.float32]


def _array(tensor: Any) -> NDArray[Any]:
    """The numbers of a tensor; what is not whole is float32."""
    array: NDArray[Any] = onnx.numpy_helper.to_array(tensor)
    return array.astype(np.float32) if array.dtype.kind == "f" else array
