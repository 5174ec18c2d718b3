"""Of candidates for the same ink, the best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Two digits side by side share so much of the smaller one's box at most, when both slant.
SHARED = 0.35
# Nearly the same: sizes that round to the same of so many steps an octave, middles to the same part of the height.
SIZES = 4
PLACES = 0.15
# Makes one number of two sizes, two places and whether it is whole, exact in 64-bit floats: sizes are at most 2**5
# octaves, places at most 2**18.
WEIGHTS = (2.0**7 * 2.0**38, 2.0**38, 2.0**19, 2.0, 1.0)


def without_overlaps(boxes: NDArray[np.float64], scores: NDArray[np.float32]) -> list[int]:
    """Indices of boxes (N, 4), best score (N,) first, that share little with any better one."""
    order = np.argsort(-scores, kind="stable")
    apart = share_of_smaller(boxes[order], boxes[order]) <= SHARED
    free = np.ones(len(order), np.bool_)
    kept: list[int] = []
    for place, index in enumerate(order.tolist()):
        if free[place]:
            kept.append(index)
            free &= apart[place]
    return kept


def share_of_smaller(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, M) share of the smaller of two boxes (N, 4) and (M, 4), x, y, width, height, that lies in the other."""
    low, high = boxes[:, None, :2], boxes[:, None, :2] + boxes[:, None, 2:]
    common = np.minimum(high, others[:, :2] + others[:, 2:]) - np.maximum(low, others[:, :2])
    area, other = boxes[:, 2:].prod(axis=1), others[:, 2:].prod(axis=1)
    return np.clip(common, 0, None).prod(axis=2) / np.minimum(area[:, None], other)


def within(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(N, M) bool: which boxes (N, 4) lie within which others (M, 4), all but a tenth of their height."""
    slack = boxes[:, 3:] / 10
    inside = np.ones((len(boxes), len(others)), np.bool_)
    for axis in (0, 1):
        low, other = boxes[:, axis, None], others[None, :, axis]
        inside &= low >= other - slack
        inside &= low + boxes[:, axis + 2, None] <= other + others[None, :, axis + 2] + slack
    return inside


def first_of_kind(boxes: NDArray[np.float64], whole: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Indices, in order, of the boxes (N, 4) that are not nearly the same as one before, both ``whole`` (N,) or not."""
    if not len(boxes):
        return np.zeros(0, np.int64)
    steps = np.round(np.log2(boxes[:, 2:]) * SIZES)
    place = np.round((boxes[:, :2] + boxes[:, 2:] / 2) / (np.exp2(steps[:, 1:] / SIZES) * PLACES))
    # One number for each kind: ``np.unique`` takes ten times as long for rows.
    kind = np.column_stack([steps, place, whole]) @ np.array(WEIGHTS)
    _, first = np.unique(kind, return_index=True)
    return np.sort(first)
