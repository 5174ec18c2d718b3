"""Ruled lines, grids, frames and underlines taken out, and the strokes that cross them mended.

A line is told from what is written over it by its depth, which hardly changes along it: deeper ink stays, be it a
stroke that crosses the line or the foot of a 2 that lies on it. Where ink is no deeper than the line, it goes on across
the line if there is ink on both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Pixels of a cell, along a line and across, in which lines are looked for: that takes an eighth of the time.
CELL_PX, ROWS_PX = 4, 2
# A line is straight over this length, give or take SLANT_PX: it may slant by 5 degrees.
STRAIGHT_PX, SLANT_PX = 36, 1
LENGTH_PX = 120  # longer than any stroke of a digit, and than the tops of three that touch
THICKNESS_PX = 8  # thicker bars are not ruling
# Least depth of a line, in 1/255. Ink is cut at 8 and more; noise lifts parts of fainter lines above that.
DEPTH = 5
# A line is nowhere deeper than SPREAD times its usual depth, and NOISE / 255 more.
SPREAD, NOISE = 1.1, 4
# Ink twice as deep as a line keeps its depth; what is hardly deeper than the line fades with it.
STEEPNESS = 2.0
# Openings, whose lengths must be odd: OpenCV shifts what it opens with even ones.
STRAIGHT = np.ones((1, STRAIGHT_PX // CELL_PX), np.uint8)
ACROSS = np.ones((THICKNESS_PX + 2 * SLANT_PX + 1, 1), np.uint8)
THICKER = np.ones(((THICKNESS_PX + 2 * SLANT_PX) // ROWS_PX + 2, 1), np.uint8)


def without_ruling(contrast: NDArray[np.uint8], *, across: bool = True, down: bool = True) -> NDArray[np.uint8] | None:
    """Take long straight lines out of a contrast picture (H, W) uint8; None when there are none.

    Height and width are multiples of CELL_PX. Those that go ``across`` are looked for, and those that go ``down``.
    """
    cleaned = None
    for wanted, turn in ((across, np.asarray), (down, cv2.transpose)):
        if wanted and (cells := ruling(turn(contrast))) is not None:
            cleaned = turn(mended(turn(contrast if cleaned is None else cleaned), cells))
    return cleaned


def ruling(contrast: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """How deep the long lines along x of a contrast picture are, 0 beside them; None without any.

    (rows, cells) uint8, each of ROWS_PX by CELL_PX pixels of the picture (H, W) uint8.
    """
    straight = straight_cells(contrast)
    ink = cv2.threshold(straight, DEPTH, 1, cv2.THRESH_BINARY)[1]
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(ink, 8, cv2.CV_32S, cv2.CCL_GRANA)
    long = stats[:, cv2.CC_STAT_WIDTH] >= LENGTH_PX // CELL_PX
    long[0] = False  # what is around
    if not long.any():
        return None
    labels = labels.ravel()
    where = np.flatnonzero(long[labels])
    label, depth = labels[where], straight.ravel()[where]
    # The upper quartile of each piece: ink that lies along a line is deeper, but shorter; what hangs on it is fainter.
    area = np.bincount(label)
    usual = np.sort(256 * label + depth)[np.minimum(np.cumsum(area) - area + area * 3 // 4, len(where) - 1)] % 256
    cells = np.zeros_like(straight)
    cells.ravel()[where] = np.minimum(SPREAD * np.minimum(depth, usual[label]) + NOISE, 255)
    return cv2.dilate(cells, np.ones((1, 3), np.uint8))  # a line may end within the next cell


def straight_cells(contrast: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Depth of what is straight along x and thin, (rows, cells) uint8, each of ROWS_PX by CELL_PX pixels."""
    height, width = contrast.shape
    cells = cv2.resize(contrast, (width // CELL_PX, height), interpolation=cv2.INTER_LINEAR_EXACT)
    reach = np.ones((ROWS_PX + 2 * SLANT_PX, 1), np.uint8)
    rows = cv2.dilate(cells, reach, anchor=(0, SLANT_PX))[::ROWS_PX]
    straight = cv2.morphologyEx(rows, cv2.MORPH_OPEN, STRAIGHT)
    return cv2.morphologyEx(straight, cv2.MORPH_TOPHAT, THICKER)


def mended(contrast: NDArray[np.uint8], cells: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Contrast (H, W) uint8 without lines along x, whose depth in ``cells`` tells; strokes go on across them."""
    result = contrast.copy()
    for first, last in bands(np.flatnonzero(cells.any(axis=1)), rows=len(cells)):
        band = slice(ROWS_PX * first, ROWS_PX * last)
        height, width = contrast[band].shape
        depth = cv2.resize(cells[first:last], (width, height), interpolation=cv2.INTER_NEAREST)
        deeper = cv2.addWeighted(contrast[band], STEEPNESS, depth, -STEEPNESS, 0)
        bridged = cv2.min(cv2.morphologyEx(deeper, cv2.MORPH_CLOSE, ACROSS), contrast[band])
        np.copyto(result[band], bridged, where=depth > 0)
    return result


def bands(ruled: NDArray[np.int64], *, rows: int) -> list[tuple[int, int]]:
    """First row, and the one after the last, of bands around ruled rows (N,), with what is looked at to mend them."""
    reach = len(ACROSS) // ROWS_PX + 1
    apart = np.flatnonzero(np.diff(ruled) > 2 * reach)
    first, last = ruled[np.append(0, apart + 1)] - reach, ruled[np.append(apart, -1)] + 1 + reach
    return list(zip(np.maximum(first, 0).tolist(), np.minimum(last, rows).tolist(), strict=True))
