"""Drawn signs in MNIST's form: training data in the styles that MNIST lacks, outliers, golden files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits.preprocess import to_patch
from edgedigits.strokes.render import render
from edgedigits.strokes.signs import KINDS
from edgedigits.strokes.sketch import sketch, sketch_distractor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits.strokes.curves import Strokes


# Known answers: enough for every digit in several hands; all of them take a device a few milliseconds.
GOLDEN_PATCHES = 64
GOLDEN_SEED = 20_250


def golden_patches() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Patches (64, 28, 28) uint8 that go into a bundle with every file's answers to them, and labels (64,) uint8."""
    return drawn_patches(GOLDEN_PATCHES, seed=GOLDEN_SEED)


def drawn_patches(count: int, *, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw digits, equally many of each, each by another person.

    Args:
        count: how many; the first of a longer run are the same.
        seed: what distinguishes runs.

    Returns:
        Patches (count, 28, 28) uint8 in MNIST's form, and labels (count,) uint8.

    """
    labels = np.arange(count) % 10
    patches = np.zeros((count, 28, 28), dtype=np.uint8)
    for index, digit in enumerate(labels):
        rng = _rng(seed, index)
        patches[index] = _patch(sketch(int(digit), rng=rng), rng)
    return patches, labels.astype(np.uint8)


def drawn_outliers(count: int, *, seed: int) -> NDArray[np.uint8]:
    """Draw signs that are no digit: patches (count, 28, 28) uint8 in MNIST's form, the kinds in turn."""
    patches = np.zeros((count, 28, 28), dtype=np.uint8)
    for index in range(count):
        rng = _rng(seed, index)
        patches[index] = _patch(sketch_distractor(KINDS[index % len(KINDS)], rng=rng), rng)
    return patches


def _rng(seed: int, index: int) -> np.random.Generator:
    """Give every patch a stream of its own."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, index])))


def _patch(strokes: Strokes, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Bring strokes into MNIST's form, inked so that the line is 1.2 to 4 pixels wide there, as MNIST's are."""
    left, top, right, bottom = strokes.extent
    longest = max(bottom - top, right - left, 0.1)
    side_px, line_px = rng.uniform(32.0, 72.0), rng.uniform(1.2, 4.0)
    pen_px = side_px * line_px / 20
    # The pen widens both sides of the box, so a unit is what remains of its longer side.
    return to_patch(render(strokes, height_px=(side_px - pen_px) / longest + pen_px, pen_px=pen_px))
