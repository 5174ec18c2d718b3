"""Type of our own, for where there is no font file: OpenCV's letters are others in each of its versions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.strokes import Strokes, coverage, lettering, path_px
from edgedigits_camera.scene.homography import in_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

FACES = ((1.0, 0.0), (0.75, 0.0), (1.15, 0.0), (0.9, 0.2), (0.85, 0.1))
"""How wide letters are, in their usual widths, and how far they slant, in heights."""
# In heights of a capital: room above it and below its baseline, between letters, between words.
ABOVE, BELOW, GAP, SPACE = 0.1, 0.45, 0.2, 0.4


@dataclass(frozen=True, slots=True)
class Type:
    """One of ``FACES``, the height of its capitals, and the width of its lines."""

    face: int
    capital_px: int
    weight_px: int

    @property
    def top_px(self) -> int:
        """Row in which capitals begin; the baseline is as much lower as they are high."""
        return max(1, round(ABOVE * self.capital_px))

    def room(self, share: float) -> NDArray[np.uint8]:
        """No ink, (h, w) uint8, as wide as a share of a capital's height."""
        rows = self.top_px + self.capital_px + round(BELOW * self.capital_px) + 1
        return np.zeros((rows, max(1, round(share * self.capital_px))), np.uint8)


@lru_cache(maxsize=4096)
def letter(kind: Type, character: str) -> NDArray[np.uint8]:
    """Ink (h, w) uint8, read-only, of one character."""
    if character.isspace():
        return kind.room(SPACE)
    wide, slant = FACES[kind.face]
    pen = min(float(kind.weight_px), kind.capital_px / 3)
    upright = lettering(character).paths
    paths = tuple(np.column_stack([p[:, 0] * wide + slant * (1 - p[:, 1]), p[:, 1:]]) for p in upright)
    left, _, right, _ = Strokes(character, paths).extent
    scale = kind.capital_px - pen
    origin_px = (pen / 2 - left * scale, kind.top_px + pen / 2)
    placed = [in_parts(path_px(path, scale=scale, pen_px=pen, origin_px=origin_px)) for path in paths]
    shape = (len(kind.room(GAP)), math.ceil((right - left) * scale + pen))
    ink = np.rint(255 * coverage(placed, shape=shape)).astype(np.uint8)
    ink.flags.writeable = False
    return ink
