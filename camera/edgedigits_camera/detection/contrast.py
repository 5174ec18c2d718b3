"""Local contrast, what the detector sees instead of brightness: light and paper are gone, both colours of ink alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Side of the square whose mean brightness stands for the paper: wider than the largest digit of a level, so that its
# strokes are a small part of it.
AROUND_PX = 41
# Added to brightness before its logarithm is taken: in the dark, noise is no contrast.
DARK = 16
# Fixed-point steps for a logarithm of 1.
STEPS = 4096
LOG = np.rint(STEPS * np.log(np.arange(256) + DARK)).astype(np.int16)
# Contrast of no ink; ink darker than what is around lies above, lighter ink below.
NO_CONTRAST = 128


def _compressed() -> NDArray[np.uint8]:
    """(65536,) uint8: a difference of logarithms, as uint16, to its square root with its sign; 1 and more is full."""
    difference = np.arange(1 << 16, dtype=np.uint16).view(np.int16) / STEPS
    root = np.sign(difference) * np.sqrt(np.minimum(np.abs(difference), 1))
    return (NO_CONTRAST + np.rint(127 * root)).astype(np.uint8)


# The root lifts faint pencil, and thin strokes that shrinking has faded.
COMPRESSED = _compressed()


def local_contrast(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How much darker each pixel is than the mean around it.

    Computed in whole numbers: the same picture has the same contrast on every processor.

    Args:
        grey: (H, W) uint8.

    Returns:
        (H, W) uint8: 128 where there is none, up to 255 for dark ink and down to 1 for light ink. 128 + 127 sqrt(d),
        where d is the logarithm of (mean + 16) / (pixel + 16), at most 1.

    """
    mean = cv2.blur(grey, (AROUND_PX, AROUND_PX), borderType=cv2.BORDER_REFLECT)
    difference = cv2.subtract(cv2.LUT(mean, LOG), cv2.LUT(grey, LOG))
    return COMPRESSED.take(difference.view(np.uint16))
