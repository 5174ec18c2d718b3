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


def without_overlaps(boxes: NDArray[np.float64], scores: NDArray[np.float32]) -> list[int]:
    """Indices of boxes (N, 4), best score (N,) first, that share little with any better one."""
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if not kept or share_of_smaller(boxes[i], boxes[kept]).max() <= SHARED:
            kept.append(int(i))
    return kept


def share_of_smaller(box: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) share of the smaller of two boxes that lies in the other; boxes are x, y, width, height."""
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[:2] + box[2:], others[:, :2] + others[:, 2:])
    common = np.clip(high - low, 0, None).prod(axis=1)
    return common / np.minimum(box[2:].prod(), others[:, 2:].prod(axis=1))


def within(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(N,) bool: which boxes (N, 4) lie within one of the others (M, 4), all but a tenth of their height."""
    slack = boxes[:, 3:] / 10
    inside = np.ones((len(boxes), len(others)), np.bool_)
    for axis in (0, 1):
        low, other = boxes[:, axis, None], others[None, :, axis]
        inside &= low >= other - slack
        inside &= low + boxes[:, axis + 2, None] <= other + others[None, :, axis + 2] + slack
    return np.logical_or.reduce(inside, axis=1)


def first_of_kind(boxes: NDArray[np.float64], whole: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Indices, in order, of the boxes (N, 4) that are not nearly the same as one before, both ``whole`` (N,) or not."""
    if not len(boxes):
        return np.zeros(0, np.int64)
    size = np.exp2(np.round(np.log2(boxes[:, 2:]) * SIZES) / SIZES)
    place = np.round((boxes[:, :2] + boxes[:, 2:] / 2) / (size[:, 1:] * PLACES))
    _, first = np.unique(np.column_stack([size, place, whole]), axis=0, return_index=True)
    return np.sort(first)
