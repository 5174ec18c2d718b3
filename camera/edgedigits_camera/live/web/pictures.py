"""JPEG pictures of what is seen: made when somebody asks, once for all who ask at a time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2

from edgedigits.recognizer import Reading
from edgedigits_camera.overlay import annotate

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits_camera.live.seen import Seen

# More pictures a second, or larger ones, nobody sees better; they cost time of the loop and of the network.
PERIOD_S = 1 / 25
LONGEST_PX = 1280
QUALITY = 80


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of a frame, and when it was made."""

    jpeg: bytes
    seen: Seen
    time_s: float


class Pictures:
    """The newest picture with boxes drawn in, and without."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.made = 0
        self._clock = clock
        self._newest: dict[bool, Picture] = {}

    def of(self, seen: Seen, *, boxes: bool) -> Picture:
        """The newest picture: that of the frame, or one that is hardly older."""
        newest = self._newest.get(boxes)
        if newest and (newest.seen is seen or self._clock() - newest.time_s < PERIOD_S):
            return newest
        self.made += 1
        newest = self._newest[boxes] = Picture(jpeg_of(drawn(seen) if boxes else seen.frame.image), seen, self._clock())
        return newest

    def forget(self) -> None:
        """Let the pictures go."""
        self._newest.clear()


def drawn(seen: Seen) -> NDArray[np.uint8]:
    """The frame with a box around each digit that is there to stay."""
    steady = seen.steady.digits
    return annotate(seen.frame.image, [Reading(t.digit, t.confidence, t.box_xywh_px) for t in steady])


def jpeg_of(image: NDArray[np.uint8], *, longest_px: int = LONGEST_PX) -> bytes:
    """A picture (H, W, 3) uint8 BGR as JPEG, made smaller where it is large."""
    height, width = image.shape[:2]
    shrink = longest_px / max(height, width)
    if shrink < 1:
        size = max(1, round(width * shrink)), max(1, round(height * shrink))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])
