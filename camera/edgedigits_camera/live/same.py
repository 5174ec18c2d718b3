"""For how long a camera has sent one and the same picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Two pictures of a sensor differ in nearly every pixel: a few tell most of them apart.
STEP_PX = 16


class Sameness:
    """Compares each picture with the one before it."""

    def __init__(self) -> None:
        self._image: NDArray[np.uint8] | None = None
        self._since_s = 0.0

    def lasts_s(self, image: NDArray[np.uint8], time_s: float) -> float:
        """How long every picture up to this one (H, W, 3) uint8 has been the same; 0 where it is another."""
        before, self._image = self._image, image
        if before is None or not same(before, image):
            self._since_s = time_s
        return time_s - self._since_s


def same(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    """Whether two pictures (H, W, 3) uint8 are the same, pixel by pixel."""
    return np.array_equal(one[::STEP_PX, ::STEP_PX], other[::STEP_PX, ::STEP_PX]) and np.array_equal(one, other)
