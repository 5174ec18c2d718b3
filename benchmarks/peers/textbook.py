"""The recipe that books and tutorials give for digits in pictures, as short as it is there.

Adaptive threshold, outer contours, boxes of a plausible size, centre of mass in 28x28, one inference each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits.preprocess import to_patch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits.recognizer import Recognizer


def read(image: NDArray[np.uint8], recognizer: Recognizer) -> list[int]:
    """The digits in a picture (H, W, 3) uint8 BGR, in no order."""
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 10)
    contours, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes = [cv2.boundingRect(contour) for contour in contours]
    patches = [to_patch(ink[y : y + h, x : x + w]) for x, y, w, h in boxes if plausible(w, h, len(grey))]
    answers = recognizer.classify(np.array(patches, np.uint8).reshape(-1, 28, 28))
    return [answer.digit for answer in answers if answer.digit is not None]


def plausible(width_px: int, height_px: int, picture_px: int) -> bool:
    """Whether a box of ink may be a digit, in a picture of a height."""
    return 12 <= height_px <= picture_px / 2 and 0.1 <= width_px / height_px <= 1.5
