"""What a window shows: the picture or its ink, boxes with digits, figures, keys, and what is waited for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits.recognizer import Reading
from edgedigits_camera.detection.contrast import local_contrast
from edgedigits_camera.overlay import DESIGN_SIDE_PX, GROUND, NOTE, annotate, draw_text, padding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgedigits_camera.live.seen import Seen

KEYS = "q quit   space pause   s snapshot   h more keys"
HELP = (
    "q, Esc   quit",
    "space    pause the picture",
    "s        snapshot to a file",
    "i        ink: the picture as the detector sees it",
    "e        explain: every stage of reading this frame",
    "m        mirror",
    "h, ?     this help",
)
# Before there is a picture.
EMPTY_PX = (640, 480)
TEXT_PX = 9


@dataclass(slots=True)
class View:
    """How the picture is shown.

    Attributes:
        mirror: left and right changed; what is written on it stays legible.
        ink: as the detector sees it.
        paused: it stands.
        help: with all keys.
        message: what to tell, until it is empty again.

    """

    mirror: bool = False
    ink: bool = False
    paused: bool = False
    help: bool = False
    message: str = ""


def drawn(seen: Seen, view: View) -> NDArray[np.uint8]:
    """A frame with what stands there, (H, W, 3) uint8 BGR; the frame itself is left as it is."""
    image, readings = seen.frame.image, readings_of(seen)
    if view.ink:
        image = cv2.cvtColor(local_contrast(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)), cv2.COLOR_GRAY2BGR)
    if view.mirror:
        image, readings = cv2.flip(image, 1), [mirrored(reading, image.shape[1]) for reading in readings]
    paused = "PAUSED   " if view.paused else ""
    note = f"{paused}{seen.frames_per_s:.0f} fps   {seen.latency_ms:.0f} ms   {view.message}"
    canvas = annotate(image, readings, note=note)
    return written(canvas, HELP) if view.help else with_keys(canvas)


def panel(seen: Seen | None, view: View, lines: Sequence[str]) -> NDArray[np.uint8]:
    """The last frame, darkened, or a dark picture where there is none, with lines of text."""
    if seen is None:
        image = np.full((EMPTY_PX[1], EMPTY_PX[0], 3), GROUND, np.uint8)
    else:
        shown = cv2.flip(seen.frame.image, 1) if view.mirror else seen.frame.image
        image = np.asarray(shown // 3, np.uint8)
    return with_keys(written(image, [line for line in lines if line]))


def readings_of(seen: Seen) -> list[Reading]:
    """What stands there, as it is drawn."""
    return [Reading(each.digit, each.confidence, each.box_xywh_px) for each in seen.steady.digits]


def mirrored(reading: Reading, width_px: int) -> Reading:
    """The same in a picture of this width whose left and right are changed."""
    x, y, width, height = reading.box_xywh_px or (0, 0, 0, 0)
    return replace(reading, box_xywh_px=(width_px - x - width, y, width, height))


def written(canvas: NDArray[np.uint8], lines: Sequence[str]) -> NDArray[np.uint8]:
    """Write lines over the middle of a picture (H, W, 3), which is changed."""
    height_px = text_px(canvas)
    step_px = height_px + 2 * padding(height_px)
    top = max(0, (canvas.shape[0] - len(lines) * step_px) // 2)
    for number, line in enumerate(lines):
        draw_text(canvas, line, (2 * step_px, top + number * step_px), height_px=height_px, colour=NOTE)
    return canvas


def with_keys(canvas: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Write the keys at the lower edge of a picture (H, W, 3), which is changed."""
    height_px = text_px(canvas)
    top = canvas.shape[0] - height_px - 2 * padding(height_px)
    draw_text(canvas, KEYS, (0, top), height_px=height_px, colour=NOTE)
    return canvas


def text_px(canvas: NDArray[np.uint8]) -> int:
    """Height of the capitals of texts on a picture."""
    return round(TEXT_PX * max(1.0, min(canvas.shape[:2]) / DESIGN_SIDE_PX))
