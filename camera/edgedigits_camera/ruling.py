"""Ruled lines, grids, frames and underlines taken out, and the strokes that cross them mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    cleaned = None
    for along in (0, 1):
        lines = ruling(ink, along=along)
        if lines.any():
            cleaned = mended(contrast if cleaned is None else cleaned, lines, along=along)
    return cleaned


def ruling(ink: NDArray[np.uint8], *, along: int) -> NDArray[np.uint8]:
    """Mask (H, W) uint8, 255 on the long lines that run along x (0) or y (1)."""
    tolerant = cv2.dilate(ink, _bar(SLANT_PX, along=1 - along))
    straight = cv2.morphologyEx(tolerant, cv2.MORPH_OPEN, _bar(STRAIGHT_PX, along=along))
    thick = cv2.morphologyEx(straight, cv2.MORPH_OPEN, _bar(THICKNESS_PX + SLANT_PX, along=1 - along))
    thin = cv2.subtract(straight, thick)
    long = [piece for piece in _pieces(thin) if np.ptp(piece[:, 0, along]) >= LENGTH_PX - 1]
    if not long:
        return np.zeros_like(ink)
    lines = cv2.drawContours(np.zeros_like(ink), long, -1, 255, cv2.FILLED)
    return cv2.bitwise_and(lines, ink, dst=lines)


def _pieces(mask: NDArray[np.uint8]) -> Sequence[NDArray[np.int32]]:
    """Outlines (N, 1, 2) of what hangs together, none where there is too little for one line."""
    if cv2.countNonZero(mask) < LENGTH_PX:
        return ()
    return cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]


def mended(contrast: NDArray[np.uint8], lines: NDArray[np.uint8], *, along: int) -> NDArray[np.uint8]:
    """Contrast without the lines; where ink goes on at both sides of a line, it goes on across it."""
    without = cv2.subtract(contrast, lines)
    bridged = cv2.morphologyEx(without, cv2.MORPH_CLOSE, _bar(THICKNESS_PX + SLANT_PX + 1, along=1 - along))
    return cv2.copyTo(cv2.min(bridged, contrast), lines, contrast.copy())


def _bar(length_px: int, *, along: int) -> NDArray[np.uint8]:
    return np.ones((1, length_px) if along == 0 else (length_px, 1), np.uint8)
