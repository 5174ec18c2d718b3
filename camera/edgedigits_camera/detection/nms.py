"""Non-maximum suppression: of boxes for the same ink, the best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

# Most of the smaller box that two neighbours may share (intersection over minimum). Digits side by side share up to
# this when both slant; with more, pieces of one digit would survive beside it.
MOST_SHARED = 0.4
# Boxes that are compared with all others at a time: memory stays bounded.
BLOCK = 16


def overlaps(some: ArrayLike, others: ArrayLike) -> NDArray[np.float64]:
    """(N, M) intersection over union of boxes (N, 4) and (M, 4)."""
    a, b = np.asarray(some, np.float64)[:, None], np.asarray(others, np.float64)[None]
    size = np.minimum(a[..., :2] + a[..., 2:], b[..., :2] + b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    common = np.clip(size, 0, None).prod(axis=-1)
    shares: NDArray[np.float64] = common / (a[..., 2:].prod(axis=-1) + b[..., 2:].prod(axis=-1) - common)
    return shares


def share_of_smaller(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, M) share of the smaller of two boxes (N, 4) and (M, 4), x, y, width, height, that lies in the other."""
    (x, y, w, h), (left, top, width, height) = boxes.T[:, :, None], others.T
    across = np.minimum(x + w, left + width) - np.maximum(x, left)
    down = np.minimum(y + h, top + height) - np.maximum(y, top)
    shared: NDArray[np.float64] = np.maximum(across, 0) * np.maximum(down, 0) / np.minimum(w * h, width * height)
    return shared


def suppress_overlaps(
    boxes: NDArray[np.float64],
    scores: NDArray[np.float32],
    *,
    most: float,
    measure: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]] = share_of_smaller,
) -> NDArray[np.intp]:
    """Indices of boxes (N, 4), best score (N,) first, of which none overlaps more with a better one.

    By default an overlap is a share of the smaller box (intersection over minimum): a piece of a digit lies within it.
    """
    order = np.argsort(-scores, kind="stable")
    boxes = boxes[order]
    free = np.ones(len(order), np.bool_)
    for start in range(0, len(order), BLOCK):
        places = start + np.flatnonzero(free[start : start + BLOCK])
        for place, apart in zip(places.tolist(), measure(boxes[places], boxes[start:]) <= most, strict=True):
            if free[place]:
                free[place + 1 :] &= apart[place + 1 - start :]
    return order[free]
