"""Operators that look at one value at a time, or at one of each of their inputs."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from edgedigits_export.networks.onnx.values import Node, Value, refuse

if TYPE_CHECKING:
    from collections.abc import Callable


def of_one(function: Callable[[Node, Any], Any]) -> Callable[..., Value]:
    """An operator that does the same to every value."""
    return lambda node, value: Value(function(node, value.tensor), last=value.last)


def of_all(function: Callable[[Any, Any], Any]) -> Callable[..., Value]:
    """An operator that brings its inputs to one shape and takes them two by two."""

    def run(_: Node, *values: Value) -> Value:
        last = any(value.last for value in values)
        tensors = [value.channels_last() if last else value.tensor for value in values]
        return Value(reduce(function, tensors), last=last)

    return run


def clip(node: Node, value: Value, low: Value | None = None, high: Value | None = None) -> Value:
    """Values brought between two limits."""
    least = node.get("min") if low is None else float(low.constant())
    most = node.get("max") if high is None else float(high.constant())
    if (least, most) == (0, 6):
        return Value(tf.nn.relu6(value.tensor), last=value.last)
    kept = value.tensor
    if least is not None and least > np.finfo(np.float32).min:
        kept = tf.nn.relu(kept) if least == 0 else tf.maximum(kept, np.float32(least))
    if most is not None and most < np.finfo(np.float32).max:
        kept = tf.minimum(kept, np.float32(most))
    return Value(kept, last=value.last)


def prelu(_: Node, value: Value, slope: Value) -> Value:
    """Negative values times a slope of their channel."""
    below = of_all(tf.multiply)(_, Value(-tf.nn.relu(-value.tensor), last=value.last), slope)
    return of_all(tf.add)(_, Value(tf.nn.relu(value.tensor), last=value.last), below)


def softmax(function: Callable[..., Any]) -> Callable[..., Value]:
    """A softmax or its logarithm along an axis."""

    def run(node: Node, value: Value) -> Value:
        tensor, axis = value.first(), node.get("axis", 1 if node.opset < 13 else -1)
        if node.opset < 13 and value.rank > 2:  # over all that follows the axis
            refuse(set(tensor.shape[axis + 1 :]) != {1}, f"{node.kind} over several axes")
        return Value(function(tensor, axis=axis))

    return run


def _gelu(node: Node, tensor: Any) -> Any:
    return tf.nn.gelu(tensor, approximate=node.get("approximate", b"none") == b"tanh")


def _hard_sigmoid(node: Node, tensor: Any) -> Any:
    slope, middle = node.get("alpha", 0.2), node.get("beta", 0.5)
    return tf.clip_by_value(tensor * slope + middle, 0.0, 1.0)


POINTWISE: dict[str, Callable[..., Value]] = {
    "Abs": of_one(lambda _, x: tf.abs(x)),
    "Add": of_all(tf.add),
    "Clip": clip,
    "Div": of_all(tf.divide),
    "Elu": of_one(lambda node, x: tf.nn.elu(x) if node.get("alpha", 1.0) == 1 else _elu(x, node.get("alpha"))),
    "Exp": of_one(lambda _, x: tf.exp(x)),
    "Erf": of_one(lambda _, x: tf.math.erf(x)),
    "Gelu": of_one(_gelu),
    "HardSigmoid": of_one(_hard_sigmoid),
    "HardSwish": of_one(lambda _, x: x * tf.nn.relu6(x + 3) * (1 / 6)),
    "LeakyRelu": of_one(lambda node, x: tf.nn.leaky_relu(x, node.get("alpha", 0.01))),
    "Log": of_one(lambda _, x: tf.math.log(x)),
    "LogSoftmax": softmax(tf.nn.log_softmax),
    "Max": of_all(tf.maximum),
    "Min": of_all(tf.minimum),
    "Mish": of_one(lambda _, x: x * tf.tanh(tf.math.softplus(x))),
    "Mul": of_all(tf.multiply),
    "Neg": of_one(lambda _, x: -x),
    "PRelu": prelu,
    "Pow": of_all(tf.pow),
    "Reciprocal": of_one(lambda _, x: 1 / x),
    "Relu": of_one(lambda _, x: tf.nn.relu(x)),
    "Selu": of_one(lambda _, x: tf.nn.selu(x)),
    "Sigmoid": of_one(lambda _, x: tf.sigmoid(x)),
    "Softmax": softmax(tf.nn.softmax),
    "Softplus": of_one(lambda _, x: tf.math.softplus(x)),
    "Softsign": of_one(lambda _, x: tf.nn.softsign(x)),
    "Sqrt": of_one(lambda _, x: tf.sqrt(x)),
    "Sub": of_all(tf.subtract),
    "Sum": of_all(tf.add),
    "Tanh": of_one(lambda _, x: tf.tanh(x)),
}


def _elu(tensor: Any, alpha: float) -> Any:
    return tf.where(tensor > 0, tensor, alpha * (tf.exp(tf.minimum(tensor, 0.0)) - 1))
