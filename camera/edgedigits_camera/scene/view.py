"""Where the page goes in the picture: how it is turned, leans and lies off the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits_camera.scene.homography import corners_of, homography_to, inverse, project
from edgedigits_camera.scene.rows import Area

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.scene.homography import Matrix


def view_of(rng: np.random.Generator, *, size_px: tuple[int, int], tilt: float, whole: bool) -> Matrix:
    """Draw a homography (3, 3) from the flat page to the picture, both ``size_px``.

    ``tilt`` 1 turns by up to 14 degrees and shortens sides by up to a fifth; ``whole`` keeps the page's edges in sight,
    otherwise it comes as near as it takes to fill the picture.
    """
    width, height = size_px
    corners = corners_of(size_px)
    middle = np.array([width, height]) / 2
    lean = rng.uniform(-0.1, 0.1, (4, 2)) * tilt * (width, height)
    turn = np.deg2rad(rng.uniform(-14, 14)) * tilt
    zooms = [float(rng.uniform(0.72, 0.9))] if whole else np.arange(1.0, 2.5, 0.03).tolist()
    for zoom in zooms:
        homography = homography_to(turn_and_zoom(corners + lean, middle, turn=turn, zoom=zoom), size_px)
        seen = project(inverse(homography), corners)
        if (seen >= -1).all() and (seen <= np.array(size_px) + 1).all():
            break
    return homography


def desk_view(rng: np.random.Generator, *, size_px: tuple[int, int], tilt: float) -> Matrix:
    """Draw a homography (3, 3) as of a page that lies on a desk: far away, off the middle, in strong perspective.

    ``tilt`` 1 turns by up to 25 degrees and shortens sides by up to a third.
    """
    width, height = size_px
    corners = corners_of(size_px)
    middle = np.array([width, height]) / 2
    lean = rng.uniform(-0.17, 0.17, (4, 2)) * tilt * (width, height)
    sides = np.exp(rng.uniform(-0.13, 0.13) * np.array([1, -1]))
    turn, zoom = np.deg2rad(rng.uniform(-25, 25)) * tilt, float(rng.uniform(0.4, 0.85))
    moved = turn_and_zoom((corners + lean - middle) * sides + middle, middle, turn=turn, zoom=zoom)
    # Where the page would leave the picture it stays at its border.
    room = np.stack([-moved.min(axis=0), np.array(size_px) - moved.max(axis=0)])
    moved += np.where(room[0] < room[1], rng.uniform(room.min(axis=0), room.max(axis=0)), 0.0)
    return homography_to(moved, size_px)


def turn_and_zoom(
    points: NDArray[np.float64], middle: NDArray[np.float64], *, turn: float, zoom: float
) -> NDArray[np.float64]:
    """Turn points (N, 2) clockwise about a middle and move them away from it."""
    cosine, sine = np.cos(turn), np.sin(turn)
    return (points - middle) @ np.array([[cosine, sine], [-sine, cosine]]) * zoom + middle


def area_in_sight(homography: Matrix, size_px: tuple[int, int]) -> Area:
    """Find the largest part of the flat page, of the picture's shape, that lies in the picture with a small margin."""
    width, height = size_px
    for inset in np.arange(0.02, 0.5, 0.01):
        area = Area(width * inset, height * inset, width * (1 - inset), height * (1 - inset))
        corners = np.array([[x, y] for x in (area.left, area.right) for y in (area.top, area.bottom)])
        seen = project(homography, corners)
        if (seen >= 0.01 * min(size_px)).all() and (seen <= np.array(size_px) - 0.01 * min(size_px)).all():
            return area
    return Area(width * 0.49, height * 0.49, width * 0.51, height * 0.51)
