"""What was read, drawn on a copy of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

from edgedigits.errors import PictureError
from edgedigits.files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits.recognizer import Reading

    Colour = tuple[int, int, int]

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


def annotate(image: NDArray[np.uint8], readings: Iterable[Reading], *, note: str = "") -> NDArray[np.uint8]:
    """Copy the picture and draw boxes with digit and confidence: green for sure, amber for unsure ones.

    Args:
        image: (H, W, 3) uint8 BGR; left as it is.
        readings: those with a box are drawn; rejected ones get a thin grey box.
        note: a line for the upper left corner.

    """
    canvas = image.copy()
    unit = max(1.0, min(image.shape[:2]) / DESIGN_SIDE_PX)
    boxed = [reading for reading in readings if reading.box_xywh_px]
    named = [reading for reading in boxed if reading.digit is not None]
    # Where they overlap, digits count most and boxes least.
    for draw, drawn in ((draw_box, boxed), (draw_confidence, named), (draw_digit, named)):
        for reading in drawn:
            draw(canvas, reading, unit)
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


def draw_confidence(canvas: NDArray[np.uint8], reading: Reading, unit: float) -> None:
    """Write the confidence in percent under the box, unless it would cover the neighbour's."""
    (left, _), (right, bottom) = outline(reading, unit)
    text, height_px = f"{int(100 * reading.confidence)}%", round(8 * unit)  # cut off: 99.9 % is not 100 %
    if left + text_width(text, height_px) <= right + round(4 * unit):
        y = min(bottom, canvas.shape[0] - height_px - 2 * padding(height_px))
        draw_text(canvas, text, (max(left, 0), y), height_px=height_px, colour=colour_of(reading))


def draw_digit(canvas: NDArray[np.uint8], reading: Reading, unit: float) -> None:
    """Write the digit on top of the box, or inside where the picture ends."""
    (left, top), (_, bottom) = outline(reading, unit)
    height_px = round(min(15 * unit, max(9 * unit, (bottom - top) / 3)))
    corner = max(left, 0), max(top - height_px - 2 * padding(height_px), 0)
    draw_text(canvas, str(reading.digit), corner, height_px=height_px, colour=colour_of(reading))


def outline(reading: Reading, unit: float) -> tuple[tuple[int, int], tuple[int, int]]:
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


def save_picture(path: Path, image: NDArray[np.uint8], *, comment: bytes = b"") -> None:
    """Write a picture (H, W, 3) uint8 BGR whole, as what its suffix says, into a folder that is made when missing.

    Args:
        path: where.
        image: the picture.
        comment: what a JPEG says in its first comment.

    Raises:
        PictureError: it cannot be written there.

    """
    try:
        written, content = cv2.imencode(path.suffix, image)
        if not written:
            height_px, width_px = image.shape[:2]
            raise PictureError(f"{path} cannot be written: {width_px} x {height_px} pixels are too many for its kind")
        with replacing(path) as temporary:
            temporary.write_bytes(with_comment(content.tobytes(), comment) if comment else content.tobytes())
    except (OSError, cv2.error) as error:
        what = " ".join(str(error).split())
        raise PictureError(f"{path} cannot be written ({what}); choose a folder that you may write to") from error


def with_comment(jpeg: bytes, comment: bytes) -> bytes:
    """A JPEG with a comment right after its first marker, where ``comment_head`` says."""
    return comment_head(comment) + jpeg[2:]


def comment_head(comment: bytes) -> bytes:
    """How a JPEG with this as its first comment begins."""
    return b"\xff\xd8\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
