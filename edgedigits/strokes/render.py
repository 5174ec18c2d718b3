"""From pen paths to ink: the exact distance of every pixel near a stroke, with NumPy alone.

Drawing libraries change their rounding between versions; golden files and training data must not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgedigits.strokes.curves import Strokes

SHORTEST_PX = 1.5
"""Segments shorter than this are joined: they cost time and change nothing that a pixel shows."""


def render(strokes: Strokes, *, height_px: float, pen_px: float) -> NDArray[np.uint8]:
    """Draw strokes as antialiased ink, cut tight.

    Args:
        strokes: what the pen did.
        height_px: height of the ink of a digit, pen included; other signs keep their size relative to a digit.
        pen_px: width of the line.

    Returns:
        (H, W) uint8, ink 255 on 0.

    """
    if not 0 < pen_px < height_px:
        raise ValueError(f"pen_px must lie between 0 and height_px {height_px:g}, got {pen_px:g}")
    left, top, right, bottom = strokes.extent
    scale, margin = height_px - pen_px, pen_px / 2
    paths = [
        path_px(path, scale=scale, pen_px=pen_px, origin_px=(margin - left * scale, margin - top * scale))
        for path in strokes.paths
    ]
    shape = (round((bottom - top) * scale + pen_px), round((right - left) * scale + pen_px))
    ink = np.floor(255 * coverage(paths, shape=(max(1, shape[0]), max(1, shape[1]))) + 0.5).astype(np.uint8)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def path_px(
    path: NDArray[np.float64], *, scale: float, pen_px: float, origin_px: tuple[float, float]
) -> NDArray[np.float64]:
    """Bring a path (N, 3) from heights into pixels: x, y and the width of the line, all in pixels."""
    return path * (scale, scale, pen_px) + (*origin_px, 0.0)


def coverage(paths: Sequence[NDArray[np.float64]], *, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Share of each pixel that lines cover.

    Args:
        paths: one array (N, 3) per line: x, y and width in pixels; what lies outside of the picture is left out.
        shape: rows and columns of the picture.

    Returns:
        ``shape`` float64 in 0..1.

    """
    canvas = np.zeros(shape)
    for path in paths:
        _cover(canvas, _thinned(path))
    return canvas


def _thinned(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leave out points that are closer than a pixel shows."""
    length_px = float(np.linalg.norm(np.diff(path[:, :2], axis=0), axis=1).mean())
    stride = max(1, int(SHORTEST_PX / max(length_px, 1e-6)))
    return np.concatenate([path[:-1:stride], path[-1:]])


def _cover(canvas: NDArray[np.float64], path: NDArray[np.float64]) -> None:
    """Draw one line: each segment looks at a square window of pixels around it."""
    start, end = path[:-1, :2], path[1:, :2]
    along = end - start
    length_px = np.linalg.norm(along, axis=1)
    widths = (path[:-1, 2] + path[1:, 2]) / 2
    side = int(length_px.max() + widths.max()) + 3
    corner = np.floor((start + end) / 2 - side / 2).astype(np.int64)
    columns = corner[:, 0, None, None] + np.arange(side)[None, None, :]
    rows = corner[:, 1, None, None] + np.arange(side)[None, :, None]
    x, y = columns + 0.5 - start[:, 0, None, None], rows + 0.5 - start[:, 1, None, None]
    dx, dy = along[:, 0, None, None], along[:, 1, None, None]
    t = np.clip((x * dx + y * dy) / np.maximum(length_px**2, 1e-12)[:, None, None], 0.0, 1.0)
    away_px = np.sqrt((x - t * dx) ** 2 + (y - t * dy) ** 2)
    width = widths[:, None, None]
    covered = np.clip(width / 2 - away_px + 0.5, 0.0, 1.0) * np.minimum(width, 1.0)
    height, breadth = canvas.shape
    seen = (covered > 0) & (rows >= 0) & (rows < height) & (columns >= 0) & (columns < breadth)
    np.maximum.at(canvas.reshape(-1), (rows * breadth + columns)[seen], covered[seen])
