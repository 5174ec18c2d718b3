"""From a glyph written down as control points to smooth pen paths.

A glyph is a string: strokes are separated by ``/``, points are ``x,y`` in hundredths of the digit's height with y down,
and a ``!`` after a point makes a corner there; everywhere else the pen runs smoothly through the points.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEP = 0.015
"""Distance of the points of a path, in heights: fine enough that no polygon shows at 400 pixels."""


@dataclass(frozen=True, slots=True)
class Strokes:
    """What a pen did.

    ``paths`` holds one array (N, 3) float64 per stroke, N >= 2: x and y in heights of a digit, y down, and the width of
    the line relative to the pen. A digit's points fill y from 0 to 1, and x from 0 to its aspect ratio.
    """

    label: str
    paths: tuple[NDArray[np.float64], ...]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the points, in heights."""
        points = np.concatenate(self.paths)[:, :2]
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        return float(left), float(top), float(right), float(bottom)


@dataclass(frozen=True, slots=True)
class Glyph:
    """Control points of each stroke: ``strokes[i]`` is (N, 2) float64 in heights, ``corners[i]`` (N,) bool."""

    strokes: tuple[NDArray[np.float64], ...]
    corners: tuple[NDArray[np.bool_], ...]


def parse(glyph: str) -> Glyph:
    """Read the notation of this module."""
    strokes = [stroke.split() for stroke in glyph.split("/")]
    points = [np.array([word.rstrip("!").split(",") for word in stroke], dtype=np.float64) / 100 for stroke in strokes]
    return Glyph(tuple(points), tuple(np.array([word.endswith("!") for word in stroke]) for stroke in strokes))


def smooth(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Run a curve through points (N, 2), eight samples per span.

    A centripetal Catmull-Rom spline, which neither overshoots nor loops where the points are unevenly spaced
    (Yuksel, Schaefer, Keyser: Parameterization and applications of Catmull-Rom curves, 2011).
    """
    if len(points) == 2:
        return points
    spans = np.sqrt(np.linalg.norm(np.diff(points, axis=0), axis=1) + 1e-9)[:, None]
    slopes = np.diff(points, axis=0) / spans
    middle = (slopes[:-1] * spans[1:] + slopes[1:] * spans[:-1]) / (spans[1:] + spans[:-1])
    tangents = np.concatenate([[2 * slopes[0] - middle[0]], middle, [2 * slopes[-1] - middle[-1]]])
    t = (np.arange(8) / 8)[None, :, None]
    start, end = points[:-1, None], points[1:, None]
    pull_start, pull_end = (tangents[:-1] * spans)[:, None], (tangents[1:] * spans)[:, None]
    curve = (
        start * (1 + 2 * t) * (1 - t) ** 2
        + pull_start * t * (1 - t) ** 2
        + end * t**2 * (3 - 2 * t)
        + pull_end * t**2 * (t - 1)
    )
    return np.concatenate([curve.reshape(-1, 2), points[-1:]])


def trace(points: NDArray[np.float64], corners: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Follow one stroke (N, 2), smooth between its corners, as points (M, 2) at equal distances of about ``STEP``."""
    last = len(points) - 1
    cuts = [0, *(int(i) for i in np.flatnonzero(corners) if 0 < i < last), last]
    pieces = [smooth(points[a : b + 1]) for a, b in pairwise(cuts)]
    curve = np.concatenate([piece[:-1] for piece in pieces] + [points[-1:]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    count = max(3, int(along[-1] / STEP) + 1)
    stops = np.linspace(0.0, along[-1], count)
    return np.stack([np.interp(stops, along, curve[:, axis]) for axis in (0, 1)], axis=1)
