"""What prints: letters of a font as ink on a page, and where the digits among them lie."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from edgedigits_camera.scene.type import FACES, GAP, Type, letter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class PrintedDigit:
    """A digit that a machine wrote: what it is, and the corners (4, 2) float64 of its box on the flat page."""

    digit: int
    corners: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stencil:
    """One word in one font: ink (h, w) uint8, how far its baseline lies below its top, and boxes of its letters."""

    ink: NDArray[np.uint8]
    baseline_px: int
    boxes: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Press:
    """What prints: a font file or the number of one of ``FACES``, the height of its capitals, its weight.

    Boxes (x0, y0, x1, y1) in ``free`` stay free; a share ``numbers`` of the words are numbers.
    """

    font: Path | int
    capital_px: float
    weight: int
    free: tuple[tuple[float, ...], ...] = ()
    numbers: float = 0.0

    def blocked(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether a box runs into what stays free."""
        return any(left < x1 and x0 < right and top < y1 and y0 < bottom for x0, y0, x1, y1 in self.free)

    def stencil(self, word: str) -> Stencil:
        """Set a word."""
        return self._lettered(word, self.font) if isinstance(self.font, int) else self._typeset(word, self.font)

    def _lettered(self, word: str, face: int) -> Stencil:
        kind = Type(face, round(self.capital_px), self.weight)
        gap = kind.room(GAP)
        boxes, parts, left = [], [gap], gap.shape[1]
        for character in word:
            ink = letter(kind, character)
            parts += [ink, gap]
            boxes.append((left, kind.top_px, left + ink.shape[1], kind.top_px + kind.capital_px))
            left += ink.shape[1] + gap.shape[1]
        return Stencil(np.concatenate(parts, axis=1), kind.top_px + kind.capital_px, tuple(boxes))

    def _typeset(self, word: str, file: Path) -> Stencil:
        # Capitals are about 0.7 of a font's nominal size.
        font = ImageFont.truetype(file, max(6, round(self.capital_px / 0.7)))
        ascent, descent = font.getmetrics()
        image = Image.new("L", (int(font.getlength(word)) + 8, ascent + descent + 4))
        ImageDraw.Draw(image).text((4, 2), word, font=font, fill=255)
        ends = [4 + round(font.getlength(word[:count])) for count in range(len(word) + 1)]
        top = 2 + ascent - round(self.capital_px)
        boxes = [(left, top, right, 2 + ascent) for left, right in pairwise(ends)]
        return Stencil(np.array(image), 2 + ascent, tuple(boxes))


def press_of(
    rng: np.random.Generator, *, capital_px: float, fonts: Sequence[Path], free: tuple[tuple[float, ...], ...] = ()
) -> Press:
    """Choose a font."""
    use_file = bool(fonts) and rng.random() < 0.85
    font = fonts[int(rng.integers(len(fonts)))] if use_file else int(rng.integers(len(FACES)))
    return Press(font, capital_px, max(1, round(capital_px / rng.uniform(6, 11))), free)


def stamp(page: NDArray[np.float32], ink: NDArray[np.uint8], *, darkness: float) -> None:
    """Darken a page (H, W, 3) where there is printer's ink (H, W) uint8."""
    page *= 1 - (darkness / 255 * cv2.GaussianBlur(ink, (0, 0), 0.5).astype(np.float32))[:, :, None]


def impress(ink: NDArray[np.uint8], stencil: Stencil, x: int, y: int, *, digits: str = "") -> list[PrintedDigit]:
    """Lay a stencil onto ink (H, W) with its baseline's start at x, y; what lies outside is lost.

    Returns the digits in ``digits``, the text of the stencil; without a text there are none.
    """
    height, width = ink.shape
    top = y - stencil.baseline_px
    h, w = stencil.ink.shape
    y0, y1, x0, x1 = max(top, 0), min(top + h, height), max(x, 0), min(x + w, width)
    if y0 >= y1 or x0 >= x1:
        return []
    part = ink[y0:y1, x0:x1]
    np.maximum(part, stencil.ink[y0 - top : y1 - top, x0 - x : x1 - x], out=part)
    found = []
    for digit, (left, upper, right, lower) in zip(digits, stencil.boxes, strict=False):
        if not digit.isdigit():
            continue
        low, high = np.array([x + left, top + upper]), np.array([x + right, top + lower])
        corners = np.array([low, [high[0], low[1]], high, [low[0], high[1]]], np.float64)
        found.append(PrintedDigit(int(digit), corners))
    return found
