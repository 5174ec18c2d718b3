"""Operators with weights or windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from edgedigits_export.networks.onnx.padding import counts, margin_of, same, with_edges, with_zeros
from edgedigits_export.networks.onnx.values import Node, Value, refuse

if TYPE_CHECKING:
    from collections.abc import Callable


def conv(node: Node, image: Value, kernel: Value, bias: Value | None = None) -> Value:
    """Convolution, also in groups."""
    weights = kernel.constant()
    refuse(weights.ndim != 4, f"Conv with a kernel of {weights.shape}")
    pixels, groups = image.channels_last(), node.get("group", 1)
    size, strides, dilations = weights.shape[2:], node.get("strides", [1, 1]), node.get("dilations", [1, 1])
    margin = margin_of(node, pixels, size)
    windows = [(side - 1) * dilation + 1 for side, dilation in zip(size, dilations, strict=True)]
    padding = "VALID"
    if any(map(any, margin)) and margin == same(pixels.shape[1:3], windows, strides):
        padding = "SAME"
    else:
        pixels = with_zeros(pixels, margin)
    weights = weights.transpose(2, 3, 1, 0)
    if groups > 1 and groups == pixels.shape[-1] and strides[0] == strides[1]:
        answer = _each_channel(pixels, weights, strides[0], padding, dilations)
    else:
        parts = zip(tf.split(pixels, groups, -1), np.split(weights, groups, -1), strict=True)
        convolved = [tf.nn.conv2d(part, own, strides, padding, dilations=dilations) for part, own in parts]
        answer = convolved[0] if groups == 1 else tf.concat(convolved, -1)
    return Value(answer if bias is None else tf.nn.bias_add(answer, bias.constant()), last=True)


def _each_channel(pixels: Any, weights: Any, stride: int, padding: str, dilations: list[int]) -> Any:
    """Each channel convolved alone, with kernels (height, width, 1, channels * multiplier)."""
    height, width, _, outputs = weights.shape
    kernels = weights.reshape(height, width, pixels.shape[-1], outputs // pixels.shape[-1])
    return tf.nn.depthwise_conv2d(pixels, kernels, [1, stride, stride, 1], padding, dilations=dilations)


def max_pool(node: Node, image: Value) -> Value:
    """The largest value of each window."""
    refuse(set(node.get("dilations", [1])) != {1}, "MaxPool with dilations")
    pixels, size = image.channels_last(), node.get("kernel_shape")
    strides, margin = node.get("strides", [1, 1]), margin_of(node, pixels, size)
    if any(map(any, margin)) and margin == same(pixels.shape[1:3], size, strides):
        return Value(tf.nn.max_pool2d(pixels, size, strides, "SAME"), last=True)
    return Value(tf.nn.max_pool2d(with_edges(pixels, margin), size, strides, "VALID"), last=True)


def average_pool(node: Node, image: Value) -> Value:
    """The mean of each window, of its pixels inside the image or of all."""
    refuse(set(node.get("dilations", [1])) != {1}, "AveragePool with dilations")
    pixels, size = image.channels_last(), node.get("kernel_shape")
    strides, margin, whole = node.get("strides", [1, 1]), margin_of(node, pixels, size), node.get("count_include_pad")
    refuse(bool(whole and node.get("ceil_mode")), "AveragePool with ceil_mode that counts its margin")
    mean = tf.nn.avg_pool2d(with_zeros(pixels, margin), size, strides, "VALID")
    if whole or not any(map(any, margin)):
        return Value(mean, last=True)
    inside = counts(pixels.shape[1:3], margin, size, strides)
    return Value(mean * (size[0] * size[1] / inside), last=True)


def over_all(reduce: Callable[..., Any]) -> Callable[..., Value]:
    """Pooling over the whole image."""
    return lambda _, image: Value(reduce(image.channels_last(), (1, 2), keepdims=True), last=True)


def batch_normalization(node: Node, image: Value, *parameters: Value) -> Value:
    """A factor and an addend for each channel."""
    refuse(bool(node.get("training_mode")), "BatchNormalization in training")
    scale, shift, mean, variance = (parameter.constant() for parameter in parameters)
    factor = (scale / np.sqrt(variance + node.get("epsilon", 1e-5))).astype(np.float32)
    addend = (shift - mean * factor).astype(np.float32)
    if image.rank == 4:
        return Value(image.channels_last() * factor + addend, last=True)
    refuse(image.rank != 2, f"BatchNormalization of {image.rank} dimensions")
    return Value(image.tensor * factor + addend)


def local_response(node: Node, image: Value) -> Value:
    """Each value divided by those of channels near its own."""
    size = node.get("size")
    return Value(
        tf.nn.local_response_normalization(
            image.channels_last(),
            depth_radius=(size - 1) // 2,
            bias=node.get("bias", 1.0),
            alpha=node.get("alpha", 1e-4) / size,
            beta=node.get("beta", 0.75),
        ),
        last=True,
    )


def gemm(node: Node, first: Value, second: Value, third: Value | None = None) -> Value:
    """A dense layer."""
    turned = {f"transpose_{name}": bool(node.get(f"trans{name.upper()}")) for name in "ab"}
    product = tf.matmul(first.first(), second.first(), **turned)
    alpha, beta = node.get("alpha", 1.0), node.get("beta", 1.0)
    product = product if alpha == 1 else alpha * product
    if third is None:
        return Value(product)
    return Value(product + (third.tensor if beta == 1 else beta * third.tensor))


def matmul(_: Node, first: Value, second: Value) -> Value:
    """A matrix product."""
    return Value(tf.matmul(first.first(), second.first()))


LAYERS: dict[str, Callable[..., Value]] = {
    "AveragePool": average_pool,
    "BatchNormalization": batch_normalization,
    "Conv": conv,
    "Gemm": gemm,
    "GlobalAveragePool": over_all(tf.reduce_mean),
    "GlobalMaxPool": over_all(tf.reduce_max),
    "LRN": local_response,
    "MatMul": matmul,
    "MaxPool": max_pool,
}
