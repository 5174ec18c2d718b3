"""Where text stands on a page: lines of digits, sums, columns, words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.scene.spec import SceneSpec


@dataclass(frozen=True, slots=True)
class Row:
    """A piece of text: tokens from left to right, its middle, clockwise slope in radians, and the gap in heights.

    A token is a digit, a space, or what ``sketch_distractor`` knows.
    """

    tokens: tuple[str, ...]
    x_px: float
    y_px: float
    slope: float = 0.0
    gap: float = 0.25
    upright: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """The part of the flat page that the camera is sure to see: left, top, right, bottom in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """In pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """In pixels."""
        return self.bottom - self.top

    def holds(self, points: NDArray[np.float64]) -> bool:
        """Whether all points (N, 2) lie inside."""
        low, high = points.min(axis=0), points.max(axis=0)
        return bool(low[0] >= self.left and low[1] >= self.top and high[0] <= self.right and high[1] <= self.bottom)


def rows_of(spec: SceneSpec, area: Area, rng: np.random.Generator) -> list[Row]:
    """Lay out the lines of text of a page, none for layouts that have no text."""
    makers = {
        "line": _line, "lines": lines_of, "touching": lines_of, "columns": _columns,
        "paragraphs": _paragraphs, "sums": _sums, "mixed": _mixed, "words": _mixed,
    }  # fmt: skip
    return makers[spec.layout](spec, area, rng) if spec.layout in makers else []


def fits(area: Area, height_px: float, gap: float) -> int:
    """How many digits a line holds, at least one."""
    return max(1, int(area.width / (height_px * (0.62 + gap))))


def _gap(spec: SceneSpec, rng: np.random.Generator) -> float:
    """Draw the gap between digits, in heights; touching digits share ink."""
    return float(rng.uniform(-0.1, 0.02) if spec.layout == "touching" else 0.06 + 0.7 * rng.random() ** 2)


def _digits(count: int, rng: np.random.Generator, *, spaces: float = 0.12) -> tuple[str, ...]:
    """Draw digits with a space now and then."""
    tokens: list[str] = []
    for digit in rng.integers(0, 10, count):
        tokens += [" "] * (bool(tokens) and rng.random() < spaces) + [str(int(digit))]
    return tuple(tokens)


def _line(spec: SceneSpec, area: Area, rng: np.random.Generator) -> list[Row]:
    """One line, somewhere, sloping up to 35 degrees; half of the time few digits, as on a sheet held up."""
    gap = _gap(spec, rng)
    count = int(rng.integers(1, min(10 if rng.random() < 0.5 else 3, fits(area, spec.digit_px, gap)) + 1))
    slope = float(rng.normal(0.0, 0.04) if rng.random() < 0.7 else rng.uniform(-0.6, 0.6))
    slack = max(0.0, area.height / 2 - spec.digit_px * 0.8)
    middle = (area.top + area.bottom) / 2 + rng.uniform(-0.8, 0.8) * slack * (abs(slope) < 0.15)
    return [Row(_digits(count, rng), (area.left + area.right) / 2, middle, slope, gap, bool(rng.random() < 0.5))]


def lines_of(spec: SceneSpec, area: Area, rng: np.random.Generator) -> list[Row]:
    """Several lines below each other, about parallel."""
    pitch, slope = spec.digit_px * rng.uniform(1.45, 2.4), rng.normal(0.0, 0.07)
    count = max(1, min(int(area.height / pitch), int(rng.integers(2, 9))))
    first = area.top + (area.height - (count - 1) * pitch) / 2
    rows = []
    for index in range(count):
        gap = _gap(spec, rng)
        most = min(12, fits(area, spec.digit_px, gap))
        tokens = _digits(int(rng.integers(1, most + 1)), rng)
        x = (area.left + area.right) / 2 + rng.uniform(-0.1, 0.1) * area.width
        rows.append(Row(tokens, x, first + index * pitch, slope + rng.normal(0.0, 0.012), gap))
    return rows


def _columns(spec: SceneSpec, area: Area, rng: np.random.Generator) -> list[Row]:
    """Two to four columns of short numbers, each read from top to bottom."""
    length = int(rng.integers(1, 4))
    room = spec.digit_px * (0.85 * length + 2.0)
    columns = int(np.clip(area.width / room, 1, rng.integers(2, 5)))
    pitch = spec.digit_px * rng.uniform(1.5, 2.2)
    count = max(1, min(int(area.height / pitch), int(rng.integers(2, 8))))
    rows = []
    for column in range(columns):
        x = area.left + area.width * (column + 0.5) / columns
        for index in range(count):
            y = area.top + (area.height - (count - 1) * pitch) / 2 + index * pitch
            rows.append(Row(_digits(int(rng.integers(1, length + 1)), rng, spaces=0), x, y, rng.normal(0, 0.02), 0.12))
    return rows


def _paragraphs(spec: SceneSpec, area: Area, rng: np.random.Generator) -> list[Row]:
    """Two columns of running lines, those on the right half a line lower."""
    pitch, gutter = spec.digit_px * rng.uniform(1.5, 2.2), spec.digit_px * rng.uniform(2.0, 3.5)
    width = (area.width - gutter) / 2
    count = int(np.clip(area.height / pitch - 1, 1, rng.integers(3, 9)))
    rows = []
    for left, drop in ((area.left, 0.0), (area.left + width + gutter, pitch / 2)):
        room = fits(Area(left, area.top, left + width, area.bottom), spec.digit_px, 0.15)
        for y in area.top + pitch / 2 + drop + pitch * np.arange(count):
            tokens = _digits(int(rng.integers(max(1, room - 3), max(2, room))), rng, spaces=0)
            rows.append(Row(tokens, left + width / 2, float(y), rng.normal(0, 0.01), 0.12))
    return rows


def _sums(spec: SceneSpec, area: Area, rng: np.random.Generator) -> list[Row]:
    """Sums with operators, as many as fit."""
    pitch = spec.digit_px * rng.uniform(1.7, 2.6)
    room, gap = area.width / spec.digit_px, float(rng.uniform(0.12, 0.4))
    rows = []
    for y in np.arange(area.top + pitch / 2, area.bottom - pitch / 3, pitch)[:7]:
        a, b = int(rng.integers(1, 100)), int(rng.integers(1, 100))
        c, d = int(rng.integers(1, 10)), int(rng.integers(1, 10))
        texts = [
            f"{a}+{b}={a + b}",
            f"{max(a, b)}-{min(a, b)}={abs(a - b)}",
            f"{c}x{d}={c * d}",
            f"{c * d}:{d}={c}",
            f"({c}+{d})x2={2 * (c + d)}",
            f"{c}+{d}={c + d}",
            f"{a},{c}",
        ]
        short = [text for text in texts if len(text) * (0.65 + gap) < room] or [str(c)]
        text = short[int(rng.integers(len(short)))]
        rows.append(Row(tuple(text), (area.left + area.right) / 2, float(y), rng.normal(0, 0.02), gap))
    return rows


def _mixed(spec: SceneSpec, area: Area, rng: np.random.Generator) -> list[Row]:
    """Words, and numbers among them unless it is words alone."""
    pitch = spec.digit_px * rng.uniform(1.8, 2.6)
    rows = []
    for y in np.arange(area.top + pitch / 2, area.bottom - pitch / 3, pitch)[:8]:
        tokens: list[str] = []
        room = area.width / spec.digit_px - 1.5
        while room > 0 and len(tokens) < 12:
            if spec.layout == "words" or rng.random() < 0.4:
                tokens += ["word" if rng.random() < 0.8 else "letter", " "]
                room -= 2.8
            else:
                number = _digits(int(rng.integers(1, 4)), rng, spaces=0)
                tokens += [*number, " "]
                room -= 0.9 * len(number) + 0.6
        rows.append(Row(tuple(tokens), (area.left + area.right) / 2, float(y), rng.normal(0, 0.02), 0.2))
    return rows
