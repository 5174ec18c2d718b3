"""How the page moved between two frames: it shakes in a hand, it is carried.

Corners of what is written are followed by optical flow (Lucas and Kanade, 1981, on pyramids), and the turn, zoom and
shift that most of them agree on is the page's; a hand that moves otherwise is outvoted. A page that moves by more than
a digit between two frames is lost to it, or taken for one that moved by a column of digits: then the digits themselves,
read by name, vote for a shift.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.live.tracking.matching import NEAR, distances

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.live.tracking.glance import Glance

MOST_POINTS = 120
# Fewer do not tell a turn from a shift.
LEAST_POINTS = 6
# Points that are this far off, in pixels of the small picture, do not agree.
AGREE_PX = 1.0
# With less than this share in agreement, the page is another, or a blur.
AGREEING = 0.3
# So many digits, and half of those that were there or are, must vote for the same shift.
LEAST_VOTES = 3


def drift(before: Glance, now: Glance, boxes: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Find how what is written moved.

    Args:
        before: the earlier frame.
        now: the later one.
        boxes: (N, 4) x, y, width, height in pixels of the earlier frame, where something was written.

    Returns:
        (2, 3) float64 that brings points of the earlier frame to the later one; None where that cannot be told.

    """
    if before.grey.shape != now.grey.shape or not len(boxes):
        return None
    points = _corners(before.grey, boxes * before.scale)
    if len(points) < LEAST_POINTS:
        return None
    there, found, _ = cv2.calcOpticalFlowPyrLK(before.grey, now.grey, points, None, winSize=(15, 15), maxLevel=3)
    kept = found.ravel() == 1
    if kept.sum() < LEAST_POINTS:
        return None
    matrix, agree = cv2.estimateAffinePartial2D(points[kept], there[kept], ransacReprojThreshold=AGREE_PX)
    if matrix is None or agree.sum() < max(LEAST_POINTS, AGREEING * len(points)):
        return None
    matrix[:, 2] /= now.scale
    return np.asarray(matrix, np.float64)


def shift(
    before: NDArray[np.float64], names: NDArray[np.intp], now: NDArray[np.float64], read: NDArray[np.intp]
) -> NDArray[np.float64] | None:
    """Find how digits were shifted, where less than half of them are where they are expected.

    Args:
        before: (N, 4) boxes in pixels, where digits are expected.
        names: (N,) what they are.
        now: (M, 4) boxes of what was read.
        read: (M,) as what.

    Returns:
        (2,) pixels that bring half of them to digits of their names; None where no shift does, or none is needed.

    """
    same = names[:, None] == read
    half, there = min(len(before), len(now)) / 2, same & (distances(before, now) <= NEAR)
    if there.any(axis=1).sum() >= half:
        return None
    was, came = (boxes[:, :2] + boxes[:, 2:] / 2 for boxes in (before, now))
    one, other = np.nonzero(same)
    apart = came[other] - was[one]
    cell = NEAR * float(np.median(now[:, 3]))
    best, votes = None, max(LEAST_VOTES, half)
    # Votes that a grid would part fall into the same cell of one that is moved by half a cell.
    for aside in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)):
        _, cells, counts = np.unique(np.floor(apart / cell + aside), axis=0, return_inverse=True, return_counts=True)
        if len(counts) and counts.max() >= votes:
            best, votes = apart[cells.ravel() == counts.argmax()].mean(axis=0), int(counts.max())
    return best


def moved(boxes: NDArray[np.float64], by: NDArray[np.float64]) -> NDArray[np.float64]:
    """Boxes (N, 4) where a drift (2, 3) brings them: their middles moved and turned, their sides grown."""
    middle = boxes[:, :2] + boxes[:, 2:] / 2
    size = boxes[:, 2:] * np.hypot(by[0, 0], by[1, 0])
    there = middle @ by[:, :2].T + by[:, 2]
    return np.concatenate([there - size / 2, size], axis=1)


def _corners(grey: NDArray[np.uint8], boxes: NDArray[np.float64]) -> NDArray[np.float32]:
    """Points (N, 1, 2) in boxes (N, 4) that can be followed."""
    mask = np.zeros_like(grey)
    for x, y, w, h in boxes.round().astype(int).tolist():
        mask[max(y - 1, 0) : max(y + h + 1, 0), max(x - 1, 0) : max(x + w + 1, 0)] = 255
    points = cv2.goodFeaturesToTrack(grey, MOST_POINTS, 0.05, 3, mask=mask)
    return np.zeros((0, 1, 2), np.float32) if points is None else np.asarray(points, np.float32)
