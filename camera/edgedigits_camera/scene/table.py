"""Tables: ruled cells, coloured ones among them, a number in each or one digit in each as in a puzzle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.scene.rows import Row
from edgedigits_camera.scene.texture import colour

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.scene.rows import Area


@dataclass(frozen=True, slots=True)
class Table:
    """Lines at ``xs`` and ``ys`` of the flat page, their widths, all in pixels; colours of cells by row and column."""

    xs: NDArray[np.floating]
    ys: NDArray[np.floating]
    line_px: int
    heavy_px: int
    darkness: float
    fills: dict[tuple[int, int], NDArray[np.float32]]

    def rule(self, page: NDArray[np.float32]) -> None:
        """Draw cells and lines onto a page (H, W, 3) float32."""
        for (row, column), fill in self.fills.items():
            x0, x1, y0, y1 = (round(float(v)) for v in (*self.xs[column : column + 2], *self.ys[row : row + 2]))
            page[max(0, y0) : y1, max(0, x0) : x1] *= fill
        tone = [1.0 - self.darkness] * 3
        ends = (
            round(float(self.xs[0])),
            round(float(self.xs[-1])),
            round(float(self.ys[0])),
            round(float(self.ys[-1])),
        )
        for number, x in enumerate(self.xs):
            cv2.line(page, (round(float(x)), ends[2]), (round(float(x)), ends[3]), tone, self._width(number))
        for number, y in enumerate(self.ys):
            cv2.line(page, (ends[0], round(float(y))), (ends[1], round(float(y))), tone, self._width(number))

    def _width(self, number: int) -> int:
        """Every third line is heavier, as in a sudoku."""
        return self.heavy_px if number % 3 == 0 else self.line_px


def table_of(digit_px: float, area: Area, rng: np.random.Generator) -> tuple[Table, list[list[Row]]]:
    """Lay out a table: its lines, and the text of its rows."""
    length = int(rng.integers(1, 4))
    wide, high = digit_px * (0.75 * length + rng.uniform(0.6, 1.1)), digit_px * rng.uniform(1.35, 1.9)
    columns, rows = int(np.clip(area.width / wide, 1, 12 // length)), int(np.clip(area.height / high, 1, 9))
    xs = area.left + (area.width - columns * wide) / 2 + wide * np.arange(columns + 1)
    ys = area.top + (area.height - rows * high) / 2 + high * np.arange(rows + 1)
    text: list[list[Row]] = []
    fills: dict[tuple[int, int], NDArray[np.float32]] = {}
    coloured, filled = rng.random() < 0.5, rng.uniform(0.3, 1.0)
    shades = [colour(rng, 0.7, 0.95, spread=0.12) for _ in range(4)]
    for row in range(rows):
        text.append([])
        for column in range(columns):
            if coloured and rng.random() < 0.4:
                fills[row, column] = shades[int(rng.integers(4))]
            if rng.random() < filled:
                tokens = tuple(str(int(digit)) for digit in rng.integers(0, 10, int(rng.integers(1, length + 1))))
                x, y = xs[column] + wide / 2 + rng.normal(0, 0.05) * digit_px, ys[row] + high / 2
                text[-1].append(Row(tokens, float(x), float(y + rng.normal(0, 0.05) * digit_px), gap=0.1))
    line_px = max(1, round(digit_px * rng.uniform(0.015, 0.06)))
    heavy_px = round(line_px * rng.uniform(1.0, 4.0))
    return Table(xs, ys, line_px, heavy_px, float(rng.uniform(0.4, 0.95)), fills), text
