"""Where a page goes in a picture, as a matrix: computed value by value, from corners in parts of a pixel.

So it has the same bits everywhere, which OpenCV's and LAPACK's solvers do not give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    """(3, 3)."""

PARTS = 256
"""Places are whole 256ths of a pixel."""


def in_parts(places_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round places or widths to 256ths of a pixel."""
    return np.rint(places_px * PARTS) / PARTS


def homography_to(corners: NDArray[np.float64], size_px: tuple[float, float]) -> Matrix:
    """Bring a page of a width and height onto corners (4, 2), clockwise from the upper left.

    From the unit square: Heckbert, Fundamentals of Texture Mapping and Image Warping, 1989, section 2.2.3.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = in_parts(corners).tolist()
    width, height = size_px
    ax, ay, bx, by, cx, cy = x1 - x2, y1 - y2, x3 - x2, y3 - y2, x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    area = ax * by - bx * ay
    g, h = (cx * by - bx * cy) / area, (ax * cy - cx * ay) / area
    return np.array([
        [(x1 - x0 + g * x1) / width, (x3 - x0 + h * x3) / height, x0],
        [(y1 - y0 + g * y1) / width, (y3 - y0 + h * y3) / height, y0],
        [g / width, h / height, 1.0],
    ])  # fmt: skip


def inverse(matrix: Matrix) -> Matrix:
    """The way back, up to a factor, which does not matter."""
    first, second, third = matrix
    return np.stack([np.cross(second, third), np.cross(third, first), np.cross(first, second)], axis=1)


def project(matrix: Matrix, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring points (N, 2) of the flat page into the picture."""
    x, y = points.T
    across, down, depth = (row[0] * x + row[1] * y + row[2] for row in matrix)
    return np.stack([across / depth, down / depth], axis=1)


def enlargement(matrix: Matrix, point: NDArray[np.float64]) -> float:
    """How much longer lengths are in the picture than on the flat page, around a point (2,)."""
    around = project(matrix, point + np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])) - project(matrix, point[None])
    return float(np.sqrt(abs(around[1, 0] * around[2, 1] - around[1, 1] * around[2, 0])))


def corners_of(size_px: tuple[float, float]) -> NDArray[np.float64]:
    """Corners (4, 2) of a page or picture of a width and height."""
    width, height = size_px
    return np.array([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]])
