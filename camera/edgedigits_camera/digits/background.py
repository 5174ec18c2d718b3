"""Light taken out of a picture: how much darker than its paper every pixel is.

All of it in functions that give the same bits on every processor; OpenCV's ``divide`` and ``INTER_LINEAR`` do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.detection.pyramid import halved

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Paper is looked for in a quarter of the size: light changes slowly, and closing that costs a sixteenth.
# 7 shrunken pixels, 28 of the picture: wider than any stroke of a digit of up to 72 pixels, so closing removes it.
CLOSING_PX = 7
# Darker paper than this holds no ink that can be told from noise.
DARKEST_PAPER = 24


def ink_contrast(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How much darker than the paper around it each pixel is.

    Args:
        grey: (H, W) uint8, dark ink on light paper. For light ink, pass ``255 - grey``.

    Returns:
        (H, W) uint8: 255 * (paper - grey) / paper; 0 is paper, 255 black ink on it.

    """
    paper = paper_of(grey)
    # Rounded as if exact: 255 a / b of whole numbers up to 255 is no nearer to the middle between two than by 1 / 510.
    deep = np.multiply(cv2.subtract(paper, grey), 255, dtype=np.float32)
    deep /= np.maximum(paper, DARKEST_PAPER)
    return np.rint(deep, out=deep).astype(np.uint8)


def paper_of(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What the picture would be without ink: (H, W) uint8, a grey closing, smoothed."""
    height, width = grey.shape
    small = quartered(grey)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (CLOSING_PX, CLOSING_PX))
    closed = cv2.blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel), (CLOSING_PX // 2, CLOSING_PX // 2))
    return cv2.resize(closed, (width, height), interpolation=cv2.INTER_LINEAR_EXACT)


def quartered(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A quarter as wide and high, (H, W) uint8 averaged.

    OpenCV averages two by two pixels seven times as fast as four by four, or as what is not whole.
    """
    return halved(halved(grey))
