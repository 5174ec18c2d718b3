"""The ink of each detection, alone, in MNIST's form: from a box in a picture to what the network names.

A digit is cut out with what is around it and brought to one size, so that every length here is in pixels of that size,
whatever the picture's. Its ink is what is deeper than a share of its depth and hangs together, mostly in its box; of
ink that goes on beyond, such as a neighbour's that it touches, the part in its box and nearer to it than to others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits.preprocess import to_patch
from edgedigits_camera.digits.background import ink_contrast
from edgedigits_camera.digits.resizing import doubled, resized
from edgedigits_camera.digits.ruling import without_ruling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# The longer side of a box, more than twice a patch's.
WORK_PX = 48
# Margin that is cut out around a box, in longer sides of it: ruled lines show their length there.
MARGIN = 1.0
# In longer sides of the box: ink is connected within the first margin around it, and may reach over it by the second.
NEAR, OVER = 0.35, 0.07
# Quantile of contrast in a box that is taken for its ink's depth: above it are single deep pixels.
INK_SHARE = 0.97
# Contrast that is never ink, in 1/255.
NOISE = 4.0
# A component is the digit's own when this share of it lies in the box; of others, smaller crumbs are noise.
OWN, CRUMB_PX = 0.7, 12
# What is no deeper than this share of the ink's mean is its paper, or the haze of a lens.
HAZE = 0.12
# Fainter ink from this share of the mean on counts in the box, near the digit's own: where a pencil skips, the stroke
# is still seen.
FAINT = 0.18
NEAR_PX = np.ones((17, 17), np.uint8)
# One pixel on each side of the ink, where it fades into the paper: MNIST's strokes have such an edge.
EDGE_PX = np.ones((3, 3), np.uint8)
# Graphite and chalk leave pores in a stroke, and the network sees an 8 there.
PORES = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a digit: ink is what is deeper than ``share`` of its depth, turned by ``slope``."""

    share: float = 0.5
    slope: float = 0.0
    """How far lines of text go down, in pixels per pixel; they are turned level."""


@dataclass(frozen=True, slots=True)
class CutOut:
    """A digit and what is around it, at the working size.

    Attributes:
        contrast: (H, W) uint8, how much darker than its paper each pixel is, without ruled lines.
        box: x, y, width and height of the digit in it.
        place: (H, W) uint8, 255 where ink may be the digit's: in its box, not nearer to the middle of another; else 0.
        depth: contrast of its ink.
        corner: x and y of its upper left corner in the picture.
        scale: its pixels for one of the picture, across and down.

    """

    contrast: NDArray[np.uint8]
    box: Box
    place: NDArray[np.uint8]
    depth: float
    corner: tuple[int, int]
    scale: tuple[float, float]


def cut_out(grey: NDArray[np.uint8], box: Box, *, light: bool, others: Sequence[Box] = ()) -> CutOut:
    """Cut a digit out of a picture.

    Args:
        grey: (H, W) uint8.
        box: x, y, width and height in pixels of the picture.
        light: whether its ink is lighter than its paper.
        others: boxes of digits near it.

    """
    rows, columns = reach(box, MARGIN, grey.shape)
    part = grey[rows, columns]
    scale = WORK_PX / max(box[2:])
    height, width = (max(4, round(side * scale)) for side in part.shape)
    part = resized(part, width=width, height=height)
    contrast = ink_contrast(cv2.bitwise_not(part) if light else part)
    corner = columns.start, rows.start
    across_down = width / (columns.stop - columns.start), height / (rows.stop - rows.start)
    own, *near = (moved(each, corner, across_down) for each in (box, *others))
    place = place_of(own, near, contrast.shape)
    return without_lines(CutOut(contrast, own, place, depth_of(contrast, own), corner, across_down))


def among(cut: CutOut, others: Sequence[Box]) -> CutOut:
    """The same digit, where others stand near it, whose boxes are in pixels of the picture."""
    if not others:
        return cut
    near = [moved(other, cut.corner, cut.scale) for other in others]
    return replace(cut, place=place_of(cut.box, near, cut.contrast.shape))


def moved(box: Box, corner: tuple[int, int], scale: tuple[float, float]) -> Box:
    """A box in a picture, in a cut-out."""
    (x, y, w, h), (left, top), (across, down) = box, corner, scale
    return (x - left) * across, (y - top) * down, w * across, h * down


def depth_of(contrast: NDArray[np.uint8], box: Box) -> float:
    """Contrast of the ink in a box: the deepest thirtieth of it is ink, however thin the pen."""
    inner = contrast[reach(box, 0.0, contrast.shape)].ravel()
    place = round((inner.size - 1) * INK_SHARE)
    return float(np.partition(inner, place)[place])


def without_lines(cut: CutOut) -> CutOut:
    """Take ruled lines out, where anything runs from one side to the other."""
    ink = cv2.threshold(cut.contrast, max(NOISE, cut.depth / 4), 1, cv2.THRESH_BINARY)[1]
    if not any(ink.any(axis=axis).all() for axis in (0, 1)):
        return cut  # most often, and quickly told: what crosses all of it is in every column, or in every row
    labels = connected(ink)
    across, down = crossed(labels), crossed(labels.T)
    if not (across or down):
        return cut
    # ``without_ruling`` works in cells of four pixels.
    height, width = cut.contrast.shape
    right, below = -width % 4, -height % 4
    around = cv2.copyMakeBorder(cut.contrast, 0, below, 0, right, cv2.BORDER_REPLICATE)
    cleaned = without_ruling(around, across=across, down=down)
    if cleaned is None:
        return cut
    contrast = np.ascontiguousarray(cleaned[:height, :width])
    return replace(cut, contrast=contrast, depth=depth_of(contrast, cut.box))


def patch_and_box(cut: CutOut, view: View) -> tuple[NDArray[np.uint8], Box]:
    """The ink of a digit in MNIST's form, (28, 28) uint8, all zero where there is none; and the box around it."""
    own = own_ink(cut, threshold=max(NOISE, view.share * cut.depth))
    return patch_of(cut, own, slope=view.slope), box_of(cut, own)


def patch_of(cut: CutOut, own: NDArray[np.uint8], *, slope: float = 0.0) -> NDArray[np.uint8]:
    """A digit's own ink in a cut-out, (H, W) uint8, in MNIST's form; turned level where lines go down by a slope."""
    if not own.any():
        return np.zeros((28, 28), np.uint8)
    near = reach(cut.box, NEAR, own.shape)
    contrast, own = cut.contrast[near], own[near]
    mean = cv2.mean(contrast, own)[0]
    faint = cv2.inRange(contrast, FAINT * mean, 255.0) & cv2.dilate(own, NEAR_PX)
    ink = cv2.bitwise_and(cv2.LUT(contrast, strengths(mean)), cv2.dilate(own | faint & cut.place[near], EDGE_PX))
    ink = cv2.morphologyEx(cv2.copyMakeBorder(ink, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.MORPH_CLOSE, PORES)
    return to_patch(turned(ink, slope) if slope else ink)


def strengths(mean: float) -> NDArray[np.uint8]:
    """(256,) uint8: how strong ink of each contrast is, 255 for the mean of a digit's ink and 0 in the haze."""
    strength = 255 / (1 - HAZE) * (np.arange(256) / mean - HAZE)
    return np.rint(np.clip(strength, 0, 255)).astype(np.uint8)


def own_ink(cut: CutOut, *, threshold: float) -> NDArray[np.uint8]:
    """(H, W) uint8, 255 where there is ink of the digit, else 0."""
    mask = cv2.threshold(cut.contrast, threshold, 255, cv2.THRESH_BINARY)[1]
    labels = connected(mask)
    pixels = np.flatnonzero(mask)  # few of all
    label = labels.ravel()[pixels]
    area = np.bincount(label, minlength=1)
    inside = np.bincount(labels[reach(cut.box, OVER, mask.shape)].ravel(), minlength=len(area))
    whole, part = inside > OWN * area, inside > CRUMB_PX
    mask.ravel()[pixels] = np.where(whole[label], 255, np.where(part[label], cut.place.ravel()[pixels], 0))
    return mask


def connected(ink: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """(H, W): the number of the component that each pixel of ink (H, W) uint8 belongs to, 0 where there is none."""
    # Without statistics of all that is around it takes a quarter of the time.
    return cv2.connectedComponentsWithAlgorithm(ink, 8, cv2.CV_16U, cv2.CCL_GRANA)[1]


def crossed(labels: NDArray[np.uint16]) -> bool:
    """Whether a component of (H, W) goes from its left side to its right."""
    return bool(set(labels[:, 0].tolist()) & set(labels[:, -1].tolist()) - {0})


def box_of(cut: CutOut, own: NDArray[np.uint8]) -> Box:
    """Box around the ink of a digit, in pixels of the picture; that of the detector where there is none."""
    x, y, w, h = cv2.boundingRect(own) if own.any() else cut.box
    (left, top), (across, down) = cut.corner, cut.scale
    return x / across + left, y / down + top, w / across, h / down


def place_of(box: Box, others: Sequence[Box], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Where a digit's ink may be, uint8 of a shape: 255 in its box, not nearer to another's middle in sizes of each."""
    place = np.zeros(shape, np.uint8)
    rows, columns = reach(box, OVER, shape)
    if not others:
        place[rows, columns] = 255
        return place
    x, y = np.arange(columns.start, columns.stop) + 0.5, np.arange(rows.start, rows.stop)[:, None] + 0.5

    def away(box: Box) -> NDArray[np.float64]:
        left, top, width, height = box
        return ((x - left) / width - 0.5) ** 2 + ((y - top) / height - 0.5) ** 2

    mine = np.ones((rows.stop - rows.start, columns.stop - columns.start), np.bool_)
    for other in others:
        mine &= away(box) <= away(other)
    place[rows, columns] = np.where(mine, 255, 0)
    return place


def turned(ink: NDArray[np.uint8], slope: float) -> NDArray[np.uint8]:
    """Ink (h, w) uint8 turned so that what went down by ``slope`` pixels per pixel is level, on a square that holds it.

    Cubic curves keep strokes thin; the haze that resampling spreads around them is taken off. Ink is doubled twice, and
    of that the nearest pixels are taken: both give the same bits in every OpenCV, which ``warpAffine`` does not.
    """
    x, y, w, h = cv2.boundingRect(ink)
    ink = cv2.copyMakeBorder(ink[y : y + h, x : x + w], 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    height, width = ink.shape
    side = math.ceil(math.sqrt(height**2 + width**2)) + 2
    across = np.arange(side) - (side - 1) / 2
    cosine = 1 / math.sqrt(1 + slope**2)
    x, y = cosine * (across - slope * across[:, None]), cosine * (slope * across + across[:, None])
    places = np.floor(4 * np.stack([x + width / 2, y + height / 2], axis=-1)).astype(np.int16)
    seen = cv2.remap(doubled(doubled(ink)), places, None, cv2.INTER_NEAREST)
    return cv2.threshold(seen, 255 * HAZE, 0, cv2.THRESH_TOZERO)[1]


def reach(box: Box, over: float, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Rows and columns of a picture that a box covers with a margin, which is given in longer sides of it."""
    x, y, w, h = box
    slack = over * max(w, h)
    return _span(y - slack, y + h + slack, shape[0]), _span(x - slack, x + w + slack, shape[1])


def _span(start: float, stop: float, length: int) -> slice:
    """At least one of the places along a side."""
    first = min(max(math.floor(start), 0), length - 1)
    return slice(first, max(first + 1, min(math.ceil(stop), length)))


def clutter_of(cut: CutOut) -> float:
    """Mean contrast around the box of a digit, in depths of its ink: writing, texture, or nothing."""
    around = cut.contrast[reach(cut.box, NEAR, cut.contrast.shape)]
    inner = cut.contrast[reach(cut.box, 0.0, cut.contrast.shape)]
    outside = around.size - inner.size
    return float(int(around.sum()) - int(inner.sum())) / max(outside, 1) / max(cut.depth, 1.0)
