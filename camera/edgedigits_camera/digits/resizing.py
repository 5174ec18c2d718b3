"""A picture's part brought to another size: the same bits on every processor and in every OpenCV.

OpenCV's own ``INTER_AREA`` and ``INTER_CUBIC`` add up floats, which processors round differently where a sum is long or
lies between two values. Here every sum is exact, and none lies in the middle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.detection.pyramid import halved

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Cubic curves at a quarter and three quarters between pixels, one weight of each in turn. In whole 64ths: a sum along
# both axes is in whole 4096ths and below 2^9, which a float32 holds.
CUBIC = np.array([-2, -7, 17, 56, 56, 17, -7, -2], np.float32) / 64
# Half of a 4096th: sums lie nowhere in the middle between two values, where some would go up and some to the even one.
ASIDE = 1 / 8192
# Pixels that the curves reach over an edge.
OVER_PX = 2


def resized(grey: NDArray[np.uint8], *, width: int, height: int) -> NDArray[np.uint8]:
    """A picture (H, W) uint8 as (height, width): pixels averaged where it shrinks, cubic curves where it grows."""
    shrinks = grey.shape[0] > height or grey.shape[1] > width
    return shrunk_to(grey, width=width, height=height) if shrinks else enlarged(grey, width=width, height=height)


def shrunk_to(grey: NDArray[np.uint8], *, width: int, height: int) -> NDArray[np.uint8]:
    """What each pixel covers averaged: brought to a power of two times the size, and that halved again and again."""
    times = max(grey.shape[0] // height, grey.shape[1] // width)
    halvings = max(1, times.bit_length() - 1)
    grey = cv2.resize(grey, (width << halvings, height << halvings), interpolation=cv2.INTER_LINEAR_EXACT)
    for _ in range(halvings):
        grey = halved(grey)
    return grey


def enlarged(grey: NDArray[np.uint8], *, width: int, height: int) -> NDArray[np.uint8]:
    """At least as large, by cubic curves."""
    while grey.shape[0] < height or grey.shape[1] < width:
        grey = doubled(grey)
    return cv2.resize(grey, (width, height), interpolation=cv2.INTER_LINEAR_EXACT)


def doubled(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Twice as wide and high, by cubic curves: pixels set apart, and what is between them filled in."""
    height, width = grey.shape
    around = cv2.copyMakeBorder(grey, OVER_PX, OVER_PX, OVER_PX, OVER_PX, cv2.BORDER_REPLICATE)
    apart = np.zeros((2 * around.shape[0], 2 * around.shape[1]), np.uint8)
    apart[::2, ::2] = around
    filled = cv2.sepFilter2D(apart, cv2.CV_8U, CUBIC, CUBIC, delta=ASIDE)
    return filled[2 * OVER_PX :, 2 * OVER_PX :][: 2 * height, : 2 * width]
