"""Which way a page lies: it is read in all four directions, small and fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.profiles import LIVE
from edgedigits_camera.reader import read_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgedigits.recognizer import Recognizer

MOST_PIXELS = 2_000_000
# 0, 1, 6, 8 and 9 are digits upside down as well: a page is turned only where that is clearly better.
CLEARLY = 1.3
MORE_DIGITS = 2.0


def quarters_to_upright(grey: NDArray[np.uint8], recognizer: Recognizer) -> int:
    """By how many times 90 degrees clockwise a picture (H, W) uint8 is best turned before it is read."""
    scale = min(1.0, (MOST_PIXELS / grey.size) ** 0.5)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    return clearest(
        [evidence_in(np.ascontiguousarray(np.rot90(small, -quarters)), recognizer) for quarters in range(4)]
    )


def evidence_in(grey: NDArray[np.uint8], recognizer: Recognizer) -> float:
    """How many digits there are for sure whose names are sure as well: upside down, a 7 is ink like that of a digit."""
    readings = read_page(grey, recognizer, profile=LIVE).readings
    return sum(reading.confidence * max(reading.probabilities, default=1.0) for reading in readings)


def clearest(evidence: Sequence[float]) -> int:
    """Which of four directions has most evidence; the first, unless another has clearly more."""
    best = max(range(len(evidence)), key=lambda quarters: evidence[quarters])
    clear = evidence[best] >= max(CLEARLY * evidence[0], evidence[0] + MORE_DIGITS)
    return best if clear else 0
