"""Digits into lines of text, along baselines that may slant or bend."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from edgedigits_camera.text.order import reading_order
from edgedigits_camera.text.skew import levelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgedigits.recognizer import Reading

# Digits beside one another in a line; a larger one belongs to another line.
MAX_SIZE_RATIO = 2.2


@dataclass(frozen=True, slots=True)
class Reach:
    """How far, in heights, a line's next digit may be from where it goes on; its steepest slope in pixels per pixel."""

    gap: float
    rise: float
    slope: float

    @property
    def farthest(self) -> float:
        """How much higher or lower the next digit may be, in heights."""
        return self.rise + self.slope * self.gap


LINE = Reach(gap=2.5, rise=0.55, slope=0.8)
# Rows of a page whose lines are about level, over gutters.
ROW = Reach(gap=8.0, rise=0.35, slope=0.0)
# Cells of a table are too short to say how they slant, their rows are not; columns of text need not stand level.
ROW_WEIGHT = 0.05


def order_lines(readings: Sequence[Reading]) -> tuple[tuple[Reading, ...], ...]:
    """Group readings that have a digit and a box into lines, each from left to right, the lines in reading order.

    The lines tell how the page slants, rows over gaps in them tell it better where lines are short; so that baselines
    are level and rows are rows when the order is decided. The order of the readings makes no difference.
    """
    found = sorted(readings, key=lambda reading: (reading.box_xywh_px, reading.digit, reading.confidence))
    if not found:
        return ()
    boxes = np.array([reading.box_xywh_px for reading in found], np.float64)
    line = lines_of(boxes, LINE)
    if not line.any():
        return (tuple(found[digit] for digit in np.argsort(boxes[:, 0] + boxes[:, 2] / 2, kind="stable")),)
    level = levelled(boxes, (line, 1.0))
    for _ in range(2):
        level = levelled(level, (line, 1.0), (lines_of(level, ROW), ROW_WEIGHT))
    return tuple(tuple(found[digit] for digit in digits) for digits in reading_order(level, line))


def lines_of(boxes: NDArray[np.float64], reach: Reach) -> NDArray[np.intp]:
    """Number of the line that each of (N, 4) boxes, x, y, width and height in pixels, belongs to."""
    middle = boxes[:, :2] + boxes[:, 2:] / 2
    digits = [Digit(*values) for values in np.column_stack([middle, boxes[:, 3], np.arange(len(boxes))]).tolist()]
    tallest = float(boxes[:, 3].max())
    longest_px, band_px = reach.gap * tallest, reach.farthest * tallest
    lines: list[list[Digit]] = []
    # Lines that may go on, by the band of the page that they have come to: only three are within reach of a digit.
    bands: dict[int, list[list[Digit]]] = defaultdict(list)
    for digit in sorted(digits):
        band, near = int(digit.y // band_px), []
        for other in (band - 1, band, band + 1):
            bands[other] = [line for line in bands[other] if digit.x - line[-1].x <= longest_px]
            near += [
                (misfit, line, other) for line in bands[other] if (misfit := _misfit(line, digit, reach)) is not None
            ]
        if near:
            _, line, other = min(near)
            bands[other].remove(line)
        else:
            lines.append(line := [])
        line.append(digit)
        bands[band].append(line)
    number = np.zeros(len(boxes), np.intp)
    for index, line in enumerate(lines):
        number[[int(digit.number) for digit in line]] = index
    return number


class Digit(NamedTuple):
    """Middle of a digit's box and its height in pixels, and its number; digits sort from left to right."""

    x: float
    y: float
    height: float
    number: float


def _misfit(line: list[Digit], digit: Digit, reach: Reach) -> float | None:
    """How far a digit is from where the line goes on, in heights; None when it does not belong to it."""
    last = line[-1]
    size, run, rise = (last.height + digit.height) / 2, digit.x - last.x, digit.y - last.y
    if run > reach.gap * size or abs(rise) > reach.farthest * size:
        return None
    if max(last.height, digit.height) > MAX_SIZE_RATIO * min(last.height, digit.height):
        return None
    off = abs(rise - _slope(line, reach.slope) * run)
    return (run + off) / size if off <= reach.rise * size else None


def _slope(line: list[Digit], steepest: float) -> float:
    """Rise of the line's last digits, in pixels per pixel."""
    first, last = line[-min(3, len(line))], line[-1]
    slope = (last.y - first.y) / max(last.x - first.x, 1.0)
    return max(-steepest, min(steepest, slope))
