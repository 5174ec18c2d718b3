"""Ink of any size into the form that MNIST defines, with NumPy alone.

"The original black and white (bilevel) images from NIST were size normalized to fit in a 20x20 pixel box while
preserving their aspect ratio. The resulting images contain grey levels [...] the images were centered in a 28x28 image
by computing the center of mass of the pixels, and translating the image so as to position this point at the center of
the 28x28 field." (LeCun, Cortes, Burges: The MNIST database of handwritten digits.) The translation is by whole pixels:
in MNIST itself the centre of mass lies between 13.5 and 14.5 in all 60,000 training images.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class PatchSpec:
    """The form of a patch: its side, and the side of the box that the ink fills."""

    size_px: int = 28
    box_px: int = 20


MNIST = PatchSpec()


def to_patch(ink: NDArray[np.uint8], *, spec: PatchSpec = MNIST) -> NDArray[np.uint8]:
    """Bring the ink of one digit into the form that the network was trained on.

    Args:
        ink: (H, W) uint8, 0 where there is none, up to 255 at full ink; margins without ink do not matter.
        spec: the form wanted.

    Returns:
        (28, 28) uint8: longer side of the ink scaled to 20 pixels, strongest pixel 255, centre of mass at pixel 14, 14.
        Ink that is all zero gives a patch that is all zero.

    Raises:
        ValueError: the ink has another shape or dtype.

    """
    if ink.ndim != 2 or ink.dtype != np.uint8:
        raise ValueError(f"ink must be uint8 of shape (H, W), got {ink.dtype} of shape {ink.shape}")
    patch = np.zeros((spec.size_px, spec.size_px), np.uint8)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return patch
    glyph = fit_box(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], box_px=spec.box_px)
    mass = glyph.astype(np.float64)
    top, left = (_offset(mass.sum(axis=axis), spec.size_px) for axis in (1, 0))
    _paste(glyph, onto=patch, top=top, left=left)
    return patch


def fit_box(ink: NDArray[np.uint8], *, box_px: int) -> NDArray[np.uint8]:
    """Resample tight ink (H, W) so that its longer side is ``box_px`` and its strongest pixel 255."""
    height, width = ink.shape
    scale = box_px / max(height, width)
    new_height, new_width = max(1, round(height * scale)), max(1, round(width * scale))
    glyph = resampling(height, new_height) @ ink @ resampling(width, new_width).T
    return np.rint(255 * glyph / glyph.max()).astype(np.uint8)


@lru_cache(maxsize=1024)
def resampling(size_in: int, size_out: int) -> NDArray[np.float64]:
    """Weights (size_out, size_in) float64 that resample one axis; every row adds up to the same.

    Shrinking averages the pixels that an output pixel covers; enlarging interpolates linearly between pixel centres.
    All weights are whole numbers: then sums are exact in whatever order a processor adds, and the same ink makes the
    same patch everywhere.
    """
    source = np.arange(size_in)
    target = np.arange(size_out)[:, None]
    if size_in >= size_out:
        # In pixels of which each of the source has size_out and each of the target size_in.
        covered = np.minimum((source + 1) * size_out, (target + 1) * size_in)
        weights = covered - np.maximum(source * size_out, target * size_in)
    else:
        # In halves of those: a centre may lie between two.
        step = 2 * size_out
        centre = np.clip((2 * target + 1) * size_in - size_out, 0, (size_in - 1) * step)
        weights = step - np.abs(source * step - centre)
    weights = np.clip(weights, 0, None).astype(np.float64)
    weights.flags.writeable = False
    return weights


def _offset(profile: NDArray[np.float64], size_px: int) -> int:
    """Where a glyph with this ink per row (or column) starts, so that its centre of mass falls on the middle pixel."""
    centre = float(profile @ np.arange(len(profile), dtype=np.float64)) / float(profile.sum())
    return math.floor(size_px / 2 - centre + 0.5)


def _paste(glyph: NDArray[np.uint8], *, onto: NDArray[np.uint8], top: int, left: int) -> None:
    """Copy the part of the glyph that falls into the patch: very uneven ink can reach over its border."""
    size = onto.shape[0]
    height, width = glyph.shape
    rows = slice(max(0, -top), min(height, size - top))
    columns = slice(max(0, -left), min(width, size - left))
    onto[top + rows.start : top + rows.stop, left + columns.start : left + columns.stop] = glyph[rows, columns]
