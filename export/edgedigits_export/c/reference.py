"""TensorFlow Lite's reference kernels for int8 in NumPy: what the C code has to answer, bit for bit.

Written the long way, kernel by kernel and with every zero point, so that it shares nothing with the C code but the
arithmetic. The kernels of TensorFlow Lite Micro give the same answers; those of the larger runtimes round differently
(in litert's reference kernels the dense layers, in XNNPACK every layer rounds once where these round twice).
"""

from __future__ import annotations

from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from edgedigits_export.c.network import ZERO_POINT

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edgedigits_export.c.fixedpoint import Softmax
    from edgedigits_export.c.network import IntegerNetwork, Layer

    Integers = NDArray[np.int64]

CHUNK = 100
ONE = 2**31 - 1


def answers(network: IntegerNetwork, patches: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Stored probabilities (N, 10) int8 of patches (N, 28, 28) uint8."""
    chunks = (patches[start : start + CHUNK] for start in range(0, len(patches), CHUNK))
    return np.concatenate([layers(network, chunk)[-1] for chunk in chunks]).astype(np.int8)


def layers(network: IntegerNetwork, patches: NDArray[np.uint8]) -> list[Integers]:
    """What each of the nine operators stores for patches (N, 28, 28) uint8, in order: (N, ...), channels last."""
    conv1, conv2, conv3, dense1, dense2 = network.layers
    steps: tuple[Callable[[Integers], Integers], ...] = (
        partial(_convolve, conv1),
        _pool,
        partial(_convolve, conv2),
        _pool,
        partial(_convolve, conv3),
        lambda values: values.reshape(len(values), -1),
        partial(_dense, dense1, zero_point=ZERO_POINT),
        partial(_dense, dense2, zero_point=network.logit_zero_point),
        partial(_softmax, constants=network.softmax),
    )
    image = patches[..., None].astype(np.int64) + network.input_zero_point
    return list(accumulate(steps, lambda values, step: step(values), initial=image))[1:]


def _convolve(layer: Layer, values: Integers) -> Integers:
    windows = np.lib.stride_tricks.sliding_window_view(values, (3, 3), axis=(1, 2))  # (N, H, W, channels, 3, 3)
    rows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, layer.weights[0].size)
    return _dense(layer, rows, zero_point=ZERO_POINT).reshape(*windows.shape[:3], -1)


def _pool(values: Integers) -> Integers:
    """The largest of each 2x2; an odd row or column at the end is left out."""
    images, height, width, channels = values.shape
    even = values[:, : height // 2 * 2, : width // 2 * 2]
    return even.reshape(images, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))


def _dense(layer: Layer, values: Integers, *, zero_point: int) -> Integers:
    """Sums of values (N, taps) with each channel's weights, at the scale of the output; ReLU is its lower end."""
    weights = layer.weights.reshape(len(layer.weights), -1)
    # Whole numbers far below 2**53: the product is exact, and much faster than one of integers.
    sums = ((values - ZERO_POINT).astype(np.float64) @ weights.T.astype(np.float64)).astype(np.int64) + layer.bias
    scaled = _halve(_multiply(sums, layer.multipliers.astype(np.int64)), layer.shifts.astype(np.int64))
    return np.clip(scaled + zero_point, -128, 127)


def _multiply(a: Integers, b: Integers | int) -> Integers:
    """Product of two fractions in units of 2**-31, halves up."""
    return (a * b + 2**30) >> 31


def _halve(values: Integers, times: Integers | int) -> Integers:
    """``values / 2**times``, halves away from zero."""
    return np.sign(values) * ((np.abs(values) + ((1 << times) >> 1)) >> times)


def _softmax(logits: Integers, *, constants: Softmax) -> Integers:
    differences = logits - logits.max(axis=1, keepdims=True)
    counted = differences >= constants.least
    exponents = _multiply(np.where(counted, differences, 0) << constants.shift, constants.multiplier)
    powers = np.where(counted, _exponential(exponents), 0)
    sums = _halve(powers, 12).sum(axis=1, keepdims=True)
    bits = np.frexp(sums)[1].astype(np.int64)  # sums lie in 2**(bits - 1) .. 2**bits
    shares = _multiply(_reciprocal((sums << (32 - bits)) - 2**31), powers)
    return np.clip(_halve(shares, 12 - (32 - bits) + 23) - 128, -128, 127)


def _exponential(exponents: Integers) -> Integers:
    """Powers of e for exponents <= 0 in units of 2**-26; the result in units of 2**-31."""
    part = exponents % 2**24 - 2**24
    x = part * 32 + 2**28
    square = _multiply(x, x)
    third_and_fourth = _multiply(square, x) + _halve(_multiply(square, square), 2)
    series = x + _halve(_multiply(third_and_fourth, round(2**31 / 3)) + square, 1)
    start = round(np.exp(-1 / 8) * 2**31)
    result = start + _multiply(series, start)
    for bit in range(7):
        factor = round(np.exp(-(2.0 ** (bit - 2))) * 2**31)
        result = np.where((part - exponents) >> (24 + bit) & 1, _multiply(result, factor), result)
    return np.where(exponents == 0, ONE, result)


def _reciprocal(a: Integers) -> Integers:
    """1 / (1 + a) for a in 0..1, both in units of 2**-31."""
    half = (a + ONE + 1) >> 1
    x = round(48 / 17 * 2**29) + _multiply(half, round(-32 / 17 * 2**29))
    for _ in range(3):
        x += _multiply(x, 2**29 - _multiply(half, x)) << 2
    return np.minimum(x << 1, ONE)
