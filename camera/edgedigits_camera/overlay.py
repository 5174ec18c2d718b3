"""What was read, drawn on a copy of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from edgedigits.recognizer import Reading

    Colour = tuple[int, int, int]
    Corners = tuple[tuple[int, int], tuple[int, int]]

# BGR, drawn on a dark ground or rim, so that white paper and dark walls leave them visible.
SURE = (120, 230, 70)
UNSURE = (40, 170, 255)
REJECTED = (150, 150, 150)
NOTE = (255, 255, 255)
GROUND = (35, 30, 30)
SURE_FROM = 0.9
FONT = cv2.FONT_HERSHEY_SIMPLEX
CAPITAL_PX = 22  # height of the font's capitals at scale 1
# Lines are 2 pixels and letters 9 to 15 where the picture's shorter side is this, and grow with it.
DESIGN_SIDE_PX = 480
# Sizes of a label, in its full one: the smaller ones where there is little room.
SHARES = (1.0, 0.8, 0.6)
# A label is small and gone where it is covered, so its pixels count more than a box's.
LABEL_WEIGHT = 3


def annotate(image: NDArray[np.uint8], readings: Iterable[Reading], *, note: str = "") -> NDArray[np.uint8]:
    """Copy the picture and draw boxes with digit and confidence: green for sure, amber for unsure ones.

    Labels go where they cover least of boxes and of each other. The confidence of sure ones is left out where there is
    no room for it.

    Args:
        image: (H, W, 3) uint8 BGR; left as it is.
        readings: those with a box are drawn; rejected ones get a thin grey box.
        note: a line for the upper left corner.

    """
    canvas = image.copy()
    unit = max(1.0, min(image.shape[:2]) / DESIGN_SIDE_PX)
    boxed = [reading for reading in readings if reading.box_xywh_px]
    named = [reading for reading in boxed if reading.digit is not None]
    for reading in boxed:
        draw_box(canvas, reading, unit)
    labels = Labels(canvas, [outline(reading, unit) for reading in boxed])
    for reading in named:
        labels.write_digit(reading, unit)
    for reading in sorted(named, key=lambda reading: reading.confidence):
        labels.write_confidence(reading, unit)
    if note:
        draw_text(canvas, note, (0, 0), height_px=round(9 * unit), colour=NOTE)
    return canvas


def draw_box(canvas: NDArray[np.uint8], reading: Reading, unit: float) -> None:
    """Frame a reading, a little outside of its ink."""
    (left, top), (right, bottom) = outline(reading, unit)
    if reading.digit is None:
        cv2.rectangle(canvas, (left, top), (right, bottom), REJECTED, round(unit))
        return
    cv2.rectangle(canvas, (left, top), (right, bottom), GROUND, round(2 * unit) + 2)
    cv2.rectangle(canvas, (left, top), (right, bottom), colour_of(reading), round(2 * unit))


class Labels:
    """Labels beside boxes, each where and as large as it covers least."""

    def __init__(self, canvas: NDArray[np.uint8], outlines: Sequence[Corners]) -> None:
        self._canvas = canvas
        self._taken = np.array(outlines, int).reshape(-1, 4)

    def write_digit(self, reading: Reading, unit: float) -> None:
        """Name a digit above its frame, small where there is little room, or below where the picture ends."""
        (left, top), (_, bottom) = outline(reading, unit)
        height_px, text = min(15 * unit, max(9 * unit, (bottom - top) / 3)), str(reading.digit)
        places = [self._place(text, left, top, share * height_px, above=True) for share in SHARES]
        if places[0][3] > top:
            places = [self._place(text, left, bottom, height_px, above=False), *places]
        self._write(text, reading, places)

    def write_confidence(self, reading: Reading, unit: float) -> None:
        """Write the confidence in percent below a frame, above or beside it, small where there is little room.

        Of sure ones only where that is free.
        """
        text = f"{int(100 * reading.confidence)}%"  # cut off: 99.9 % is not 100 %
        (left, top), (right, bottom) = outline(reading, unit)
        corners = [(left, bottom, False), (left, top, True), (right, bottom, True), (right, top, False)]
        places = [self._place(text, x, y, share * 8 * unit, above=above) for share in SHARES for x, y, above in corners]
        self._write(text, reading, places, must=colour_of(reading) == UNSURE)

    def _place(self, text: str, x: int, y: int, height_px: float, *, above: bool) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of a label with a corner here, moved into the picture, for capitals so high."""
        capitals = round(height_px)
        width, height = text_width(text, capitals) + 2 * padding(capitals), capitals + 2 * padding(capitals)
        left = min(max(x, 0), max(0, self._canvas.shape[1] - width - 1))
        top = min(max(y - height if above else y, 0), max(0, self._canvas.shape[0] - height - 1))
        return left, top, left + width, top + height

    def _write(
        self, text: str, reading: Reading, places: Sequence[tuple[int, int, int, int]], *, must: bool = True
    ) -> None:
        """Write a label at the first of the places that cover least; one that need not be, only where it is free."""
        covered = [self._covered(place) for place in places]
        if min(covered) and not must:
            return
        place = places[covered.index(min(covered))]
        self._taken = np.vstack([self._taken, *[place] * LABEL_WEIGHT])
        height = place[3] - place[1]
        capitals = next(px for px in range(height, 0, -1) if px + 2 * padding(px) <= height)
        draw_text(self._canvas, text, place[:2], height_px=capitals, colour=colour_of(reading))

    def _covered(self, place: tuple[int, int, int, int]) -> int:
        """How many pixels of boxes and labels a place covers."""
        low, high = np.maximum(self._taken[:, :2], place[:2]), np.minimum(self._taken[:, 2:], place[2:])
        return int(np.clip(high - low, 0, None).prod(axis=1).sum())


def outline(reading: Reading, unit: float) -> Corners:
    """Upper left and lower right corner of the frame around a reading."""
    x, y, width, height = reading.box_xywh_px or (0, 0, 0, 0)
    gap = round(3 * unit)
    return (x - gap, y - gap), (x + width + gap, y + height + gap)


def colour_of(reading: Reading) -> Colour:
    """Green for sure, amber for unsure, in BGR."""
    return SURE if reading.confidence >= SURE_FROM else UNSURE


def draw_text(
    canvas: NDArray[np.uint8],
    text: str,
    corner_px: tuple[int, int],
    *,
    height_px: int,
    colour: Colour,
) -> None:
    """Write in capitals of this height on a dark ground, whose upper left corner is given."""
    (x, y), pad = corner_px, padding(height_px)
    end = x + text_width(text, height_px) + 2 * pad, y + height_px + 2 * pad
    baseline = x + pad, y + pad + height_px
    cv2.rectangle(canvas, (x, y), end, GROUND, cv2.FILLED)
    cv2.putText(canvas, text, baseline, FONT, height_px / CAPITAL_PX, colour, weight(height_px), cv2.LINE_AA)


def padding(height_px: int) -> int:
    """Pixels around a text."""
    return max(2, height_px // 4)


def weight(height_px: int) -> int:
    """Pixels of a stroke."""
    return max(1, round(height_px / 8))


def text_width(text: str, height_px: int) -> int:
    """Pixels that a text takes."""
    width: int = cv2.getTextSize(text, FONT, height_px / CAPITAL_PX, weight(height_px))[0][0]
    return width
