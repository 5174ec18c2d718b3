"""Noise of every size, and surfaces made of it. Pictures are (H, W, 3) float32 BGR and fields (H, W) float32."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.scene.exact import WHOLE, averaged, blurred, curved, draw_line, gaussian, on_grid

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

TILE_PX = 1024
"""Fine noise repeats after this many pixels, where nobody sees it, so that large pictures are drawn in time."""


SOFT_PX = 0.8
"""Deviation of the blur that makes fine noise soft."""


def field(
    rng: np.random.Generator, shape: tuple[int, int], *, grain_px: float, part: tuple[slice, slice] = WHOLE
) -> NDArray[np.float32]:
    """Smooth noise with bumps of about ``grain_px``, mean 0, deviation about 1; rows and columns of it."""
    rows, columns = (max(2, int(side / grain_px) + 2) for side in shape)
    coarse = rng.standard_normal((rows, columns)).astype(np.float32)
    return curved(coarse, shape, part)


def fine(rng: np.random.Generator, shape: tuple[int, int], *, soft: bool = False) -> NDArray[np.float32]:
    """Noise in every pixel, mean 0, deviation 1, as (H, W): cut out of one tile at a place of chance, read-only.

    ``soft`` noise has grains of two pixels.
    """
    top, left = (int(offset) for offset in rng.integers(0, TILE_PX, 2))
    tile = np.roll(_tile(soft), (top, left), (0, 1)) if max(shape) > TILE_PX else _tile(soft, 2)[top:, left:]
    repeats = (-(-shape[0] // tile.shape[0]), -(-shape[1] // tile.shape[1]))
    return tile[: shape[0], : shape[1]] if repeats == (1, 1) else np.tile(tile, repeats)[: shape[0], : shape[1]]


@cache
def _tile(soft: bool, times: int = 1) -> NDArray[np.float32]:
    """One square of noise, ``times`` times in each direction."""
    tile = on_grid(np.random.default_rng(0).standard_normal((TILE_PX, TILE_PX), dtype=np.float32))
    if soft:
        # Half of it stays within what can be blurred; its deviation afterwards is that of the weights, squared.
        tile = blurred(tile * np.float32(0.5), SOFT_PX) * np.float32(2 / np.square(gaussian(SOFT_PX)).sum())
    return np.tile(tile, (times, times))


def colour(rng: np.random.Generator, low: float, high: float, *, spread: float = 0.1) -> NDArray[np.float32]:
    """Draw a colour (3,) of a brightness between two limits."""
    tone = rng.uniform(low, high)
    return np.asarray(np.clip(tone + rng.normal(0.0, spread, 3), 0.0, 1.0), np.float32)


def bgr(blue: float, green: float, red: float) -> NDArray[np.float32]:
    """Write a colour down: (3,) float32."""
    return np.array([blue, green, red], np.float32)


def surface(kind: str, rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Draw a surface that is no page: one of ``TEXTURES`` as (H, W, 3) float32 BGR in 0..1."""
    makers: dict[str, Callable[[np.random.Generator, tuple[int, int]], NDArray[np.float32]]] = {
        "wood": _wood, "gravel": _gravel, "grass": _grass, "bricks": _bricks,
        "fabric": _fabric, "blobs": _blobs, "specks": _specks,
    }  # fmt: skip
    picture = makers[kind](rng, shape) + 0.02 * fine(rng, shape)[:, :, None]
    return np.asarray(np.clip(picture, 0.0, 1.0), np.float32)


def _blend(share: NDArray[np.float32], dark: NDArray[np.float32], light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mix two colours (3,) by a field in 0..1."""
    mixed: NDArray[np.float32] = dark + np.clip(share, 0, 1)[:, :, None] * (light - dark)
    return mixed


def _wood(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Rings of a trunk, cut along: stripes bent by smooth noise, fine fibres in their direction."""
    y = np.linspace(0, shape[0] / shape[1], shape[0], dtype=np.float32)[:, None]
    bend = (
        field(rng, shape, grain_px=shape[1] / 2) * 0.06 + field(rng, (shape[0], 4), grain_px=9).mean(1)[:, None] * 0.01
    )
    rings = (0.5 + 0.5 * np.sin((y + bend).astype(np.float64) * rng.uniform(40, 140))).astype(np.float32)
    fibre = averaged(fine(rng, shape), 61, 1) * 0.9
    return _blend(rings * 0.6 + fibre + 0.2, bgr(0.1, 0.2, 0.32), bgr(0.35, 0.55, 0.72))


def _gravel(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Stones: bumps of one size with dark gaps, each lit from one side."""
    size = rng.uniform(8, 40)
    height = field(rng, shape, grain_px=size)
    lit = height - np.roll(height, (int(size / 5) + 1, int(size / 5) + 1), (0, 1))
    gaps = np.clip(np.abs(field(rng, shape, grain_px=size)) * 3, 0, 1)
    return _blend((0.5 + 0.35 * lit) * (0.3 + 0.7 * gaps), colour(rng, 0.05, 0.2), colour(rng, 0.6, 0.9, spread=0.04))


def _grass(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Many thin blades, or hairs, on a dark ground."""
    # In whole levels: lines in floats have no soft edge, and another course in each of OpenCV's versions.
    levels = np.full((*shape, 3), 255 * colour(rng, 0.05, 0.2), np.uint8)
    length = rng.uniform(15, 70)
    feet = (rng.random((int(np.prod(shape) / length / 1.5), 2)) * shape[::-1]).astype(np.int32)
    angles = rng.normal(rng.uniform(-np.pi, 0), 0.4, len(feet))
    tips = feet + (length * np.stack([np.cos(angles), np.sin(angles)], 1)).astype(np.int32)
    base = colour(rng, 0.35, 0.6, spread=0.12)
    for foot, tip, shade in zip(feet, tips, rng.uniform(0.4, 1.4, len(feet)).tolist(), strict=True):
        tone = (255 * base * shade).tolist()
        draw_line(levels, np.stack([foot, tip]), tone, int(1 + length / 30))
    return levels.astype(np.float32) / np.float32(255)


def _bricks(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Rows of bricks, or tiles, each of a shade of its own, in mortar."""
    picture = np.full((*shape, 3), colour(rng, 0.5, 0.8, spread=0.03), np.float32)
    high = int(rng.uniform(18, 70))
    wide, gap, base = int(high * rng.uniform(1.5, 3.2)), max(1, high // 9), colour(rng, 0.25, 0.6, spread=0.15)
    for row, top in enumerate(range(0, shape[0], high)):
        for left in range(-(row % 2) * wide // 2, shape[1], wide):
            shade = (base * rng.uniform(0.75, 1.2)).tolist()
            cv2.rectangle(picture, (left, top), (left + wide - gap, top + high - gap), shade, -1)
    return picture * (1 + 0.08 * field(rng, shape, grain_px=4)[:, :, None])


def _fabric(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Woven threads and folds."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    pitch = rng.uniform(3, 12)
    weave = 0.5 + 0.25 * (np.sin(2 * np.pi * x / pitch) + np.sin(2 * np.pi * y / pitch))
    folds = 0.25 * field(rng, shape, grain_px=shape[1] / 3)
    share = (weave * 0.5 + 0.3 + folds).astype(np.float32)
    return _blend(share, colour(rng, 0.05, 0.4, spread=0.15), colour(rng, 0.5, 0.9, spread=0.15))


def _blobs(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Large soft shapes with some hard edges, as in a picture of a room or a face out of focus."""
    tints = np.stack([field(rng, shape, grain_px=shape[1] / 3) for _ in range(3)], axis=2)
    picture = 0.5 + 0.2 * field(rng, shape, grain_px=shape[1] / 5)[:, :, None] + 0.05 * tints
    for _ in range(int(rng.integers(4, 18))):
        centre = (rng.random(2) * shape[::-1]).astype(int).tolist()
        axes = (rng.uniform(0.01, 0.3, 2) * shape[1]).astype(int).tolist()
        tone = colour(rng, 0.0, 1.0, spread=0.15).tolist()
        turn, end = float(rng.uniform(0, 180)), int(rng.choice([180, 360, 360]))
        thickness = -1 if rng.random() < 0.8 else int(rng.integers(1, 12))
        cv2.ellipse(picture, centre, axes, turn, 0, end, tone, thickness, cv2.LINE_AA)
    return blurred(picture, rng.uniform(0.5, 4.0))


def _specks(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Specks of every size, light on dark or dark on light: stars, crumbs, dust."""
    picture = np.zeros((*shape, 3), np.float32)
    for x, y, size in rng.random((int(rng.integers(50, 900)), 3)):
        tone = colour(rng, 0.3, 1.0).tolist()
        cv2.circle(picture, (int(x * shape[1]), int(y * shape[0])), int(0.6 + 5 * size**4), tone, -1, cv2.LINE_AA)
    return picture if rng.random() < 0.5 else colour(rng, 0.75, 0.95, spread=0.03) * (1 - 0.9 * picture)
