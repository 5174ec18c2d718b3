"""Marks: what the pen put where on the flat page, before a camera looks at it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edgedigits.strokes import Strokes


@dataclass(frozen=True, slots=True)
class Mark:
    """One sign on the flat page.

    Attributes:
        paths: lines of the pen, (N, 3) float64 each: x, y and width in pixels of the flat page.
        digit: 0 to 9, or None for what is no digit.
        row: the line of text that it belongs to, or None.
        image: ink (h, w) uint8 of a given glyph instead of lines, else None.
        corners: (4, 2) float64, where the corners of ``image``, or of the box around the lines, go; clockwise from the
            upper left.
        glyph: index of the given glyph, or None.
        ink: which of the inks of the page it is written with.
        role: of a mark that is no digit: ``"sign"``; ``"unsure"`` where it could be one, as a lone O; ``"around"``
            where it stands around or under digits, as a circle does.

    """

    paths: tuple[NDArray[np.float64], ...]
    corners: NDArray[np.float64]
    digit: int | None = None
    row: int | None = None
    image: NDArray[np.uint8] | None = None
    glyph: int | None = None
    ink: int = 0
    role: str = "sign"

    def mapped(self, put: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Mark:
        """Bring its points (N, 2) to where ``put`` says."""
        paths = tuple(np.column_stack([put(path[:, :2]), path[:, 2]]) for path in self.paths)
        return replace(self, paths=paths, corners=put(self.corners))

    def shifted(self, by_px: NDArray[np.float64]) -> Mark:
        """Move it by (2,) pixels."""
        return self.mapped(lambda points: points + by_px)


@dataclass(frozen=True, slots=True)
class Given:
    """A given glyph: ink (28, 28) uint8, what it is, and its index among those given."""

    image: NDArray[np.uint8]
    digit: int
    index: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sign goes: lower left corner on the baseline, height of a digit, width of the pen, clockwise turn."""

    x_px: float
    y_px: float
    height_px: float
    pen_px: float
    turn: float = 0.0

    def put(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bring points (N, 2), in pixels from the lower left corner, onto the page."""
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        turned: NDArray[np.float64] = points @ np.array([[cosine, sine], [-sine, cosine]])
        turned += np.array([self.x_px, self.y_px])
        return turned


def width_of(strokes: Strokes, place: Place) -> float:
    """How wide strokes come out, in pixels."""
    left, _, right, _ = strokes.extent
    return (right - left) * (place.height_px - place.pen_px) + place.pen_px


def drawn(strokes: Strokes, place: Place, *, digit: int | None, row: int | None, ink: int = 0) -> Mark:
    """Put strokes onto the page."""
    left, top, right, bottom = strokes.extent
    scale, margin = place.height_px - place.pen_px, place.pen_px / 2
    shift = np.array([margin - left * scale, -margin - scale])
    paths = [np.column_stack([place.put(p[:, :2] * scale + shift), p[:, 2] * place.pen_px]) for p in strokes.paths]
    box = np.array([[left, top], [right, top], [right, bottom], [left, bottom]]) * scale + shift
    pad = margin * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    return Mark(tuple(paths), place.put(box + pad), digit, row, ink=ink)


def pasted(glyph: Given, place: Place, *, row: int | None, ink: int = 0) -> Mark:
    """Put a given glyph onto the page: 20 of its pixels are the height of a digit."""
    rows, columns = np.flatnonzero(glyph.image.any(axis=1)), np.flatnonzero(glyph.image.any(axis=0))
    image = glyph.image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = np.array(image.shape) * place.height_px / 20
    box = np.array([[0.0, -height], [width, -height], [width, 0.0], [0.0, 0.0]])
    return Mark((), place.put(box), glyph.digit, row, image=image, glyph=glyph.index, ink=ink)
