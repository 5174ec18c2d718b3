"""Digits into lines of text, along baselines that may slant or bend."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgedigits.recognizer import Reading

# All in heights of the digits concerned.
MAX_GAP = 2.5
MAX_RISE = 0.55
MAX_SIZE_RATIO = 2.2
MAX_SLOPE = 0.8


def order_lines(readings: Sequence[Reading]) -> tuple[tuple[Reading, ...], ...]:
    """Group readings that have a digit and a box into lines, each from left to right, the lines from top to bottom."""
    lines: list[list[Reading]] = []
    for reading in sorted(readings, key=lambda reading: centre(reading)[0]):
        near = [(misfit, line) for line in lines if (misfit := _misfit(line, reading)) is not None]
        if near:
            min(near, key=lambda pair: pair[0])[1].append(reading)
        else:
            lines.append([reading])
    return tuple(tuple(line) for line in _top_to_bottom(lines))


def centre(reading: Reading) -> tuple[float, float]:
    """Middle of a reading's box, in pixels."""
    x, y, w, h = reading.box_xywh_px or (0, 0, 0, 0)
    return x + w / 2, y + h / 2


def height(reading: Reading) -> int:
    """Height of a reading's box, in pixels."""
    return reading.box_xywh_px[3] if reading.box_xywh_px else 0


def _misfit(line: list[Reading], reading: Reading) -> float | None:
    """How far a reading is from where the line goes on, in heights; None when it does not belong to it."""
    last = line[-1]
    size = fmean((height(last), height(reading)))
    if max(height(last), height(reading)) > MAX_SIZE_RATIO * min(height(last), height(reading)):
        return None
    (last_x, last_y), (x, y) = centre(last), centre(reading)
    gap = (x - last_x) / size
    rise = abs(y - last_y - _slope(line) * (x - last_x)) / size
    return gap + rise if gap <= MAX_GAP and rise <= MAX_RISE else None


def _slope(line: list[Reading]) -> float:
    """Rise of the line's last digits, in pixels a pixel."""
    if len(line) < 2:
        return 0.0
    (x0, y0), (x1, y1) = centre(line[-min(3, len(line))]), centre(line[-1])
    slope = (y1 - y0) / max(x1 - x0, 1.0)
    return max(-MAX_SLOPE, min(MAX_SLOPE, slope))


def _top_to_bottom(lines: list[list[Reading]]) -> list[list[Reading]]:
    """Rows of the page from top to bottom; lines beside one another in a row from left to right."""
    rows: list[list[list[Reading]]] = []
    for line in sorted(lines, key=lambda line: centre(line[0])[1]):
        if rows and centre(line[0])[1] - centre(rows[-1][0][0])[1] < 0.5 * height(rows[-1][0][0]):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: centre(line[0])[0])]
