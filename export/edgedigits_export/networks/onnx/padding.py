"""Margins of windows that move over images, in ONNX's and in TensorFlow's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from edgedigits_export.networks.onnx.values import refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgedigits_export.networks.onnx.values import Node

# Before and behind, of height and width.
Margin = tuple[tuple[int, int], tuple[int, int]]
NONE: Margin = ((0, 0), (0, 0))


def margin_of(node: Node, image: Any, kernel: Sequence[int]) -> Margin:
    """What a node wants around an image (N, H, W, C) for windows of this size."""
    strides, dilations = node.get("strides", [1, 1]), node.get("dilations", [1, 1])
    windows = [(size - 1) * dilation + 1 for size, dilation in zip(kernel, dilations, strict=True)]
    sizes = image.shape[1:3]
    kind = node.get("auto_pad", b"NOTSET").decode()
    if kind == "VALID":
        return NONE
    if kind != "NOTSET":
        (top, bottom), (left, right) = same(sizes, windows, strides)
        return ((top, bottom), (left, right)) if kind == "SAME_UPPER" else ((bottom, top), (right, left))
    top, left, bottom, right = node.get("pads", [0] * 4)
    if not node.get("ceil_mode"):
        return (top, bottom), (left, right)
    extra = [
        _beyond(size + sum(pads), pads[0] + size, window, stride)
        for size, pads, window, stride in zip(sizes, ((top, bottom), (left, right)), windows, strides, strict=True)
    ]
    return (top, bottom + extra[0]), (left, right + extra[1])


def same(sizes: Sequence[int], windows: Sequence[int], strides: Sequence[int]) -> Margin:
    """The margin that TensorFlow calls SAME."""
    totals = [
        max((-(-size // stride) - 1) * stride + window - size, 0)
        for size, window, stride in zip(sizes, windows, strides, strict=True)
    ]
    height, width = ((total // 2, total - total // 2) for total in totals)
    return height, width


def _beyond(padded: int, inside: int, window: int, stride: int) -> int:
    """Pixels by which the last of the windows reaches over the edge; one that begins there is left out."""
    steps = -(-(padded - window) // stride)
    if steps * stride >= inside:
        steps -= 1
    return max(steps * stride + window - padded, 0)


def with_zeros(image: Any, margin: Margin) -> Any:
    """The image (N, H, W, C) with a margin of zeros."""
    return image if margin == NONE else tf.pad(image, [(0, 0), *margin, (0, 0)])


def with_edges(image: Any, margin: Margin) -> Any:
    """The image (N, H, W, C) with its outermost pixels repeated: no maximum changes, and no scale as by -infinity."""
    for axis, (before, behind) in enumerate(margin, start=1):
        low, high = ([slice(None)] * axis + [place] for place in (slice(0, 1), slice(-1, None)))
        image = tf.concat([*[image[tuple(low)]] * before, image, *[image[tuple(high)]] * behind], axis)
    return image


def counts(sizes: Sequence[int], margin: Margin, kernel: Sequence[int], strides: Sequence[int]) -> NDArray[np.float32]:
    """Of each window, (1, H, W, 1), how many of its pixels lie inside the image."""
    inside = np.pad(np.ones(sizes, np.float32), margin)
    windows = np.lib.stride_tricks.sliding_window_view(inside, tuple(kernel))[:: strides[0], :: strides[1]]
    refuse(not windows.size, f"windows of {kernel[0]}x{kernel[1]} pixels over {sizes[0]}x{sizes[1]}")
    return windows.sum(axis=(2, 3))[None, ..., None]
