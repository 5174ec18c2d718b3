"""A hand at work: tokens of text become marks on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits.strokes import Hand, sketch, sketch_character, sketch_distractor
from edgedigits_camera.scene.marks import Given, Mark, Place, drawn, pasted, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgedigits_camera.scene.rows import Area, Row
    from edgedigits_camera.scene.spec import SceneSpec

Glyphs = tuple["NDArray[np.uint8]", "NDArray[np.uint8]"]
"""Given glyphs (N, 28, 28) uint8, ink 255 on 0, and their labels (N,)."""


CHARACTER = "'"
"""A token that begins with this is one of ``CHARACTERS``: a letter, or a sign in all of its forms."""


class Writer:
    """Writes tokens onto a page in one hand, taking given glyphs for the digits while there are any."""

    def __init__(
        self, spec: SceneSpec, rng: np.random.Generator, *, width: float, glyphs: Glyphs | None = None
    ) -> None:
        self.spec = spec
        self.rng = rng
        self.hand = Hand.of(rng)
        self.width = width
        self.glyphs = glyphs
        self.used = 0

    @property
    def pen_px(self) -> float:
        """Width of the line: no pen leaves much less than a pixel and a half."""
        return float(np.clip((self.spec.line or self.width) * self.spec.digit_px, 1.3, self.spec.digit_px / 4))

    def row(self, row: Row, *, index: int | None, area: Area, ink: int = 0) -> list[Mark]:
        """Write a line of text; what does not fit into the area is left out."""
        marks, x = [], 0.0
        height = self.spec.digit_px
        for token in row.tokens:
            if token.isspace():
                x += height * 0.5
                continue
            rise = height * self.rng.normal(0.0, 0.03)
            mark, wide = self.token(
                token, Place(x, rise, height * self.rng.normal(1.0, 0.05), self.pen_px), row=index, ink=ink
            )
            if mark is not None:
                marks.append(mark)
                x += wide + height * row.gap * self.rng.uniform(0.7, 1.3)
        shift = Place(row.x_px, row.y_px, height, self.pen_px, row.slope)
        return [m for m in (_along(m, x / 2, height / 2, shift, row.upright) for m in marks) if area.holds(m.corners)]

    def token(self, token: str, place: Place, *, row: int | None = None, ink: int = 0) -> tuple[Mark | None, float]:
        """Write one token: the mark and its width in pixels; None where the given glyphs are used up."""
        if not token.isdigit():
            return self._sign(token, place, ink)
        if self.glyphs is None:
            strokes = sketch(int(token), rng=self.rng, hand=self.hand)
            return drawn(strokes, place, digit=int(token), row=row, ink=ink), width_of(strokes, place)
        images, labels = self.glyphs
        if self.used == len(images):
            return None, 0.0
        given = Given(images[self.used], int(labels[self.used]), self.used)
        mark = pasted(given, place, row=row, ink=ink)
        self.used += 1
        return mark, float(np.ptp(mark.corners[:, 0]))

    def _sign(self, token: str, place: Place, ink: int) -> tuple[Mark, float]:
        """Write what is no digit."""
        if token.startswith(CHARACTER):
            strokes = sketch_character(token[1:], rng=self.rng, hand=self.hand)
        else:
            strokes = sketch_distractor(token, rng=self.rng, hand=self.hand)
        return drawn(strokes, place, digit=None, row=None, ink=ink), width_of(strokes, place)


def alone(writer: Writer, digit: int, area: Area) -> list[Mark]:
    """Write one digit in the middle of an area or anywhere in it, smaller where it would not fit."""
    rng, pen = writer.rng, writer.pen_px / writer.spec.digit_px
    turn = float(rng.normal(0.0, 0.06))
    share = np.full(2, 0.5) if rng.random() < 0.4 else rng.random(2)
    for height in writer.spec.digit_px * 0.93 ** np.arange(40):
        writer.used = 0
        mark, _ = writer.token(str(digit), Place(0.0, 0.0, float(height), pen * float(height), turn), row=0)
        if mark is None:
            break
        low, high = mark.corners.min(axis=0), mark.corners.max(axis=0)
        slack = np.array([area.width, area.height]) - (high - low)
        if (slack >= 0).all():
            return [mark.shifted(np.array([area.left, area.top]) + slack * share - low)]
    return []


def _along(mark: Mark, half_width: float, half_height: float, to: Place, upright: bool) -> Mark:
    """Move a mark written along a level line onto a sloping one; an upright one keeps standing."""
    shift = np.array([-half_width, half_height])

    def put(points: NDArray[np.float64]) -> NDArray[np.float64]:
        centred = points + shift
        if not upright:
            return to.put(centred)
        middle = mark.corners.mean(axis=0, keepdims=True) + shift
        moved: NDArray[np.float64] = centred - middle + to.put(middle)
        return moved

    return mark.mapped(put)


def scattered(writer: Writer, tokens: Sequence[str], area: Area, *, around: Sequence[Mark] = ()) -> list[Mark]:
    """Write tokens anywhere ``around`` what stands there, turned a little, none over another; returns all marks."""
    rng, height = writer.rng, writer.spec.digit_px
    marks = list(around)
    for token in tokens:
        for _ in range(8):
            used = writer.used
            x = rng.uniform(area.left, area.right)
            y = rng.uniform(area.top + height, max(area.top + height, area.bottom))
            turn = float(rng.normal(0.0, 0.12))
            place = Place(float(x), float(y), height * rng.uniform(0.8, 1.2), writer.pen_px, turn)
            mark, _ = writer.token(token, place)
            if mark is not None and area.holds(mark.corners) and not any(near(mark, other) for other in marks):
                marks.append(mark)
                break
            writer.used = used
    return marks


def near(mark: Mark, other: Mark) -> bool:
    """Whether the boxes of two marks overlap."""
    low = np.maximum(mark.corners.min(axis=0), other.corners.min(axis=0))
    high = np.minimum(mark.corners.max(axis=0), other.corners.max(axis=0))
    return bool((low < high).all())
