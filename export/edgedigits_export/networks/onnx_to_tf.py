"""Networks that come as ONNX files, rebuilt in TensorFlow operator by operator.

Only what small image classifiers are made of is known. There is no converter to lean on: onnx-tf ended in 2022, onnx2tf
pins other versions of everything. What is rebuilt is held against onnxruntime before it is believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import tensorflow as tf

from edgedigits.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

# (N, C, H, W) to (N, H, W, C), and back.
TO_LAST, TO_FIRST = (0, 2, 3, 1), (0, 3, 1, 2)


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor on its way; ``last`` where its channels were moved to the end, as TensorFlow convolves them."""

    tensor: Any
    last: bool = False

    def first(self) -> Any:
        """The tensor as ONNX has it."""
        return tf.transpose(self.tensor, TO_FIRST) if self.last else self.tensor

    def channels_last(self) -> Any:
        """The tensor (N, C, H, W) as (N, H, W, C)."""
        return self.tensor if self.last else tf.transpose(self.tensor, TO_LAST)


class OnnxNetwork:
    """An ONNX file as a function of TensorFlow."""

    def __init__(self, path: Path) -> None:
        try:
            model = onnx.load(path)
            onnx.checker.check_model(model)
            graph = onnx.shape_inference.infer_shapes(_with_batch_of_one(model), data_prop=True).graph
        except Exception as error:  # protobuf, the checker and the inference each raise their own
            raise ExportError(f"{path} is no ONNX file that can be read ({_one_line(error)})") from error
        self.constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant" and (value := _attributes(node).get("value")) is not None:
                self.constants[node.output[0]] = onnx.numpy_helper.to_array(value)
        self._nodes = {name: node for node in graph.node for name in node.output}
        self._shapes = {value.name: _shape(value) for value in (*graph.value_info, *graph.output)}
        self.inputs = [end for end in graph.input if end.name not in self.constants]
        self.outputs = list(graph.output)
        unknown = sorted({node.op_type for node in self._needed()} - set(OPERATORS))
        if unknown:
            raise ExportError(f"{path} holds {', '.join(unknown)}; known are {', '.join(sorted(OPERATORS))}")

    def __call__(self, images: Any) -> Any:
        """Answers to images in the shape that the file wants."""
        values = {self.inputs[0].name: Value(images)}
        for node in self._needed():
            values[node.output[0]] = self._run(node, values)
        return values[self.outputs[0].name].first()

    def weights(self) -> list[NDArray[Any]]:
        """Float arrays that the file holds, in its order."""
        return [array for array in self.constants.values() if array.dtype.kind == "f"]

    def _needed(self) -> list[Any]:
        """Nodes on the way to the answers, in order; those that only work out a shape are not."""
        found: dict[str, Any] = {}

        def visit(name: str) -> None:
            node = self._nodes.get(name)
            if node is None or name in self.constants or name in found:
                return
            for source in node.input[:1] if node.op_type in SHAPED else node.input:
                visit(source)
            found[name] = node

        visit(self.outputs[0].name)
        return list(found.values())

    def _run(self, node: Any, values: dict[str, Value]) -> Value:
        inputs = [
            values[name] if name in values else Value(self.constants[name])
            for name in node.input[: 1 if node.op_type in SHAPED else None]
            if name
        ]
        return OPERATORS[node.op_type](inputs, _attributes(node), self._shapes.get(node.output[0]))


def _conv(inputs: list[Value], attributes: dict[str, Any], _shape: Any) -> Value:
    kernel = np.asarray(inputs[1].tensor)
    _refuse(kernel.ndim != 4, f"Conv with a kernel of {kernel.shape}")
    _refuse(attributes.get("group", 1) != 1, f"Conv in {attributes.get('group')} groups")
    strides, dilations = attributes.get("strides", [1, 1]), attributes.get("dilations", [1, 1])
    image, padding = inputs[0].channels_last(), _padding(attributes)
    answer = tf.nn.conv2d(image, kernel.transpose(2, 3, 1, 0), strides, padding, dilations=dilations)
    return Value(answer if len(inputs) < 3 else tf.nn.bias_add(answer, inputs[2].tensor), last=True)


def _max_pool(inputs: list[Value], attributes: dict[str, Any], _shape: Any) -> Value:
    _refuse(bool(attributes.get("ceil_mode")), "MaxPool with ceil_mode")
    _refuse(set(attributes.get("dilations", [1])) != {1}, "MaxPool with dilations")
    kernel, padding = attributes["kernel_shape"], _padding(attributes)
    strides = attributes.get("strides", [1] * len(kernel))
    return Value(tf.nn.max_pool2d(inputs[0].channels_last(), kernel, strides, padding), last=True)


def _gemm(inputs: list[Value], attributes: dict[str, Any], _shape: Any) -> Value:
    first, second = attributes.get("transA", 0), attributes.get("transB", 0)
    product = tf.matmul(inputs[0].first(), inputs[1].first(), transpose_a=bool(first), transpose_b=bool(second))
    alpha, beta = attributes.get("alpha", 1.0), attributes.get("beta", 1.0)
    product = product if alpha == 1 else alpha * product
    if len(inputs) < 3:
        return Value(product)
    return Value(product + (inputs[2].tensor if beta == 1 else beta * inputs[2].tensor))


def _add(inputs: list[Value], _attributes: dict[str, Any], _shape: Any) -> Value:
    first, second = inputs
    bias = second.tensor
    # A bias for each channel, (C, 1, 1) or (1, C, 1, 1), goes with either layout.
    if first.last and isinstance(bias, np.ndarray) and bias.shape[-2:] == (1, 1):
        return Value(first.tensor + bias.reshape(-1), last=True)
    if first.last and second.last:
        return Value(first.tensor + second.tensor, last=True)
    return Value(first.first() + second.first())


def _flatten(inputs: list[Value], attributes: dict[str, Any], _shape: Any) -> Value:
    _refuse(attributes.get("axis", 1) != 1, f"Flatten along axis {attributes.get('axis')}")
    image = inputs[0].first()
    return Value(tf.reshape(image, (-1, int(np.prod(image.shape[1:])))))


def _reshaped(inputs: list[Value], _attributes: dict[str, Any], shape: Any) -> Value:
    _refuse(not shape or shape[0] != 1 or 0 in shape, f"a reshape to {shape}")
    return Value(tf.reshape(inputs[0].first(), (-1, *shape[1:])))


def _transpose(inputs: list[Value], attributes: dict[str, Any], _shape: Any) -> Value:
    order = tuple(attributes["perm"])
    if inputs[0].last and order == TO_LAST:
        return Value(inputs[0].tensor)
    if not inputs[0].last and order == TO_FIRST:
        return Value(inputs[0].tensor, last=True)
    return Value(tf.transpose(inputs[0].first(), order))


def _softmax(inputs: list[Value], attributes: dict[str, Any], _shape: Any) -> Value:
    _refuse(attributes.get("axis", -1) not in (-1, 1), f"Softmax along axis {attributes.get('axis')}")
    return Value(tf.nn.softmax(inputs[0].first()))


def _same(inputs: list[Value], _attributes: dict[str, Any], _shape: Any) -> Value:
    return inputs[0]


OPERATORS: dict[str, Callable[[list[Value], dict[str, Any], Any], Value]] = {
    "Add": _add,
    "Conv": _conv,
    "Dropout": _same,
    "Flatten": _flatten,
    "Gemm": _gemm,
    "Identity": _same,
    "LogSoftmax": lambda inputs, _attributes, _shape: Value(tf.nn.log_softmax(inputs[0].first())),
    "MatMul": lambda inputs, _attributes, _shape: Value(tf.matmul(inputs[0].first(), inputs[1].first())),
    "MaxPool": _max_pool,
    "Relu": lambda inputs, _attributes, _shape: Value(tf.nn.relu(inputs[0].tensor), last=inputs[0].last),
    "Reshape": _reshaped,
    "Softmax": _softmax,
    "Squeeze": _reshaped,
    "Transpose": _transpose,
    "Unsqueeze": _reshaped,
}
# What they give is known from the shapes alone; their further inputs are not looked at.
SHAPED = frozenset({"Reshape", "Squeeze", "Unsqueeze", "Dropout"})


def _padding(attributes: dict[str, Any]) -> Any:
    """ONNX's padding (top, left, bottom, right) in TensorFlow's words."""
    kind = attributes.get("auto_pad", b"NOTSET")
    if kind != b"NOTSET":
        _refuse(kind not in (b"VALID", b"SAME_UPPER"), f"padding {kind.decode()}")
        return "VALID" if kind == b"VALID" else "SAME"
    top, left, bottom, right = attributes.get("pads", [0] * 4)
    return [[0, 0], [top, bottom], [left, right], [0, 0]] if top or left or bottom or right else "VALID"


def _refuse(condition: bool, what: str) -> None:
    if condition:
        raise ExportError(f"the ONNX file holds {what}, which cannot be rebuilt here")


def _attributes(node: Any) -> dict[str, Any]:
    return {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(dimension.dim_value for dimension in value.type.tensor_type.shape.dim)


def _with_batch_of_one(model: Any) -> Any:
    """The model with an open batch closed, so that every shape can be inferred."""
    fixed = onnx.ModelProto()
    fixed.CopyFrom(model)
    del fixed.graph.value_info[:]
    constants = {tensor.name for tensor in fixed.graph.initializer}
    for end in (*fixed.graph.input, *fixed.graph.output):
        dimensions = end.type.tensor_type.shape.dim
        if end.name not in constants and len(dimensions) and not dimensions[0].dim_value:
            dimensions[0].dim_value = 1
    return fixed


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
