"""Grain of pictures taken in the dark: where it is as deep as faint ink, the picture is smoothed first of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.flatten import DARKEST_PAPER

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Grain is measured in so many rows of the picture.
ROWS = 32
# Deviation of the grain from which smoothing gains more than it blurs, in 1/255 of the picture's mean brightness.
COARSE = 12.0
# Three quarters of all normal deviates are larger; twice a pixel less the two beside it has the second factor.
QUARTILE = 0.3186 * np.sqrt(6)


def without_grain(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Smooth a picture (H, W) uint8 with dark ink where its grain is coarse; others are returned as they are."""
    return cv2.GaussianBlur(grey, (3, 3), 0) if is_grainy(grey) else grey


def is_grainy(grey: NDArray[np.uint8]) -> bool:
    """Whether the grain of a picture (H, W) uint8 is coarse.

    Strokes change some of the pixels along a row, dense writing more than half; grain changes all.
    """
    rows = grey[:: -(-len(grey) // ROWS)].astype(np.int16)
    step = np.abs(2 * rows[:, 1:-1] - rows[:, :-2] - rows[:, 2:])
    limit = QUARTILE * COARSE * max(float(rows.mean()), DARKEST_PAPER) / 255
    return np.count_nonzero(step > limit) > 0.75 * step.size
