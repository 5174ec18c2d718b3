"""The order in which lines of text are read: columns one after the other, the rows of a table each across.

A recursive XY-cut (Nagy and Seth, 1984): white between its lines cuts a page into strips, white gutters cut strips into
columns. Plain cuts take a chance gap across two columns for the end of both, and a table's gutters for those between
columns. So strips that share a gutter are cut together, which leaves headings out as XY-cut++ (Liu et al., 2025) does
by masking them; and only those gutters are cut across which lines do not go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from edgedigits_camera.text.skew import mean_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# In heights of a digit.
MIN_GUTTER = 1.2
SAME_ROW = 0.5
# Strips after which a gutter that was not seen in any of them has ended.
PATIENCE = 8
# Lines closer than this stand in one strip, so that ascenders and descenders may interleave.
TOUCHING = 0.7
# In pitches, the distance from line to line: those as near to a line across the gutter go on there, those that are
# further off and yet no further than this stand between lines. In a table, cells may be empty: the next row is 1 away.
LEVEL, BETWEEN = 0.2, 0.6
# Least and largest distance from line to line, in heights: with more between two, a cell between them is empty.
PITCHES = (1.2, 2.2)
# Share of the lines that tell which must go on across a gutter for it to be a table's.
TABLE_SHARE = 0.75
# Lines that may be off their row without a gutter being cut for it.
STRAY = 1
# What perspective leaves of a gutter's slant once baselines are level, in pixels across per pixel down.
LEANS = np.array([0.0, -0.04, 0.04, -0.08, 0.08, -0.12, 0.12, -0.16, 0.16, -0.2, 0.2])


def reading_order(boxes: NDArray[np.float64], line: NDArray[np.intp]) -> list[list[int]]:
    """Order digits.

    Args:
        boxes: (N, 4) x, y, width, height in pixels of a page whose baselines are level, N at least 1.
        line: (N,) number of the line that each digit was found in.

    Returns:
        Indices of the digits of each line; a line that runs across a gutter between columns is cut there.

    """
    size = float(np.median(boxes[:, 3]))
    sides = np.column_stack([boxes[:, 0], boxes[:, 0] + boxes[:, 2]]) / size
    word = words(sides, line)
    row = mean_of((boxes[:, 1] + boxes[:, 3] / 2) / size, word)
    page = Page(sides, row, line)
    return page.read(np.argsort(row, kind="stable"))


def words(sides: NDArray[np.float64], line: NDArray[np.intp]) -> NDArray[np.intp]:
    """Number of the word that each digit belongs to: lines are broken wherever there is room for a gutter."""
    order = np.lexsort([sides[:, 0], line])
    white = sides[order[1:], 0] - sides[order[:-1], 1]
    word = np.empty_like(line)
    word[order] = np.cumsum(np.concatenate([[0], (white >= MIN_GUTTER) | (np.diff(line[order]) > 0)]))
    return word


@dataclass(frozen=True, slots=True)
class Page:
    """Digits of a page whose lines are level, in heights of a digit.

    Attributes:
        sides: (N, 2) left and right.
        row: (N,) how far down the digit's line stands.
        line: (N,) number of its line.

    """

    sides: NDArray[np.float64]
    row: NDArray[np.float64]
    line: NDArray[np.intp]

    def read(self, part: NDArray[np.intp]) -> list[list[int]]:
        """Lines of a part of the page, which is given from top to bottom."""
        lines: list[list[int]] = []
        sides, start = self.leaning(part), 0
        ends = [*(np.flatnonzero(np.diff(self.row[part]) > TOUCHING) + 1).tolist(), len(part)]
        while ends:
            count = together(sides, start, ends)
            block = slice(start, ends[count - 1])
            left = self.left_column(part[block], sides[:, block])
            if left is None:
                lines += self.rows(part[block])
            else:
                lines += self.read(part[block][left]) + self.read(part[block][~left])
            start, ends = block.stop, ends[count:]
        return lines

    def leaning(self, part: NDArray[np.intp]) -> NDArray[np.float64]:
        """Left and right sides where gutters of each lean are upright: (leans, N, 2)."""
        leaning: NDArray[np.float64] = self.sides[part] - (LEANS[:, None] * self.row[part])[..., None]
        return leaning

    def left_column(self, block: NDArray[np.intp], sides: NDArray[np.float64]) -> NDArray[np.bool_] | None:
        """Which digits stand left of the gutter that fewest lines go on across; None where none is to be cut."""
        left, white = white_before(sides)
        lean = int(white.max(axis=1).argmax())
        column = np.searchsorted(left[lean, white[lean] >= MIN_GUTTER], sides[lean, :, 0], side="right")
        rows = [np.unique(self.row[block[column == number]]) for number in range(int(column.max()) + 1)]
        broken = [share_between(*two) for two in pairwise(rows)]
        if max(broken, default=0.0) <= 1 - TABLE_SHARE:
            return None
        chosen: NDArray[np.bool_] = column <= int(np.argmax(broken))
        return chosen

    def rows(self, block: NDArray[np.intp]) -> list[list[int]]:
        """Lines of a block that is one column, or a table: by rows, and in a row from left to right."""
        lines: dict[int, list[int]] = {}
        for digit in block[np.argsort(self.sides[block].sum(axis=1), kind="stable")].tolist():
            lines.setdefault(int(self.line[digit]), []).append(digit)
        rows: list[list[list[int]]] = []
        for line in sorted(lines.values(), key=lambda line: self.row[line[0]]):
            if rows and self.row[line[0]] - self.row[rows[-1][0][0]] < SAME_ROW:
                rows[-1].append(line)
            else:
                rows.append([line])
        return [line for row in rows for line in sorted(row, key=lambda line: self.sides[line[0], 0])]


def together(sides: NDArray[np.float64], start: int, ends: list[int]) -> int:
    """How many strips share a gutter, one where none do; the first begins at ``start``, they end at ``ends``."""
    count = 1
    for number, end in enumerate(ends, start=1):
        if white_before(sides[:, start:end])[1].max() >= MIN_GUTTER:
            count = number
        elif number - count >= PATIENCE:
            break
    return count


def white_before(sides: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Left sides of digits (leans, N, 2) from left to right, and the width of the white before each: (leans, N)."""
    first = np.argsort(sides[..., 0], axis=1)
    left, right = (np.take_along_axis(side, first, axis=1) for side in (sides[..., 0], sides[..., 1]))
    white = np.zeros_like(left)
    white[:, 1:] = left[:, 1:] - np.maximum.accumulate(right, axis=1)[:, :-1]
    return left, white


def share_between(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Share of lines on two sides of a gutter that stand between lines of the other, one stray aside.

    Args:
        left: (N,) how far down the lines on the left stand, from top to bottom.
        right: (M,) the same on the right.

    """
    if min(len(left), len(right)) < 2:
        return 0.0
    steps = np.concatenate([np.diff(left), np.diff(right)])
    steps = steps[steps > SAME_ROW]
    pitch = np.clip(np.percentile(steps, 25) if len(steps) else PITCHES[0], *PITCHES)
    off = np.concatenate([nearest(left, right), nearest(right, left)]) / pitch
    between, level = np.sum((off >= LEVEL) & (off < BETWEEN)), np.sum(off < LEVEL)
    return float(between - STRAY) / max(between + level, 1)


def nearest(these: NDArray[np.float64], those: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of each from the nearest of those, both sorted."""
    after = np.searchsorted(those, these)
    below, above = those[np.minimum(after, len(those) - 1)], those[np.maximum(after - 1, 0)]
    distance: NDArray[np.float64] = np.minimum(np.abs(below - these), np.abs(above - these))
    return distance


def one_line(lines: Sequence[str]) -> str:
    """Lines of digits as they are told to people."""
    return " | ".join(lines) or "no digits"
