"""Dense sheets: practice pages, tables of numbers, rows of the same digit; notes in words and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits.strokes import TWINS
from edgedigits_camera.scene.rows import Row, fits
from edgedigits_camera.scene.spec import pick
from edgedigits_camera.scene.writer import CHARACTER

if TYPE_CHECKING:
    from edgedigits_camera.scene.rows import Area

MOST = 500
"""Digits on a page; more than that nobody writes."""
WORDS = (
    "and", "the", "milk", "eggs", "total", "sum", "name", "date", "big", "dog", "good", "boys", "girl", "buy", "sugar",
    "fig", "quiz", "zoo", "size", "zip", "Bob", "Olga", "Susi", "Zoe", "Gina", "Yes", "Sold", "Open", "Bill", "Ill",
    "Solo", "Igloo", "Summe", "Zahl", "Brot", "gelb", "grau", "quer", "Oboe", "Seil", "Ziel", "lesen", "Zug",
    "Gans", "Essig", "oil", "soil", "lob", "loss", "boss", "obey", "logs", "globe", "Silbe", "glas", "Bogen", "Yoga",
    "Zebra", "Dollar", "Eis", "Oslo", "Basel", "Genf", "jazz", "hello", "test", "answer", "page", "work", "list",
)  # fmt: skip
"""Full of letters that are a digit's twin."""
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def dense_rows(digit_px: float, area: Area, rng: np.random.Generator) -> list[Row]:
    """Fill an area with rows of small digits, all evenly spaced or in columns of numbers."""
    pitch = digit_px * rng.uniform(1.25, 2.2)
    kind = pick(("same", "even", "numbers", "counting"), rng)
    length = int(rng.integers(2, 6)) if kind == "numbers" else 1
    step = digit_px * (rng.uniform(0.75, 1.0) * length + rng.uniform(0.2, 1.2))
    columns = max(1, int(area.width / step))
    slope, drift = rng.normal(0.0, 0.012), rng.normal(0.0, 0.08, columns) * digit_px
    rows: list[Row] = []
    left = MOST
    for number, y in enumerate(np.arange(area.top + pitch / 2, area.bottom - pitch / 3, pitch)):
        for column in range(columns):
            if left <= 0:
                return rows
            x = area.left + step * (column + 0.5) + drift[column] + rng.normal(0, 0.04) * digit_px
            tokens = _tokens(kind, number, column, length, rng)[:left]
            rows.append(Row(tokens, float(x), float(y + slope * (x - area.left)), slope, 0.1))
            left -= len(tokens)
    return rows


def _tokens(kind: str, row: int, column: int, length: int, rng: np.random.Generator) -> tuple[str, ...]:
    """What stands in one place of a dense sheet."""
    if kind == "numbers":
        return tuple(str(int(digit)) for digit in rng.integers(0, 10, int(rng.integers(1, length + 1))))
    digit = {"same": row, "counting": column}.get(kind, int(rng.integers(10)))
    return (str(digit % 10),)


def amount_rows(digit_px: float, area: Area, rng: np.random.Generator) -> list[Row]:
    """Round amounts, such as 1000 or 600, whose zeros are written in one go and touch or run into each other."""
    pitch = digit_px * rng.uniform(1.45, 2.4)
    rows = []
    for index in range(int(np.clip(area.height / pitch, 1, rng.integers(1, 9)))):
        gap = float(rng.uniform(-0.12, 0.06))
        head = rng.integers(1, 10, int(rng.integers(1, 4)))
        text = "".join(str(int(digit)) for digit in head) + "0" * int(rng.integers(1, 5))
        x = (area.left + area.right) / 2 + rng.uniform(-0.1, 0.1) * area.width
        y = area.top + pitch * (index + 0.5)
        rows.append(Row(tuple(text[-fits(area, digit_px, gap) :]), x, y, rng.normal(0.0, 0.02), gap))
    return rows


def note_rows(digit_px: float, area: Area, rng: np.random.Generator, *, numbers: bool) -> list[Row]:
    """Write words of all letters below each other, with numbers among them or without."""
    pitch, gap = digit_px * rng.uniform(1.6, 2.6), float(rng.uniform(0.0, 0.14))
    rows = []
    for y in np.arange(area.top + pitch / 2, area.bottom - pitch / 3, pitch)[: int(rng.integers(1, 12))]:
        room, tokens = area.width / digit_px - 1.0, list[str]()
        while room > 0 and len(tokens) < 60:
            if numbers and rng.random() < 0.4:
                word = list(str(int(rng.integers(0, 10 ** int(rng.integers(1, 5))))))
            else:
                word = [CHARACTER + letter for letter in _word(rng)]
            room -= 0.62 * len(word) + 0.5
            tokens += [*word, " "] if room > 0 else []
        x = area.left + area.width * rng.uniform(0.4, 0.55)
        rows.append(Row(tuple(tokens), float(x), float(y), rng.normal(0, 0.015), gap))
    return [row for row in rows if row.tokens]


def _word(rng: np.random.Generator) -> str:
    """Choose a word, in capitals now and then, or put letters together."""
    word = ""
    while sum(letter not in TWINS for letter in word) * 3 < max(len(word), 1):
        word = _letters(rng)
    kind = rng.random()
    # Capitals have more twins: ZOO could as well be 700.
    kind = 1.0 if any(letter in TWINS for letter in word.upper()) and kind < 0.2 else kind
    word = word.upper() if kind < 0.2 else word.capitalize() if kind < 0.35 else word
    return word + pick((".", ",", ":", "?", "-", ";"), rng) * (rng.random() < 0.2)


def _letters(rng: np.random.Generator) -> str:
    """Take a word from the list, or letters by chance."""
    if rng.random() < 0.25:
        return "".join(LETTERS[i] for i in rng.integers(0, 26, int(rng.integers(3, 9))))
    return WORDS[int(rng.integers(len(WORDS)))]


def lone_letters(rng: np.random.Generator) -> list[str]:
    """Choose letters and signs that will stand alone."""
    return [CHARACTER + pick(tuple(LETTERS), rng) for _ in range(int(rng.integers(1, 14)))]


def is_twin(token: str) -> bool:
    """Whether a letter that stands alone could as well be a digit."""
    return token.startswith(CHARACTER) and token[1:] in TWINS
