"""Crops of scenes at the scale of one level, and the maps that the detector should answer with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.detection.contrast import AROUND_PX, NO_CONTRAST, local_contrast
from edgedigits_camera.detection.maps import LEAST_PX, MOST_PX, STRIDE_PX, UNIT_PX, WIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Side of a crop. More context costs more; three digits of the largest size stand beside one another.
SIDE_PX = 160
CELLS = SIDE_PX // STRIDE_PX
# Targets: heat, its weight, whether a box and a name are learned here, box, light ink, printed, digit.
TARGETS = 10
# Digits smaller than those of a level, and those up to this many times its largest, count neither way there.
BLURRED_LIMIT = 1.3
# A digit that reaches farther than this beyond its part of the crop is cut off, and counts neither way.
CUT_PX = 2
# Between two pictures in one crop, as between two levels of a pyramid.
GAP_PX = 24
LEAST_REGION_PX = 32
# Share of crops in inverted light, and with less contrast.
INVERTED, FADED = 0.3, 0.3
# Middles are never narrower than this, in cells; cells beside the middle learn the box with less weight.
LEAST_SPREAD, BESIDE = 0.7, 0.3


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture and what is in it.

    Attributes:
        grey: (H, W) uint8.
        digits: (N, 5) float32: digit, x, y, width, height in pixels.
        printed: (M, 5) float32, the same of digits that a machine wrote.
        others: (K, 4) float32: boxes of what is no digit and might be taken for one.
        unsure: (U, 4) float32: boxes of what counts neither way.
        light_ink: whether the ink is lighter than the paper.

    """

    grey: NDArray[np.uint8]
    digits: NDArray[np.float32]
    printed: NDArray[np.float32]
    others: NDArray[np.float32]
    unsure: NDArray[np.float32]
    light_ink: bool


@dataclass(frozen=True, slots=True)
class View:
    """Where a crop lies: its left upper corner in pixels of the picture, and pixels of the crop for one of them."""

    x_px: float
    y_px: float
    across: float
    down: float

    def boxes(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes (N, 4) of the picture in pixels of the crop."""
        moved = boxes - np.array([self.x_px, self.y_px, 0, 0])
        return (moved * np.array([self.across, self.down] * 2)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a crop, in its pixels."""

    left: int
    top: int
    right: int
    bottom: int

    def cut(self, boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
        """(N,) bool: which boxes (N, 4) reach beyond."""
        low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
        limits = np.array([self.left, self.top]) - CUT_PX, np.array([self.right, self.bottom]) + CUT_PX
        return np.logical_or((low < limits[0]).any(axis=1), (high > limits[1]).any(axis=1))

    def beside(self, used: Region) -> Region:
        """The largest strip that is left beside a used part, a gap away."""
        strips = (
            Region(self.left, self.top, used.left - GAP_PX, self.bottom),
            Region(used.right + GAP_PX, self.top, self.right, self.bottom),
            Region(self.left, self.top, self.right, used.top - GAP_PX),
            Region(self.left, used.bottom + GAP_PX, self.right, self.bottom),
        )
        return max(strips, key=lambda strip: min(strip.right - strip.left, strip.bottom - strip.top))


WHOLE = Region(0, 0, SIDE_PX, SIDE_PX)


def crop_of(scenes: Sequence[Labelled], rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Cut a crop out of one of the scenes around something worth a look; what it leaves free is filled with others.

    Returns:
        (SIDE_PX, SIDE_PX) uint8 local contrast, and (CELLS, CELLS, TARGETS) float32.

    """
    contrast = np.full((SIDE_PX, SIDE_PX), NO_CONTRAST, np.uint8)
    maps = np.zeros((CELLS, CELLS, TARGETS), np.float32)
    maps[..., 1] = 1
    region = WHOLE
    while min(region.right - region.left, region.bottom - region.top) >= LEAST_REGION_PX:
        scene = scenes[int(rng.integers(len(scenes)))]
        view = _view_of(scene, region, rng)
        inverted = rng.random() < INVERTED
        grey = _faded(scene.grey, rng) if rng.random() < FADED else scene.grey
        used = _show(255 - grey if inverted else grey, view, region, contrast)
        _mark_all(maps, scene, view, used, light=scene.light_ink != inverted)
        region = region.beside(used)
    return contrast, maps


def batch_of(
    scenes: Sequence[Labelled], count: int, seed: Sequence[int]
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Crops (count, SIDE_PX, SIDE_PX) and their maps; the same seed gives the same ones."""
    rng = np.random.default_rng(seed)
    contrast, maps = zip(*(crop_of(scenes, rng) for _ in range(count)), strict=True)
    return np.stack(contrast), np.stack(maps)


def _view_of(scene: Labelled, region: Region, rng: np.random.Generator) -> View:
    """Choose what stands in a part of a crop, and how large: a digit mostly, else what is none, or any place."""
    height, width = scene.grey.shape
    turn = rng.random()
    digits = np.concatenate([scene.digits, scene.printed])[:, 1:]
    if turn < 0.6 and len(digits):
        box = digits[rng.integers(len(digits))]
    elif turn < 0.85 and len(scene.others):
        box = scene.others[rng.integers(len(scene.others))]
    else:
        side = float(np.exp(rng.uniform(np.log(8), np.log(max(9, 0.9 * min(height, width))))))
        box = np.array([rng.uniform(0, width) - side / 2, rng.uniform(0, height) - side / 2, side, side], np.float32)
    x, y, w, h = box.tolist()
    size = float(np.exp(rng.uniform(np.log(LEAST_PX - 1.5), np.log(MOST_PX + 3))))
    scale = float(np.clip(size / max(h, WIDE * w), 0.01, 2.5))
    stretch = float(np.exp(rng.normal(0, 0.15))) if rng.random() < 0.3 else 1.0
    across, down = scale * stretch, scale
    at_x, at_y = rng.uniform((region.left, region.top), (region.right, region.bottom))
    return View(x + w / 2 - at_x / across, y + h / 2 - at_y / down, across, down)


def _faded(grey: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The same in other light: less contrast, darker or brighter."""
    gain = rng.uniform(0.45, 1.0)
    table = np.clip(np.arange(256) * gain + rng.uniform(0, 255 * (1 - gain)), 0, 255).astype(np.uint8)
    return cv2.LUT(grey, table)


def _show(grey: NDArray[np.uint8], view: View, region: Region, contrast: NDArray[np.uint8]) -> Region:
    """Show a picture in a part of a crop, and return where it lies there; beyond the picture there is no contrast."""
    height, width = grey.shape
    # What lies around counts for the mean brightness.
    margin = AROUND_PX // 2 + 1
    left, right = (
        (side + view.x_px * view.across) / view.across for side in (region.left - margin, region.right + margin)
    )
    top, bottom = ((side + view.y_px * view.down) / view.down for side in (region.top - margin, region.bottom + margin))
    left, top = (int(np.clip(side, 0, limit - 2)) for side, limit in ((left, width), (top, height)))
    right, bottom = (
        int(np.clip(side, low + 2, limit)) for side, low, limit in ((right, left, width), (bottom, top, height))
    )
    size = (max(2, round((right - left) * view.across)), max(2, round((bottom - top) * view.down)))
    shrunk = min(view.across, view.down) < 1
    part = cv2.resize(grey[top:bottom, left:right], size, interpolation=cv2.INTER_AREA if shrunk else cv2.INTER_CUBIC)
    x, y = round((left - view.x_px) * view.across), round((top - view.y_px) * view.down)
    x0, y0 = max(x, region.left), max(y, region.top)
    x1, y1 = max(x0, min(x + size[0], region.right)), max(y0, min(y + size[1], region.bottom))
    contrast[y0:y1, x0:x1] = local_contrast(part)[y0 - y : y1 - y, x0 - x : x1 - x]
    return Region(x0, y0, x1, y1)


def _mark_all(maps: NDArray[np.float32], scene: Labelled, view: View, region: Region, *, light: bool) -> None:
    """Write what the detector should answer to a scene into the maps of a crop."""
    found = np.concatenate([scene.digits, scene.printed])
    machine = np.arange(len(found)) >= len(scene.digits)
    boxes = view.boxes(found[:, 1:])
    size = np.maximum(boxes[:, 3], WIDE * boxes[:, 2])
    fits, cut = (size >= LEAST_PX) & (size < MOST_PX), region.cut(boxes)
    unsure = np.concatenate([view.boxes(scene.unsure), boxes[~fits & (size < BLURRED_LIMIT * MOST_PX) | fits & cut]])
    for box in unsure.tolist():
        maps[..., 1][_cells(box, region)] = 0
    for index in np.flatnonzero(fits & ~cut):
        _mark(maps, boxes[index].tolist(), (float(light), float(machine[index]), float(found[index, 0])))


def _cells(box: Sequence[float], region: Region) -> tuple[slice, slice]:
    """Cells of a part of a crop that a box covers."""
    x, y, w, h = box
    left, top = max(x, region.left) / STRIDE_PX, max(y, region.top) / STRIDE_PX
    right, bottom = min(x + w, region.right) / STRIDE_PX, min(y + h, region.bottom) / STRIDE_PX
    return slice(int(top), max(int(top), int(np.ceil(bottom)))), slice(int(left), max(int(left), int(np.ceil(right))))


def _mark(maps: NDArray[np.float32], box: Sequence[float], kind: tuple[float, float, float]) -> None:
    """Write one digit into the maps."""
    x, y, w, h = box
    u, v = (x + w / 2) / STRIDE_PX - 0.5, (y + h / 2) / STRIDE_PX - 0.5
    column, row = int(np.clip(round(u), 0, CELLS - 1)), int(np.clip(round(v), 0, CELLS - 1))
    rows, columns = np.ogrid[:CELLS, :CELLS]
    spread = np.maximum(LEAST_SPREAD, np.array([w, h]) / STRIDE_PX / 5)
    bump = np.exp(-(((columns - u) / spread[0]) ** 2 + ((rows - v) / spread[1]) ** 2) / 2)
    np.maximum(maps[..., 0], bump, out=maps[..., 0])
    size = np.log(max(w, 2) / UNIT_PX), np.log(max(h, 2) / UNIT_PX)
    for j in range(max(0, row - 1), min(CELLS, row + 2)):
        for i in range(max(0, column - 1), min(CELLS, column + 2)):
            middle = (i, j) == (column, row)
            if middle or not maps[j, i, 2]:
                maps[j, i, 2:] = (1.0 if middle else BESIDE, u - i, v - j, *size, *kind)
    maps[row, column, :2] = 1
