"""A page read: from a picture to the digits in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits.recognizer import Reading
from edgedigits_camera.candidates import find_candidates
from edgedigits_camera.lines import order_lines
from edgedigits_camera.profiles import STILL, Profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits.recognizer import Recognizer


@dataclass(frozen=True, slots=True)
class Page:
    """What was read in a picture: digits in reading order, and the same as lines of text."""

    readings: tuple[Reading, ...]
    lines: tuple[str, ...]


def read_page(image: NDArray[np.uint8], recognizer: Recognizer, *, profile: Profile = STILL) -> Page:
    """Find and read the handwritten digits in a picture.

    Args:
        image: (H, W, 3) uint8 BGR, upright, not mirrored.
        recognizer: what names them.
        profile: how hard to look.

    """
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    readings = max((read_ink(ink, recognizer, profile=profile) for ink in (grey, 255 - grey)), key=evidence)
    lines = order_lines(readings)
    return Page(tuple(r for line in lines for r in line), tuple("".join(str(r.digit) for r in line) for line in lines))


def evidence(readings: list[Reading]) -> float:
    """How much speaks for readings: dark on light or light on dark, whichever has more is right."""
    return sum(reading.confidence for reading in readings)


def read_ink(grey: NDArray[np.uint8], recognizer: Recognizer, *, profile: Profile) -> list[Reading]:
    """Readings of the dark ink in a grey picture (H, W) uint8."""
    candidates = find_candidates(grey, profile=profile)
    readings = recognizer.classify(candidates.patches())
    boxes = candidates.boxes_px
    scores = np.array([r.confidence if r.digit is not None else 0.0 for r in readings]) * np.sqrt(boxes[:, 3])
    limits = (grey.shape[1], grey.shape[0])
    return [
        Reading(readings[i].digit, readings[i].confidence, whole_box(boxes[i], limits))
        for i in without_overlaps(boxes, scores)
    ]


def without_overlaps(boxes: NDArray[np.float64], scores: NDArray[np.float64], *, shared: float = 0.35) -> list[int]:
    """Indices of boxes (N, 4), best score first, none of which shares more than a part of the smaller one with another."""
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if scores[i] <= 0:
            break
        if not kept or overlap_of_smaller(boxes[i], boxes[kept]).max() <= shared:
            kept.append(int(i))
    return kept


def overlap_of_smaller(box: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) share of the smaller of two boxes that lies in the other; boxes are x, y, width, height."""
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[:2] + box[2:], others[:, :2] + others[:, 2:])
    common = np.clip(high - low, 0, None).prod(axis=1)
    result: NDArray[np.float64] = common / np.minimum(box[2:].prod(), others[:, 2:].prod(axis=1))
    return result


def whole_box(box: NDArray[np.float64], limits: tuple[int, int]) -> tuple[int, int, int, int]:
    """A box in whole pixels, inside a picture of (width, height)."""
    low = np.clip(np.floor(box[:2]), 0, np.array(limits) - 1).astype(int)
    high = np.clip(np.ceil(box[:2] + box[2:]), low + 1, limits).astype(int)
    return (int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))
