"""The largest of each 2 x 2 window, with a gradient that TensorFlow's own takes several times as long for on a CPU."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


@tf.custom_gradient  # type: ignore[untyped-decorator]
def max_pool(maps: Any) -> Any:
    """As ``MaxPooling2D(2)``: (N, H, W, C) float32 become (N, H // 2, W // 2, C); the gradient is the same, too."""
    maxima = tf.nn.max_pool2d(maps, 2, 2, "VALID")
    return maxima, lambda gradient: spread(maps, maxima, gradient)


@tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
def spread(maps: Any, maxima: Any, gradient: Any) -> Any:
    """Hand each window's gradient (N, H // 2, W // 2, C) to the first that is its maximum; returns (N, H, W, C)."""
    _, height, width, channels = maps.shape
    rows, columns = height // 2, width // 2
    left, parts = tf.ones_like(gradient, tf.bool), []
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        is_first = (maps[:, row : 2 * rows : 2, column : 2 * columns : 2] == maxima) & left
        left &= ~is_first
        parts.append(tf.where(is_first, gradient, 0.0))
    pairs = [tf.reshape(tf.stack(pair, 3), (-1, rows, 1, 2 * columns, channels)) for pair in (parts[:2], parts[2:])]
    whole = tf.reshape(tf.concat(pairs, 2), (-1, 2 * rows, 2 * columns, channels))
    return tf.pad(whole, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)))
