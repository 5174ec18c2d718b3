"""Given glyphs as they are: 28 x 28 pixels each, enlarged, or side by side in a collage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits.strokes import draw_digit
from edgedigits_camera.scene.exact import curved
from edgedigits_camera.scene.shot import DrawnDigit, Scene
from edgedigits_camera.scene.spec import pick

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.scene.spec import SceneSpec
    from edgedigits_camera.scene.writer import Glyphs

SIDE, DIGIT = 28, 20
"""Sides of a tile and of the digit in it."""
ENLARGED = ("nearest", "linear", "cubic", "cubic")
"""How pictures of glyphs are enlarged."""


def draw_tiles(
    spec: SceneSpec, rng: np.random.Generator, *, rows: int, columns: int, glyphs: Glyphs | None = None
) -> Scene:
    """Lay glyphs out in rows of tiles.

    Args:
        spec: its paper, a black or a white screen, says whether the ink is light; a tile is 1.4 ``digit_px`` high.
        rng: source of chance.
        rows: how many there are at most.
        columns: how many tiles stand in a row.
        glyphs: images (N, 28, 28) uint8 and labels (N,), taken in their order; drawn ones when left out.

    """
    images, labels = glyphs or _own(rows * columns, rng)
    count = min(rows * columns, len(images))
    rows, factor = -(-count // columns), spec.digit_px / DIGIT
    pitch = SIDE + (int(rng.integers(0, 7)) if rng.random() < 0.3 else 0)
    ink = np.zeros((rows * pitch, columns * pitch), np.uint8)
    for index in range(count):
        top, left = index // columns * pitch, index % columns * pitch
        ink[top : top + SIDE, left : left + SIDE] = images[index]
    size = (round(ink.shape[1] * factor), round(ink.shape[0] * factor))
    how = pick(ENLARGED, rng)
    if how == "cubic":
        ink = np.clip(curved(ink.astype(np.float32), size[::-1]) + 0.5, 0, 255).astype(np.uint8)
    else:
        step = cv2.INTER_NEAREST if how == "nearest" else cv2.INTER_LINEAR_EXACT
        ink = np.asarray(cv2.resize(ink, size, interpolation=step), np.uint8)
    if rng.random() < 0.1:
        ink = np.where(ink > 110, 255, 0).astype(np.uint8)
    digits = [_found(ink, index, columns, pitch * factor, int(labels[index])) for index in range(count)]
    light = spec.paper == "black-screen"
    image = np.asarray(cv2.cvtColor(ink if light else 255 - ink, cv2.COLOR_GRAY2BGR), np.uint8)
    text = "".join(str(int(label)) for label in labels[:count])
    lines = tuple(text[start : start + columns] for start in range(0, count, columns))
    return Scene(image, tuple(digits), lines, spec, light_ink=light)


def _found(ink: NDArray[np.uint8], index: int, columns: int, pitch: float, label: int) -> DrawnDigit:
    """Box of the ink in one tile."""
    left, top = round(index % columns * pitch), round(index // columns * pitch)
    tile = ink[top : round(top + pitch), left : round(left + pitch)] >= 100
    rows, cols = np.flatnonzero(tile.any(axis=1)), np.flatnonzero(tile.any(axis=0))
    box = (left + int(cols[0]), top + int(rows[0]), int(np.ptp(cols)) + 1, int(np.ptp(rows)) + 1)
    return DrawnDigit(label, box, index)


def _own(count: int, rng: np.random.Generator) -> Glyphs:
    """Draw glyphs in tiles, higher and thicker or thinner than others' are, and not always in the middle."""
    images, labels = np.zeros((count, SIDE, SIDE), np.uint8), rng.integers(0, 10, count)
    height, pen = rng.uniform(14, 26), rng.uniform(1.2, 3.5)
    for image, label in zip(images, labels, strict=True):
        ink = draw_digit(int(label), rng=rng, height_px=height, pen_px=pen)[:, :SIDE][:SIDE]
        top, left = ((SIDE - side) // 2 for side in ink.shape)
        image[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return images, labels.astype(np.uint8)
