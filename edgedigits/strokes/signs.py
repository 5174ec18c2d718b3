"""Signs that are no digit: operators, letters, doodles, scribbles, lines, words.

What holds a digit, or is one when it stands alone, is left out: O, l, I, i, S, Z, B, q, g, b, G, D, y, Y; ! and %.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits.strokes.curves import Glyph, parse

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = ("operator", "letter", "doodle", "scribble", "line", "word")

OPERATORS: dict[str, str] = {
    "+": "0,50! 52,50 / 26,24! 26,76",
    "-": "0,52! 46,50",
    "x": "2,30! 40,74 / 40,30! 0,74",
    ":": "10,34 12,36 / 10,70 12,72",
    "=": "0,40! 50,39 / 0,60! 50,60",
    "/": "0,100! 84,0",
    "(": "34,-8 8,18 0,50 8,82 34,108",
    ")": "0,-8 26,18 34,50 26,82 0,108",
    ",": "10,90 8,100 0,114",
    ".": "6,97 9,99",
    "?": "2,20 10,2 36,0 46,16 36,36 22,52 20,68 / 20,94 22,97",
    "root": "0,60 8,56! 20,100! 40,0! 100,0",
    "#": "18,10! 10,92 / 48,8! 40,90 / 0,36! 62,34 / -2,66! 60,64",
}
LETTERS: dict[str, str] = {
    "A": "0,100! 32,0! 64,100 / 12,62! 54,62",
    "E": "48,0! 2,0! 0,100! 52,100 / 2,48! 42,48",
    "F": "50,0! 2,0! 0,100 / 2,46! 42,46",
    "H": "2,0! 0,100 / 56,0! 56,100 / 2,50! 56,48",
    "K": "2,0! 0,100 / 50,2! 3,56! 54,100",
    "L": "4,0! 0,98! 50,98",
    "M": "0,100! 8,0! 38,66! 68,0! 78,100",
    "N": "0,100! 4,0! 54,98! 58,0",
    "P": "4,0! 0,100 / 2,6 30,0 52,14 46,40 22,54 3,52",
    "R": "4,0! 0,100 / 2,6 30,0 50,14 44,38 4,50! 56,100",
    "T": "0,2! 66,0 / 34,2! 32,100",
    "U": "2,0 0,60 10,94 32,100 52,90 58,50 58,0",
    "V": "0,0! 30,100! 62,0",
    "W": "0,0! 18,100! 40,30! 60,100! 82,0",
    "X": "0,0! 58,100 / 56,0! 2,100",
    "C": "62,14 40,0 14,14 0,50 12,86 38,100 64,86",
    "J": "8,0! 66,0 / 40,0! 40,74 30,98 8,98 0,80",
    "a": "52,12 30,0 6,20 0,56 14,94 36,86 52,40 54,8! 54,70 62,98 74,92",
    "c": "50,14 30,0 8,16 0,54 12,92 34,100 56,86",
    "d": "46,58 26,46 4,60 2,88 20,100 42,86 52,50 56,0! 54,70 62,100",
    "e": "4,54 40,48 54,24 38,2 14,10 0,46 10,90 36,100 62,80",
    "f": "48,8 34,0 22,16 18,100 / 2,44! 42,42",
    "h": "6,0! 2,100! 8,66 26,46 42,56 44,100",
    "k": "6,0! 0,100 / 40,42! 4,70! 44,100",
    "m": "0,6! 2,100! 6,40 24,6 36,16 38,96! 44,36 60,4 74,16 76,100",
    "n": "0,4! 2,100! 8,40 32,4 54,14 58,100",
    "p": "6,0! 0,100 / 4,12 28,0 48,14 44,42 22,52 4,46",
    "r": "2,2! 4,100! 8,44 24,10 50,6",
    "t": "20,0 16,76 28,98 46,92 / 0,32! 42,30",
    "u": "2,2 0,60 14,96 36,90 52,50 54,2! 54,80 66,98",
    "v": "0,2! 28,98! 56,0",
    "w": "0,2 10,94 30,90 40,20 50,90 72,94 84,2",
}
DOODLES: dict[str, str] = {
    "smiley": "50,0 14,14 0,50 14,86 50,100 86,86 100,50 86,14 50,0 / 34,32 35,38 / 66,32 67,38 / 26,62 48,80 74,60",
    "star": "50,0! 80,98! 2,36! 98,36! 20,98! 50,0",
    "arrow": "0,50! 110,48 / 82,26! 112,48! 84,74",
    "arrow-down": "30,0! 30,100 / 4,72! 30,100! 58,70",
    "heart": "50,26! 34,2 8,4 0,30 20,66 50,100! 82,64 100,28 90,4 66,2 50,26",
    "check": "0,62! 26,98! 84,0",
    "box": "2,2! 98,0! 96,98! 0,96! 2,0",
    "spiral": "50,50 58,46 58,60 42,62 38,42 60,32 76,52 64,78 34,80 18,52 34,20 70,12 96,44 88,86 50,104",
    "triangle": "50,0! 100,90! 0,92! 52,0",
    "zigzag": "0,60! 16,20! 32,80! 48,20! 64,80! 80,20! 96,70",
    "wave": "0,50 16,34 32,50 48,66 64,50 80,34 96,50 112,66",
    "cross": "0,0! 90,90 / 90,0! 0,90",
    "house": "0,100! 0,44! 50,0! 100,44! 100,100! 0,100 / 40,100! 40,66! 60,66! 60,100",
    "flower": "50,40 34,10 60,0 60,36 88,22 92,50 62,48 76,78 46,86 46,54 18,70 8,44 42,44 / 52,56! 56,130",
    "cloud": "20,80 0,66 8,44 28,44 34,18 62,14 72,36 96,36 104,60 88,80 20,80",
}


def sign(kind: str, *, rng: np.random.Generator) -> tuple[str, Glyph]:
    """Choose a sign of a kind: its name and its control points.

    Raises:
        ValueError: there is no such kind.

    """
    makers: dict[str, Callable[[np.random.Generator], tuple[str, Glyph]]] = {
        "operator": lambda rng: _listed(OPERATORS, rng),
        "letter": lambda rng: _listed(LETTERS, rng),
        "doodle": lambda rng: _listed(DOODLES, rng),
        "scribble": scribble,
        "line": line,
        "word": word,
    }
    if kind in makers:
        return makers[kind](rng)
    for table in (OPERATORS, LETTERS, DOODLES):
        if kind in table:
            return kind, parse(table[kind])
    raise ValueError(f"no sign {kind!r}; known are {', '.join([*KINDS, *OPERATORS, *LETTERS, *DOODLES])}")


def scribble(rng: np.random.Generator) -> tuple[str, Glyph]:
    """Wander about densely, as in crossing something out."""
    turns = int(rng.integers(9, 24))
    drift = np.linspace(0.0, rng.uniform(0.0, 2.0), turns)
    points = rng.uniform(0.0, 1.0, (turns, 2)) * (rng.uniform(0.3, 1.0), 1.0)
    points[:, 0] += drift
    return "scribble", Glyph((points,), (np.zeros(turns, dtype=bool),))


def line(rng: np.random.Generator) -> tuple[str, Glyph]:
    """Draw an underline, a slanted line, or a bracket: never one that stands upright like a one."""
    length, rise = rng.uniform(0.8, 4.0), rng.normal(0.0, 0.08)
    points = np.array([[0.0, 0.5], [length / 2, 0.5 + rng.normal(0.0, 0.02)], [length, 0.5 + rise * length]])
    if rng.random() < 0.3:
        points = np.concatenate([[[0.0, 1.1]], points])
    return "line", Glyph((points,), (np.array([False] * (len(points) - 3) + [True, False, False]),))


def word(rng: np.random.Generator) -> tuple[str, Glyph]:
    """Join three to six small letters, half of the time in one flow of the pen."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1) if chr(code) in LETTERS]
    chosen = [letters[int(rng.integers(len(letters)))] for _ in range(int(rng.integers(3, 7)))]
    joined = rng.random() < 0.5
    strokes: list[np.ndarray] = []
    corners: list[np.ndarray] = []
    left = 0.0
    for letter in chosen:
        glyph = parse(LETTERS[letter])
        low = 1.0 if letter in "dfhkt" else 0.6
        moved = [points * low + (left, 1.0 - low + 0.25 * (letter == "p")) for points in glyph.strokes]
        left = max(float(points[:, 0].max()) for points in moved) + 0.12
        if joined and strokes:
            strokes[-1], corners[-1] = (
                np.concatenate([strokes[-1], moved[0]]),
                np.concatenate([corners[-1], glyph.corners[0]]),
            )
            moved, extra = moved[1:], glyph.corners[1:]
        else:
            extra = glyph.corners
        strokes.extend(moved)
        corners.extend(extra)
    return "".join(chosen), Glyph(tuple(strokes), tuple(corners))


def _listed(table: dict[str, str], rng: np.random.Generator) -> tuple[str, Glyph]:
    """Choose one sign of a table."""
    name = list(table)[int(rng.integers(len(table)))]
    return name, parse(table[name])
