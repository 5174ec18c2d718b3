"""Handwriting from stroke models: digits as people over the world write them, and signs that are none.

    rng = np.random.default_rng(7)
    sketch(4, rng=rng)                      -> Strokes, the way of the pen
    render(strokes, height_px=40, pen_px=4) -> (H, W) uint8 ink, 255 on 0
    drawn_patches(60_000, seed=1)           -> patches in MNIST's form, and labels

NumPy alone draws, from a PCG64 generator, so that a seed gives the same bytes on every device.
"""

from edgedigits.strokes.alphabet import CHARACTERS, TWINS
from edgedigits.strokes.curves import Strokes
from edgedigits.strokes.hand import Hand
from edgedigits.strokes.lettering import lettering
from edgedigits.strokes.patches import drawn_outliers, drawn_patches, golden_patches
from edgedigits.strokes.render import coverage, path_px, render
from edgedigits.strokes.signs import KINDS
from edgedigits.strokes.sketch import draw_digit, sketch, sketch_character, sketch_distractor

__all__ = [
    "CHARACTERS",
    "KINDS",
    "TWINS",
    "Hand",
    "Strokes",
    "coverage",
    "draw_digit",
    "drawn_outliers",
    "drawn_patches",
    "golden_patches",
    "lettering",
    "path_px",
    "render",
    "sketch",
    "sketch_character",
    "sketch_distractor",
]
