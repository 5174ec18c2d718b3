"""A picture at several scales, cut into tiles, the tiles laid out on canvases for the detector."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.detection.contrast import AROUND_PX, NO_CONTRAST, local_contrast
from edgedigits_camera.detection.maps import LEAST_PX, MOST_PX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

# Size of a level between two, in sizes of the larger one.
BETWEEN = 0.7
# Longest side of a tile: memory stays bounded, whatever the picture's size.
TILE_PX = 768
# How far tiles overlap: each digit stands whole in one of them, with some of what is around it.
SHARED_PX = 96
# Large levels that are thinner hold no digit: a picture of one row would be 130,000 tiles, each mostly empty.
THINNEST_PX = LEAST_PX / 2
# Empty pixels between two levels on a canvas.
GAP_PX = 24
# Sides of a canvas are multiples of this: the detector halves them four times.
ALIGN_PX = 16


@dataclass(frozen=True, slots=True)
class Level:
    """The picture at one scale: pixels of the level for one of the picture, and (H, W) uint8."""

    scale: float
    grey: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a level, and where it lies on its canvas."""

    scale: float
    x_px: int
    """Left edge, in pixels of the level."""
    y_px: int
    width_px: int
    height_px: int
    core: tuple[float, float, float, float]
    """Left, top, right and bottom of what no other tile of the level answers for, in its pixels."""
    left_px: int = 0
    """Where it lies on the canvas."""
    top_px: int = 0


@dataclass(frozen=True, slots=True)
class Canvas:
    """Local contrast (H, W) uint8 of some tiles; H and W are multiples of 16."""

    contrast: NDArray[np.uint8]
    tiles: tuple[Tile, ...]


def pyramid(grey: NDArray[np.uint8], *, finest: float, first_between: bool = True) -> Iterator[Level]:
    """Levels of a picture (H, W) uint8, each half the one before, until all of it is as small as a digit.

    Between two of them lies one of 0.7 of the larger one's size: a digit that is nearly too large for one level and
    nearly too small for the next is of middle size there. Without ``first_between``, the largest of these is left out,
    and those of levels without digits always.
    """
    scale = finest
    level = grey if finest == 1 else resized(grey, finest)
    while True:
        yield Level(scale, level)
        if max(level.shape) <= MOST_PX:
            return
        if (scale < finest or first_between) and not is_thin(level):
            yield Level(scale * BETWEEN, resized(level, BETWEEN))
        scale, level = scale / 2, halved(level)


def resized(grey: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """The picture at more than half of its size; the same bits on every processor."""
    height, width = (max(1, round(side * scale)) for side in grey.shape)
    return cv2.resize(grey, (width, height), interpolation=cv2.INTER_LINEAR_EXACT)


def halved(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Half as wide and high, two by two pixels averaged; an odd row or column at the end is left out."""
    height, width = (max(1, side // 2) for side in grey.shape)
    return cv2.resize(grey[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)


def canvases(levels: Iterable[Level]) -> Iterator[Canvas]:
    """All levels that may hold a digit: each tile of the large ones alone, the small ones on one canvas."""
    small = []
    for level in levels:
        if max(level.grey.shape) <= TILE_PX:
            small.append(level)
        elif not is_thin(level.grey):
            for tile in tiles_of(level):
                yield laid_out([level], [tile])
    if small:
        yield laid_out(small, on_shelves(small))


def is_thin(grey: NDArray[np.uint8]) -> bool:
    """Whether a level (H, W) is too thin for digits, and so long that it would be many tiles."""
    return max(grey.shape) > TILE_PX and min(grey.shape) < THINNEST_PX


def tiles_of(level: Level) -> Iterator[Tile]:
    """Tiles of one size that cover a level."""
    height, width = level.grey.shape
    for y, above, below in spans(height):
        for x, before, behind in spans(width):
            core = (before, above, behind, below)
            yield Tile(level.scale, x, y, min(TILE_PX, width), min(TILE_PX, height), core)


def spans(length: int) -> list[tuple[int, float, float]]:
    """Starts of tiles along a side, and from where to where each answers alone."""
    count = max(1, -(-(length - SHARED_PX) // (TILE_PX - SHARED_PX)))
    if count == 1:
        return [(0, -np.inf, np.inf)]
    starts = np.linspace(0, length - TILE_PX, count).round().astype(int).tolist()
    limits = [-np.inf, *((before + TILE_PX + start) / 2 for before, start in pairwise(starts)), np.inf]
    return [(start, *core) for start, core in zip(starts, pairwise(limits), strict=True)]


def on_shelves(levels: Sequence[Level]) -> list[Tile]:
    """Whole levels, the largest first, each on the first shelf that has room for it, or on a new one below."""
    room = levels[0].grey.shape[1]
    everywhere = (-np.inf, -np.inf, np.inf, np.inf)
    shelves: list[tuple[int, int]] = []  # top, and what is taken of the width
    tiles: list[Tile] = []
    bottom = 0
    for level in levels:
        height, width = level.grey.shape
        index = next((i for i, (_, taken) in enumerate(shelves) if taken + width <= room), len(shelves))
        if index == len(shelves):
            shelves.append((bottom, 0))
            bottom = aligned(bottom + height + GAP_PX)
        top, left = shelves[index]
        tiles.append(Tile(level.scale, 0, 0, width, height, everywhere, left, top))
        shelves[index] = (top, aligned(left + width + GAP_PX))
    return tiles


def aligned(length_px: int) -> int:
    """The next length that the detector can halve four times."""
    return -(-length_px // ALIGN_PX) * ALIGN_PX


def laid_out(levels: Sequence[Level], tiles: Sequence[Tile]) -> Canvas:
    """A canvas with one tile of each of some levels."""
    width = aligned(max(tile.left_px + tile.width_px for tile in tiles))
    height = aligned(max(tile.top_px + tile.height_px for tile in tiles))
    contrast = np.full((height, width), NO_CONTRAST, np.uint8)
    for level, tile in zip(levels, tiles, strict=True):
        rows = slice(tile.top_px, tile.top_px + tile.height_px)
        contrast[rows, tile.left_px : tile.left_px + tile.width_px] = contrast_of(level.grey, tile)
    return Canvas(contrast, tuple(tiles))


def contrast_of(grey: NDArray[np.uint8], tile: Tile) -> NDArray[np.uint8]:
    """Local contrast of a tile, (h, w) uint8, as in the whole level (H, W)."""
    margin = AROUND_PX // 2
    top, left = max(0, tile.y_px - margin), max(0, tile.x_px - margin)
    part = grey[top : tile.y_px + tile.height_px + margin, left : tile.x_px + tile.width_px + margin]
    y, x = tile.y_px - top, tile.x_px - left
    return local_contrast(part)[y : y + tile.height_px, x : x + tile.width_px]
