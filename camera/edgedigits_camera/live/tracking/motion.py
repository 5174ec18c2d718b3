"""Did anything change in the picture since the last one that was read?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.live.frames import Frame

# Wide enough that a digit of 14 pixels in a picture of 640 is three pixels high, small enough to cost next to nothing.
SIDE_PX = 160
# Of larger pictures, every second row is looked at, every third ...: as good, at a fraction of the time.
SAMPLED_PX = 480
# Times the median of all that differs. The largest of 20,000 values of pure noise is 6 times it, where JPEG has been
# over it 10; a thin digit of 14 pixels in pale ink is 20.
STANDS_OUT = 16.0
# In levels of 0..255: less is rounding; with more, what changes drowns.
LEAST_NOISE, MOST_NOISE = 0.25, 1.0


class Motion:
    """Compares each frame with the last that was read, so that what changes slowly is noticed as well."""

    def __init__(self) -> None:
        self._read: NDArray[np.float32] | None = None

    def changed(self, frame: Frame) -> bool:
        """Whether a frame shows anything else than the last of which this was True, as it is of the first."""
        small = small_grey(frame.image, side_px=SIDE_PX).astype(np.float32)
        if self._read is not None and self._read.shape == small.shape and same(self._read, small):
            return False
        self._read = small
        return True


def small_grey(image: NDArray[np.uint8], *, side_px: int) -> NDArray[np.uint8]:
    """Make a picture (H, W, 3) uint8 BGR grey and small: (h, w) uint8, the longer side ``side_px``."""
    height, width = image.shape[:2]
    scale = side_px / max(height, width)
    size_px = max(1, round(width * scale)), max(1, round(height * scale))
    grey = cv2.cvtColor(image[:: max(1, max(height, width) // SAMPLED_PX)], cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, size_px, interpolation=cv2.INTER_AREA), np.uint8)


def same(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    """Whether two small greys (h, w) differ by noise and brightness alone; False where there is too much noise to tell.

    What is written or moves stands out; how much noise there is, the half of the picture says that differs less.
    """
    gain = np.float32(other.mean() / max(one.mean(), 1.0))
    off = np.abs(cv2.blur(other - one * gain, (3, 3)))
    noise = float(np.median(off.ravel()[::5]))
    return noise <= MOST_NOISE and float(off.max()) <= STANDS_OUT * max(noise, LEAST_NOISE)
