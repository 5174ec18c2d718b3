"""Light taken out of a picture: how much darker than its paper every pixel is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

if TYPE_CHECKING:
    import numpy as np
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
    return cv2.divide(cv2.subtract(paper, grey), cv2.max(paper, DARKEST_PAPER), scale=255)


def paper_of(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What the picture would be without ink: (H, W) uint8, a grey closing, smoothed."""
    height, width = grey.shape
    small = quartered(grey)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (CLOSING_PX, CLOSING_PX))
    closed = cv2.blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel), (CLOSING_PX // 2, CLOSING_PX // 2))
    return cv2.resize(closed, (width, height), interpolation=cv2.INTER_LINEAR)


def quartered(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A quarter as wide and high, (H, W) uint8 averaged."""
    return shrunk(shrunk(grey))


def shrunk(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Half as wide and high, (H, W) uint8 averaged; an odd row or column at the end is left out.

    OpenCV averages two by two pixels seven times as fast as four by four, or as what is not whole.
    """
    height, width = (max(1, side // 2) for side in grey.shape)
    return cv2.resize(grey[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
