"""The images that tell the quantiser which values to expect: training images, never those the result is measured on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.errors import CalibrationError
from edgedigits.training.data import turns
from edgedigits_export.convert.ranges import MIN_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from edgedigits.training.data import Mnist

# 100 to 2,000 images gave the same accuracy within 0.01 points; 500 take a second.
IMAGES = 500
DIGITS = 10
# Of an even share. MNIST's scarcest digit has nine tenths of one; ranges taken from some of the digits clip the others.
LEAST_SHARE = 0.5
# Ink is white: images that hold none, or grey ink only, give scales that clip it.
LEAST_INK = 250


@dataclass(frozen=True, slots=True)
class Calibration:
    """Training images for the quantiser, which ones, and how it takes ranges from their values.

    It is made from the whole data set and draws from its training split itself: validation and test images cannot be
    handed in.

    Raises:
        CalibrationError: too few or too many are wanted, not all digits are among them in similar shares, or they hold
            no white ink.

    """

    data: Mnist = field(compare=False, repr=False)  # an array is not equal, but equal here and there
    count: int = IMAGES
    seed: int = 0
    method: str = MIN_MAX

    def __post_init__(self) -> None:
        if not DIGITS <= self.count <= len(self.data.train):
            raise CalibrationError(
                f"calibration takes {DIGITS} to {len(self.data.train)} training images, got {self.count}"
            )
        rows = self.rows()
        check_shares(self.data.train.labels[rows])
        check_ink(self.data.train.images[rows])

    def __str__(self) -> str:
        return f"{self.count:,} images by {self.method}"

    def rows(self) -> NDArray[np.intp]:
        """Which training images (count,): drawn without repetition, one of each digit in turn."""
        shuffled = np.random.default_rng(self.seed).permutation(len(self.data.train))
        turn = turns(self.data.train.labels[shuffled])
        return shuffled[np.argsort(turn, kind="stable")[: self.count]]

    def images(self) -> Iterator[NDArray[np.float32]]:
        """Images (1, 28, 28, 1) float32 in 0..1."""
        for row in self.rows():
            yield self.data.train.images[row][None, ..., None].astype(np.float32) / 255


def check_shares(labels: NDArray[np.uint8]) -> None:
    """Refuse calibration images in which a digit is scarce.

    Raises:
        CalibrationError: the message says which, how many there are, and how many there should be.

    """
    counts, least = np.bincount(labels, minlength=DIGITS), LEAST_SHARE * len(labels) / DIGITS
    scarcest = int(counts.argmin())
    if counts[scarcest] < least:
        raise CalibrationError(
            f"of {len(labels)} calibration images {counts[scarcest]} show digit {scarcest}, at least {least:g} must; "
            "the training split likely lacks digits"
        )


def check_ink(images: NDArray[np.uint8]) -> None:
    """Refuse calibration images (N, 28, 28) uint8 that hold no white ink.

    Raises:
        CalibrationError: the message says how bright the brightest pixel is, and how bright it should be.

    """
    brightest = int(images.max())
    if brightest < LEAST_INK:
        raise CalibrationError(
            f"the brightest pixel of the calibration images is {brightest}, at least {LEAST_INK} is needed; "
            "the training images are likely blank, or scaled to 0..1"
        )
