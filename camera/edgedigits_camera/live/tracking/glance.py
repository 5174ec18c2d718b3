"""A frame in small and grey: enough to follow what is written, and to tell whether it is still there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import cv2
import numpy as np

from edgedigits_camera.live.tracking.motion import small_grey

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A hand's shake is half a pixel at this size, a digit that the reader finds seven pixels high.
SIDE_PX = 320
# How far from its place, in pixels of the small picture, ink is looked for: as far as following it may be off.
OFF_PX = 3
# Correlation from which ink is the same: blur and light leave it above, another digit or a hand below.
ALIKE = 0.7


@dataclass(frozen=True, slots=True)
class Glance:
    """A small grey (h, w) uint8 of a frame, and its scale: its pixels per pixel of the frame."""

    grey: NDArray[np.uint8]
    scale: float

    @classmethod
    def of(cls, image: NDArray[np.uint8]) -> Self:
        """Make a picture (H, W, 3) uint8 BGR small and grey."""
        grey = small_grey(image, side_px=SIDE_PX)
        return cls(grey, grey.shape[1] / image.shape[1])

    def ink(self, box: NDArray[np.float64]) -> NDArray[np.uint8]:
        """What is in a box (4,), x, y, width and height in pixels of the frame."""
        return self._part(box, 0).copy()

    def has(self, ink: NDArray[np.uint8], box: NDArray[np.float64]) -> bool:
        """Whether ink of another glance is in a box (4,) here, or nearly there."""
        here = self._part(box, OFF_PX)
        if not ink.size or here.shape[0] < ink.shape[0] or here.shape[1] < ink.shape[1]:
            return False
        return float(cv2.matchTemplate(here, ink, cv2.TM_CCOEFF_NORMED).max()) >= ALIKE

    def _part(self, box: NDArray[np.float64], margin_px: int) -> NDArray[np.uint8]:
        left, top = np.maximum(np.round(box[:2] * self.scale).astype(int) - margin_px, 0).tolist()
        right, bottom = np.maximum(np.round((box[:2] + box[2:]) * self.scale).astype(int) + margin_px, 0).tolist()
        return self.grey[top:bottom, left:right]
