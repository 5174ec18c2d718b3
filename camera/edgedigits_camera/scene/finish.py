"""What becomes of a picture after it was taken: cropped, stretched, made smaller, black and white, stored."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.digits import resizing
from edgedigits_camera.scene.shot import DrawnDigit
from edgedigits_camera.scene.texture import fine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from edgedigits_camera.scene.shot import Box, Scene

WHOLE = 0.9
"""A digit of which less than this share of its box is left counts neither way."""
VISIBLE = 12
"""Levels of 0..255; less than this drowns in the noise of a camera."""
READABLE_PX = 12
"""Smaller than this, a digit that a picture was made smaller with counts neither way."""


def moved(
    scene: Scene,
    image: NDArray[np.uint8],
    *,
    scale: tuple[float, float] = (1.0, 1.0),
    shift: tuple[float, float] = (0.0, 0.0),
) -> Scene:
    """Put a scene into another picture (H, W, 3): a point goes to ``scale * point + shift``; boxes are cut off there.

    What was cut becomes unsure, what is out of sight is forgotten; the lines are then no longer known.
    """
    size_px = (image.shape[1], image.shape[0])

    def all_of(boxes: Iterable[Box]) -> list[tuple[Box, float]]:
        return [_cut(box, scale, shift, size_px) for box in boxes]

    cut = [(digit, *_cut(digit.box_xywh_px, scale, shift, size_px)) for digit in scene.digits]
    digits = tuple(
        replace(digit, box_xywh_px=box) for digit, box, left in cut if left >= WHOLE and box[3] >= _least(digit)
    )
    doubtful = [box for digit, box, left in cut if min(box[2:]) > 0 and not (left >= WHOLE and box[3] >= _least(digit))]
    printed = [(d, _cut(d.box_xywh_px, scale, shift, size_px)[0]) for d in scene.printed]
    return replace(
        scene,
        image=image,
        digits=digits,
        lines=scene.lines if len(digits) == len(scene.digits) else (),
        printed=tuple(DrawnDigit(d.digit, box) for d, box in printed if min(box[2:]) > 0),
        others=tuple(box for box, _ in all_of(scene.others) if min(box[2:]) > 0),
        unsure=(*(box for box, _ in all_of(scene.unsure) if min(box[2:]) > 0), *doubtful),
    )


def _least(digit: DrawnDigit) -> int:
    """Height that a digit must keep: small ones were small before."""
    return min(READABLE_PX, digit.box_xywh_px[3])


def _cut(
    box: Box, scale: tuple[float, float], shift: tuple[float, float], size_px: tuple[int, int]
) -> tuple[Box, float]:
    """Where a box goes, and which share of it is in the picture."""
    low = np.array(box[:2]) * scale + shift
    high = (np.array(box[:2]) + box[2:]) * scale + shift
    inside = np.clip(np.stack([low, high]), 0, size_px)
    share = float((inside[1] - inside[0]).prod() / max((high - low).prod(), 1e-9))
    # A third of a pixel of ink does not show.
    x, y = (int(value) for value in np.floor(inside[0] + 0.34))
    right, bottom = (int(value) for value in np.ceil(inside[1] - 0.34))
    return (x, y, max(right - x, 0), max(bottom - y, 0)), share


def cropped(scene: Scene, left: int, top: int, right: int, bottom: int) -> Scene:
    """Cut a picture out; borders outside of the picture are brought inside."""
    height, width = scene.image.shape[:2]
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    return moved(scene, np.ascontiguousarray(scene.image[top:bottom, left:right]), shift=(-left, -top))


def resized(scene: Scene, size_px: tuple[int, int], *, blocks: bool = False) -> Scene:
    """Bring a picture to another width and height, and so to other proportions if they differ.

    Pixels are averaged where it shrinks, and come onto cubic curves where it grows, or become blocks.
    """
    height, width = scene.image.shape[:2]
    if blocks:
        image = np.asarray(cv2.resize(scene.image, size_px, interpolation=cv2.INTER_NEAREST), np.uint8)
    else:
        planes = [resizing.resized(plane, width=size_px[0], height=size_px[1]) for plane in cv2.split(scene.image)]
        image = np.asarray(cv2.merge(planes), np.uint8)
    return moved(scene, image, scale=(size_px[0] / width, size_px[1] / height))


def stretched(scene: Scene, rng: np.random.Generator, *, most: float = 1.8) -> Scene:
    """Make a picture up to ``most`` times wider or narrower than it was."""
    height, width = scene.image.shape[:2]
    factor = float(np.exp(rng.uniform(-np.log(most), np.log(most))))
    wide, high = (width * factor, height) if rng.random() < 0.5 else (width, height / factor)
    return resized(scene, (max(8, round(wide)), max(8, round(high))))


def cut_around(scene: Scene, rng: np.random.Generator) -> Scene:
    """Crop to all that is written, with a margin of each side's own: none, a few pixels, or much; now and then cut."""
    boxes = np.array([digit.box_xywh_px for digit in scene.digits] or [(0, 0, *scene.image.shape[1::-1])])
    low, high = boxes[:, :2].min(axis=0), (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    side = float((high - low).max())
    kind = rng.random()
    if kind < 0.35:
        margins = rng.uniform(0, 0.5, 4) * side
    elif kind < 0.6:
        margins = np.full(4, rng.uniform(0, 0.6) * side)
    else:
        margins = rng.integers(0, 11, 4).astype(np.float64) * (rng.random(4) < 0.6)
    if rng.random() < 0.1:
        margins[int(rng.integers(4))] = -0.04 * side * rng.random()
    left, top, right, bottom = (int(v) for v in np.round([*(low - margins[:2]), *(high + margins[2:])]))
    return cropped(scene, left, top, right, bottom)


def black_and_white(scene: Scene, rng: np.random.Generator, *, digit_px: float) -> Scene:
    """Decide for each pixel between black and white, by one limit or by the pixels around, as scanning programs do.

    Where a digit would be lost that way, the picture stays as it was.
    """
    grey = cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY)
    if rng.random() < 0.4:
        _, mask = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    else:
        block = int(np.clip(digit_px * rng.uniform(0.6, 1.5), 9, 301)) // 2 * 2 + 1
        # What counts as ink must differ from its surroundings by this many levels, else paper's grain does as well.
        sign = -1 if scene.light_ink else 1
        limit = sign * rng.uniform(9, 18)
        mask = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, block, limit)
    kept = [float((mask[y : y + h, x : x + w] == 255 * scene.light_ink).mean()) for x, y, w, h in _boxes(scene)]
    if any(not 0.02 < share < 0.9 for share in kept):
        return scene
    return replace(scene, image=np.asarray(cv2.cvtColor(mask, cv2.COLOR_GRAY2BGR), np.uint8))


def _boxes(scene: Scene) -> list[Box]:
    return [digit.box_xywh_px for digit in scene.digits]


def without_the_faint(scene: Scene) -> Scene:
    """Call unsure what nobody could read: digits that stand out from their ground by less than ``VISIBLE`` levels."""
    grey = np.asarray(cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY), np.uint8)
    if not scene.light_ink:
        grey = 255 - grey
    seen = [_stands_out(grey[y : y + h, x : x + w]) >= VISIBLE for x, y, w, h in _boxes(scene)]
    if all(seen):
        return scene
    kept = tuple(digit for digit, visible in zip(scene.digits, seen, strict=True) if visible)
    faint = tuple(digit.box_xywh_px for digit, visible in zip(scene.digits, seen, strict=True) if not visible)
    return replace(scene, digits=kept, lines=(), unsure=(*scene.unsure, *faint))


def _stands_out(part: NDArray[np.uint8]) -> float:
    """How much brighter than its ground the ink in a box (h, w) is, in levels; ink has as many pixels as rows, half."""
    # Eyes see a large digit through noise that hides a small one.
    levels = np.sort(cv2.GaussianBlur(part, (0, 0), max(0.8, 0.015 * part.shape[0])), axis=None)
    return float(levels[-max(1, part.shape[0] // 2)]) - float(levels[len(levels) // 5])


def negative(scene: Scene) -> Scene:
    """Swap light and dark."""
    return replace(scene, image=255 - scene.image, light_ink=not scene.light_ink)


def greyed(scene: Scene) -> Scene:
    """Take the colours out."""
    grey = cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY)
    return replace(scene, image=np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8))


def enlarged(scene: Scene, rng: np.random.Generator, *, width_px: int) -> Scene:
    """Bring a picture to the width of a phone's, with noise in each of its pixels."""
    height, width = scene.image.shape[:2]
    larger = resized(scene, (width_px, round(height * width_px / width)))
    noise = (rng.uniform(1, 5) * fine(rng, larger.image.shape[:2]))[:, :, None]
    return replace(larger, image=np.clip(larger.image + noise, 0, 255).astype(np.uint8))


def stored(scene: Scene, quality: int) -> Scene:
    """Write a picture as JPEG of a quality of 1..100 and read it again."""
    code = cv2.imencode(".jpg", scene.image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return replace(scene, image=np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8))
