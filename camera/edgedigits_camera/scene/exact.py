"""Sums over pictures that come out to the same bit on every processor and with every OpenCV and NumPy.

What is computed value by value (+, -, *, / and square roots) is rounded alike everywhere. Sums are not, as they are
added up in another order; so what is added up here lies on a grid, and so do its weights, and a float32 holds each sum
whole. Sines, exponentials and their like differ in the last bit of a float64: what is made of them is rounded to
float32, to the grid, or to parts of a pixel.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from edgedigits_camera.scene.homography import inverse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.scene.homography import Matrix

    Picture = NDArray[np.float32]
    Part = tuple[slice, slice]

# Added to numbers below 1024 it leaves no bits but those of whole 4096ths, 12 after the point.
TO_GRID = np.float32(3 << 10)
# Weights are whole 1024ths: with the 12 bits of the grid, sums below 4 have the 24 bits of a float32.
WEIGHTS = 1 << 10
WHOLE = (slice(None), slice(None))


def on_grid(values: Picture) -> Picture:
    """Round to whole 4096ths, a sixteenth of a grey level."""
    grid = values + TO_GRID
    grid -= TO_GRID
    return grid


def blurred(picture: Picture, sigma_px: float) -> Picture:
    """Blur a picture (H, W) or (H, W, 3) float32, -4..4, by a Gaussian."""
    kernel, one = gaussian(sigma_px), np.ones(1, np.float32)
    across = cv2.sepFilter2D(on_grid(picture), cv2.CV_32F, kernel, one)
    return np.asarray(cv2.sepFilter2D(on_grid(across), cv2.CV_32F, one, kernel), np.float32)


@lru_cache(maxsize=256)
def gaussian(sigma_px: float) -> NDArray[np.float32]:
    """Weights (2 n + 1,) float32 of a Gaussian as far as three deviations, in whole 1024ths; together 1."""
    reach = max(1, math.ceil(3 * sigma_px))
    curve = np.exp(-((np.arange(-reach, reach + 1) / sigma_px) ** 2) / 2)
    weights = np.rint(WEIGHTS * curve / curve.sum())
    weights[reach] += WEIGHTS - weights.sum()
    kernel = (weights / WEIGHTS).astype(np.float32)
    kernel.flags.writeable = False
    return kernel


def averaged(values: Picture, width: int, height: int) -> Picture:
    """Mean of (H, W) float32, -8..8, over so many pixels, at most 500, around each one."""
    sums = cv2.boxFilter(on_grid(values), cv2.CV_32F, (width, height), normalize=False)
    return np.asarray(sums / np.float32(width * height), np.float32)


def enlarged(values: Picture, times: int, shape: tuple[int, int]) -> Picture:
    """Enlarge (h, w) or (h, w, 3) float32, -8..8, by 2, 4 or 8 along straight lines, and cut it to (H, W)."""
    large = cv2.resize(on_grid(values), None, fx=times, fy=times, interpolation=cv2.INTER_LINEAR)
    return np.asarray(large[: shape[0], : shape[1]], np.float32)


def curved(values: Picture, shape: tuple[int, int], part: Part = WHOLE) -> Picture:
    """Bring (h, w) float32 to (H, W) by cubic curves, and give rows and columns of it."""
    rows, columns = part
    across = _curved(np.ascontiguousarray(values.T), shape[1], columns)
    return _curved(np.ascontiguousarray(across.T), shape[0], rows)


def _curved(values: Picture, length: int, part: slice) -> Picture:
    """Bring (h, w) float32 to (length, w), of which a part of the rows: OpenCV's cubic curves, value by value."""
    at = (np.arange(length)[part] + 0.5) * len(values) / length - 0.5
    first = np.floor(at)
    t = (at - first)[:, None]
    weights = (_far(1 + t), _near(t), _near(1 - t), _far(2 - t))
    result = np.zeros((len(at), values.shape[1]), np.float32)
    for tap, weight in enumerate(weights):
        places = np.clip(first.astype(np.intp) + (tap - 1), 0, len(values) - 1)
        result += weight.astype(np.float32) * values[places]
    return result


def _near(away: NDArray[np.float64]) -> NDArray[np.float64]:
    return (1.25 * away - 2.25) * away * away + 1


def _far(away: NDArray[np.float64]) -> NDArray[np.float64]:
    return ((-0.75 * away + 3.75) * away - 6) * away + 3


def warped(
    picture: Picture, matrix: Matrix, size_px: tuple[int, int], *, border: int = cv2.BORDER_REFLECT_101
) -> Picture:
    """See a picture (H, W) or (H, W, 3) float32, -4..4, where a homography puts it; places are 32nds of a pixel."""
    return np.asarray(
        cv2.remap(on_grid(picture), *_places(matrix, size_px), cv2.INTER_LINEAR, borderMode=border), np.float32
    )


def _places(matrix: Matrix, size_px: tuple[int, int]) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Where each pixel of a picture was before: OpenCV's maps of whole pixels and of 32nds."""
    # Pixel centres lie at whole numbers for OpenCV, at halves here.
    x, y = (np.arange(side, dtype=np.float32) + np.float32(0.5) for side in size_px)
    rows = inverse(matrix)
    rows = (rows / np.abs(rows[2]).max()).astype(np.float32)
    across, down, depth = (row[0] * x + (row[1] * y + row[2])[:, None] for row in rows)
    across /= depth
    down /= depth
    return cv2.convertMaps(across - np.float32(0.5), down - np.float32(0.5), cv2.CV_16SC2)


def shrunk(picture: Picture, size_px: tuple[int, int]) -> Picture:
    """Average a picture (H, W, 3) float32, -4..4, down to a width and height."""
    width, height = size_px
    whole = np.rint((picture + 4) * WEIGHTS * 8).astype(np.uint16)
    twice = cv2.resize(whole, (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR_EXACT)
    return cv2.resize(twice, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / (WEIGHTS * 8) - 4


def shaken(picture: Picture, way_px: NDArray[np.float64]) -> Picture:
    """Mean of a picture (H, W, 3) float32 in all whole places along a way, (2,) across and down, to both sides."""
    steps = math.ceil(np.abs(way_px).max())
    places = np.unique(np.rint(np.linspace(-0.5, 0.5, 2 * steps + 1)[:, None] * way_px).astype(int), axis=0)
    (height, width), reach = picture.shape[:2], steps
    around = cv2.copyMakeBorder(picture, reach, reach, reach, reach, cv2.BORDER_REFLECT_101)
    total = np.zeros_like(picture)
    for left, top in (places + reach).tolist():
        total += around[top : top + height, left : left + width]
    return np.asarray(total / np.float32(len(places)), np.float32)


def draw_line(  # noqa: PLR0913
    picture: NDArray[Any],
    points: NDArray[np.integer],
    tone: float | list[float],
    width_px: int,
    *,
    kind: int = cv2.LINE_AA,
    closed: bool = False,
) -> None:
    """Draw a line through points (N, 2) in whole pixels, in place.

    Wide ones in whole pixels, and thin ones in parts of them, take another course in each of OpenCV's versions.
    """
    shift = 0 if width_px == 1 else 4
    cv2.polylines(picture, [points.astype(np.int32) << shift], closed, tone, width_px, kind, shift)


def fill(mask: NDArray[np.uint8], points: NDArray[Any]) -> None:
    """Fill a polygon (N, 2) in a mask (H, W) with 255, in place; with hard edges it is another in each version."""
    cv2.fillPoly(mask, [(16 * points).round().astype(np.int32)], 255, cv2.LINE_AA, 4)
