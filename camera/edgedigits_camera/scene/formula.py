"""Sums and algebra as hands write them: letters, powers, fractions, roots, brackets, systems of equations, units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from edgedigits_camera.scene.marks import Mark, Place
from edgedigits_camera.scene.spec import pick
from edgedigits_camera.scene.writer import CHARACTER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgedigits_camera.scene.rows import Area
    from edgedigits_camera.scene.writer import Writer

UNITS = ("kg", "g", "m", "cm", "mm", "km", "s", "h", "l", "€", "$", "°", "%", "N", "V", "ml", "min", "Bq")
ALIKE = "OolI"
"""Beside digits nobody can tell these from digits."""
NAMES = "xyzabcnmxyabxk"
CAPITALS = "ABCDEFGHKLMNPRSTX"


@dataclass(frozen=True, slots=True)
class Piece:
    """Marks that belong together; their baseline starts at 0, 0. Width, height above and depth below it in pixels."""

    marks: tuple[Mark, ...]
    wide: float
    above: float
    below: float = 0.0

    def at(self, x: float, y: float) -> tuple[Mark, ...]:
        """Put its baseline's start somewhere."""
        return tuple(mark.shifted(np.array([x, y])) for mark in self.marks)


class Formulas:
    """Writes formulas in a writer's hand."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.rng = writer.rng
        self.gap = float(writer.rng.uniform(0.08, 0.3))

    def text(self, text: str, height: float) -> Piece:
        """Write characters and digits next to each other."""
        marks, x = [], 0.0
        for sign in text:
            if sign == " ":
                x += 0.4 * height
                continue
            token = sign if sign.isdigit() else CHARACTER + sign
            place = Place(x, height * float(self.rng.normal(0, 0.02)), height, self._pen(height))
            mark, wide = self.writer.token(token, place)
            if mark is not None:
                marks.append(replace(mark, role="unsure") if sign in ALIKE else mark)
                x += wide + height * self.gap * float(self.rng.uniform(0.6, 1.4))
        return Piece(tuple(marks), x, height, 0.3 * height)

    def row(self, pieces: Sequence[Piece]) -> Piece:
        """Put pieces next to each other."""
        marks, x = list[Mark](), 0.0
        for piece in pieces:
            marks += piece.at(x, 0)
            x += piece.wide
        return Piece(tuple(marks), x, max(p.above for p in pieces), max(p.below for p in pieces))

    def power(self, base: str, exponent: str, height: float) -> Piece:
        """Raise something to a power, or index it."""
        raised = self.rng.random() < 0.75
        low = self.text(base, height)
        high = self.text(exponent, height * float(self.rng.uniform(0.45, 0.7)))
        marks = (*low.marks, *high.at(low.wide - 0.03 * height, -0.6 * height if raised else 0.25 * height))
        return Piece(marks, low.wide + high.wide, 1.25 * height, 0.4 * height)

    def fraction(self, upper: Piece, lower: Piece, height: float) -> Piece:
        """Divide one piece by another with a bar."""
        wide = max(upper.wide, lower.wide) + 0.2 * height
        middle = -0.45 * height
        bar = self.stroke([(0.0, middle), (wide / 2, middle + self._shake(height)), (wide, middle)], height)
        marks = (
            bar,
            *upper.at((wide - upper.wide) / 2, middle - upper.below - 0.1 * height),
            *lower.at((wide - lower.wide) / 2, middle + lower.above + 0.15 * height),
        )
        above = upper.above + upper.below - middle + 0.1 * height
        return Piece(marks, wide + 0.2 * height, above, middle + lower.above + lower.below + 0.15 * height)

    def root(self, inner: Piece, height: float) -> Piece:
        """Take a square root."""
        top, lead = -inner.above - 0.15 * height, 0.5 * height
        points = [(0.0, -0.4 * height), (0.15 * height, -0.45 * height), (0.3 * height, 0.0), (lead, top)]
        sign = self.stroke([*points, (lead + inner.wide + 0.1 * height, top + self._shake(height))], height)
        return Piece(
            (replace(sign, role="around"), *inner.at(lead, 0)), lead + inner.wide + 0.2 * height, -top, inner.below
        )

    def system(self, rows: Sequence[Piece], height: float) -> Piece:
        """Put equations below each other behind a tall brace."""
        pitch = height * float(self.rng.uniform(1.5, 2.2))
        marks: list[Mark] = []
        for index, piece in enumerate(rows):
            marks += piece.at(0.6 * height, index * pitch)
        top, bottom = -1.1 * height, (len(rows) - 1) * pitch + 0.2 * height
        middle = (top + bottom) / 2
        nose = 0.0 if self.rng.random() < 0.7 else 0.2 * height
        bow = [(0.4, top), (0.2, top + 0.15 * height), (0.22, middle - 0.2 * height)]
        points = [(x * height, y) for x, y in bow]
        points += [(nose, middle)] + [(x, top + bottom - y) for x, y in reversed(points)]
        if self.rng.random() < 0.8:
            marks.append(self.stroke(points, height))
        return Piece(tuple(marks), 0.6 * height + max(p.wide for p in rows), -top, bottom + 0.3 * height)

    def stroke(self, points: Sequence[tuple[float, float]], height: float) -> Mark:
        """Draw a line through points in pixels: a sign that grows with what it belongs to."""
        path = np.array(points, np.float64)
        along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        stops = np.linspace(0, along[-1], max(4, int(along[-1] / 3)))
        line = np.stack([np.interp(stops, along, path[:, axis]) for axis in (0, 1)], axis=1)
        pen = self._pen(height)
        low, high = line.min(axis=0) - pen / 2, line.max(axis=0) + pen / 2
        corners = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
        return Mark((np.column_stack([line, np.full(len(line), pen)]),), corners)

    def _pen(self, height: float) -> float:
        return min(self.writer.pen_px, height / 4)

    def _shake(self, height: float) -> float:
        return float(self.rng.normal(0, 0.03)) * height

    def draw(self, height: float) -> Piece:
        """Draw a formula of any kind."""
        kinds = (
            self._equation,
            self._equation,
            self._system,
            self._quotient,
            self._rooted,
            self._quantity,
            self._named,
        )
        return kinds[int(self.rng.integers(len(kinds)))](height)

    def _number(self, most: int = 1000) -> str:
        return str(int(self.rng.integers(0, 10 ** int(self.rng.integers(1, len(str(most)))))))

    def _term(self, height: float) -> Piece:
        """A number, a letter, a number with a letter, or a power."""
        name = pick(tuple(NAMES), self.rng)
        kind = self.rng.random()
        if kind < 0.25:
            return self.power(
                self._number(100) * bool(kind < 0.1) + name, pick(("2", "3", "n", "2", "10"), self.rng), height
            )
        text = name if kind < 0.4 else self._number() if kind < 0.65 else self._number(100) + name
        return self.text(text, height)

    def _side(self, height: float) -> list[Piece]:
        """A sum of terms."""
        pieces = [self._term(height)]
        for _ in range(int(self.rng.integers(0, 3))):
            pieces += [self.text(pick(("+", "-", "+", "-", "*", "÷", "±"), self.rng), height), self._term(height)]
        if self.rng.random() < 0.2:
            pieces = [self.text("(", height), *pieces, self.text(")", height)]
        return pieces

    def _equation(self, height: float) -> Piece:
        return self.row(
            [*self._side(height), self.text(pick(("=", "=", "<", ">"), self.rng), height), *self._side(height)]
        )

    def _system(self, height: float) -> Piece:
        return self.system([self._equation(height) for _ in range(int(self.rng.integers(2, 4)))], height)

    def _quotient(self, height: float) -> Piece:
        small = height * float(self.rng.uniform(0.7, 1.0))
        divided = self.fraction(self.row(self._side(small)), self._term(small), height)
        return self.row([divided, self.text("=", height), self._term(height)])

    def _rooted(self, height: float) -> Piece:
        return self.row([self.root(self.row(self._side(height)), height), self.text("=", height), self._term(height)])

    def _quantity(self, height: float) -> Piece:
        """A number with its unit or currency."""
        number = self._number() + ("," + self._number(100) if self.rng.random() < 0.4 else "")
        unit, first = pick(UNITS, self.rng), self.rng.random() < 0.15
        return self.text(unit + number if first else number + " " * (self.rng.random() < 0.5) + unit, height)

    def _named(self, height: float) -> Piece:
        """A number behind a name: initials, a task's letter, a variable."""
        name = "".join(pick(tuple(CAPITALS), self.rng) for _ in range(int(self.rng.integers(1, 4))))
        between = pick(("", " ", "=", ": ", "-", "."), self.rng)
        return self.text(name + between + self._number(), height)


def formulas(writer: Writer, area: Area) -> list[Mark]:
    """Fill an area with formulas below each other; what does not fit is left out."""
    maker, height = Formulas(writer), writer.spec.digit_px
    marks: list[Mark] = []
    y = area.top + height * float(writer.rng.uniform(0.2, 1.0))
    for _ in range(int(writer.rng.integers(1, 12))):
        piece = next((p for p in (maker.draw(height) for _ in range(6)) if p.wide < area.width), None)
        if piece is None:
            piece = maker.text(str(int(writer.rng.integers(10))), height)
        if y + piece.above + piece.below > area.bottom:
            break
        x = area.left + float(writer.rng.random()) * max(0.0, area.width - piece.wide)
        marks += [mark for mark in piece.at(x, y + piece.above) if area.holds(mark.corners)]
        y += piece.above + piece.below + height * float(writer.rng.uniform(0.2, 0.9))
    return marks
