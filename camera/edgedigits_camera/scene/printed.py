"""Print as on newspapers, labels and forms: letters without a digit among them, headlines, empty grids, grey bars."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_COMPLEX_SMALL,
)
# As frequent as in text, roughly; no capital that is a digit's twin.
LETTERS = "eeeeettttaaaooiinnnsshhrrddlucmfwgypbvk"


@dataclass(frozen=True, slots=True)
class Press:
    """What prints: the font, the height of its capitals in pixels, and boxes (x0, y0, x1, y1) that stay free."""

    font: int
    capital_px: float
    free: tuple[tuple[float, ...], ...]

    def blocked(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether a box runs into what stays free."""
        return any(left < x1 and x0 < right and top < y1 and y0 < bottom for x0, y0, x1, y1 in self.free)


def print_text(
    page: NDArray[np.float32], rng: np.random.Generator, *, capital_px: float, keep: Sequence[NDArray[np.float64]]
) -> None:
    """Print columns of text onto a page (H, W, 3) float32, with headlines and now and then an empty grid.

    Args:
        page: changed in place.
        rng: source of chance.
        capital_px: height of a capital of the running text.
        keep: what must stay free, each (N, 2) corner points in pixels.

    """
    height, width = page.shape[:2]
    ink = np.zeros((height, width), np.uint8)
    free = tuple((*map(float, points.min(axis=0)), *map(float, points.max(axis=0))) for points in keep)
    text = Press(FONTS[int(rng.integers(len(FONTS)))], capital_px, free)
    columns = int(rng.integers(1, 4))
    y = capital_px * 2
    while y < height:
        headline = rng.random() < 0.08
        press = replace(text, capital_px=capital_px * rng.uniform(1.8, 3.5)) if headline else text
        y += press.capital_px * rng.uniform(1.5, 1.7)
        count = 1 if headline else columns
        for column in range(count):
            _print_line(ink, rng, press, span=(width * (column + 0.04) / count, width * (column + 0.97) / count), y=y)
    if rng.random() < 0.35:
        _print_grid(ink, rng, press)
    page *= 1 - (rng.uniform(0.6, 0.95) / 255 * cv2.GaussianBlur(ink, (0, 0), 0.5).astype(np.float32))[:, :, None]


def _print_line(
    ink: NDArray[np.uint8], rng: np.random.Generator, press: Press, *, span: tuple[float, float], y: float
) -> None:
    """Print words from left to right until the column is full, leaving out those that would run into something."""
    size = press.capital_px
    scale, weight = size / 22, max(1, round(size / rng.uniform(6, 11)))
    x, right = span
    while True:
        word = "".join(LETTERS[i] for i in rng.integers(0, len(LETTERS), int(rng.integers(2, 10))))
        word = word.capitalize() if rng.random() < 0.15 and word[0] not in "oisbgl" else word
        wide = cv2.getTextSize(word, press.font, scale, weight)[0][0]
        if x + wide > right:
            return
        if not press.blocked(x - size, y - 1.6 * size, x + wide + size, y + size):
            cv2.putText(ink, word, (round(x), round(y)), press.font, scale, 255, weight, cv2.LINE_AA)
        x += wide + size * 0.8


def _print_grid(ink: NDArray[np.uint8], rng: np.random.Generator, press: Press) -> None:
    """Print the empty grid of a puzzle where there is room."""
    height, width = ink.shape
    cell = int(min(height, width) * rng.uniform(0.03, 0.08)) + 4
    count = int(rng.integers(3, 9))
    left, top = int(rng.uniform(-0.1, 0.9) * width), int(rng.uniform(-0.1, 0.9) * height)
    right, bottom = left + count * cell, top + count * cell
    if press.blocked(left, top, right, bottom):
        return
    cv2.rectangle(ink, (left, top), (right, bottom), 0, -1)
    for line in range(count + 1):
        thick = 2 if line % 3 == 0 else 1
        cv2.line(ink, (left + line * cell, top), (left + line * cell, bottom), 255, thick)
        cv2.line(ink, (left, top + line * cell), (right, top + line * cell), 255, thick)
