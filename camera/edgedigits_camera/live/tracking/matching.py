"""Which of the digits just read are those that were there before: by place alone, one to one, the nearest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# In heights. Neighbours of a line are 0.6 or more apart, so that a digit is never nearer to another's place than this.
NEAR = 0.35
# Boxes of one digit differ by this factor at most; one box around two digits is another thing.
MOST_GROWN = 1.5
# Boxes that share more than this of the smaller one cannot both be digits.
SAME_PLACE = 0.5


def matches(before: NDArray[np.float64], now: NDArray[np.float64]) -> dict[int, int]:
    """Match boxes.

    Args:
        before: (N, 4) x, y, width, height in pixels, where digits are expected.
        now: (M, 4), where they were read.

    Returns:
        Index of one before -> index of the one now.

    """
    off = distances(before, now)
    near = np.argwhere(off <= NEAR)
    match: dict[int, int] = {}
    taken: set[int] = set()
    for i, j in near[np.argsort(off[near[:, 0], near[:, 1]], kind="stable")].tolist():
        if i not in match and j not in taken:
            match[i] = j
            taken.add(j)
    return match


def distances(before: NDArray[np.float64], now: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, M) distances of the middles of boxes (N, 4) and (M, 4), in heights; infinite where these differ much."""
    apart = (before[:, None, :2] + before[:, None, 2:] / 2) - (now[None, :, :2] + now[None, :, 2:] / 2)
    high, other = before[:, None, 3], now[None, :, 3]
    off: NDArray[np.float64] = np.hypot(apart[..., 0], apart[..., 1]) / np.minimum(high, other)
    off[np.maximum(high, other) > MOST_GROWN * np.minimum(high, other)] = np.inf
    return off


def covered(box: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    """Whether a box (4,) is where one of the others (N, 4) is: the whole of a digit, half of it, or two in one."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[:2] + box[2:], others[:, :2] + others[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    return bool((shared > SAME_PLACE * np.minimum(box[2:].prod(), others[:, 2:].prod(axis=1))).any())
