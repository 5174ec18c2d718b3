"""Ruled lines, grids, frames and underlines taken out, and the strokes that cross them mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Pixels of a layer, whose digits are up to 72 pixels high.
STRAIGHT_PX = 32  # a line is straight over this length, give or take SLANT_PX; so it may slant by 5 degrees
SLANT_PX = 3
LENGTH_PX = 90  # longer than any stroke of a digit
THICKNESS_PX = 7  # thicker bars are not ruling
# Ink at least so deep is looked at for lines, in 1/255: fainter ones do not survive the binarisation either.
DEPTH = 14


def without_ruling(contrast: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Take long straight lines out of a contrast picture (H, W) uint8; None when there are none."""
    ink = cv2.threshold(contrast, DEPTH, 255, cv2.THRESH_BINARY)[1]
    cleaned, found = contrast, False
    for along in (0, 1):
        lines = ruling(ink, along=along)
        if lines.any():
            cleaned, found = mended(cleaned, lines, along=along), True
    return cleaned if found else None


def ruling(ink: NDArray[np.uint8], *, along: int) -> NDArray[np.uint8]:
    """Mask (H, W) uint8, 255 on the long lines that run along x (0) or y (1)."""
    tolerant = cv2.dilate(ink, _bar(SLANT_PX, along=1 - along))
    straight = cv2.morphologyEx(tolerant, cv2.MORPH_OPEN, _bar(STRAIGHT_PX, along=along))
    thick = cv2.morphologyEx(straight, cv2.MORPH_OPEN, _bar(THICKNESS_PX + SLANT_PX, along=1 - along))
    thin = cv2.subtract(straight, thick)
    if not thin.any():
        return thin
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(thin, 8, cv2.CV_32S, cv2.CCL_GRANA)
    keep = stats[:, cv2.CC_STAT_WIDTH + along] >= LENGTH_PX
    keep[0] = False
    if not keep.any():
        return np.zeros_like(ink)
    return cv2.bitwise_and(np.where(keep[labels], 255, 0).astype(np.uint8), ink)


def mended(contrast: NDArray[np.uint8], lines: NDArray[np.uint8], *, along: int) -> NDArray[np.uint8]:
    """Contrast without the lines; where ink goes on at both sides of a line, it goes on across it."""
    without = np.where(lines > 0, 0, contrast).astype(np.uint8)
    bridged = cv2.morphologyEx(without, cv2.MORPH_CLOSE, _bar(THICKNESS_PX + SLANT_PX + 1, along=1 - along))
    return np.where(lines > 0, np.minimum(bridged, contrast), contrast).astype(np.uint8)


def _bar(length_px: int, *, along: int) -> NDArray[np.uint8]:
    return np.ones((1, length_px) if along == 0 else (length_px, 1), np.uint8)
