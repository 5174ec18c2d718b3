"""Every piece of a picture that might be one digit: connected ink, at several scales and several depths of ink.

A digit that is too faint for one threshold, or glued to its neighbour by another, is a component of its own at a third.
What touches everywhere is cut apart, what is broken everywhere joined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits.preprocess import to_patch
from edgedigits_camera.joins import joined
from edgedigits_camera.layers import Layers, layers_of, least_heights
from edgedigits_camera.splits import cut_apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.profiles import Profile

# Columns of ``Candidates.rows``; box and area in pixels of the layers.
LABEL, X, Y, W, H, AREA, EDGE, FIRST, LAST, ALSO_FIRST, ALSO_LAST = range(11)
# One pixel on each side of the ink, where it fades into the paper: MNIST's strokes have such an edge.
EDGE_PX = np.ones((3, 3), np.uint8)
# Graphite and chalk leave pores in a stroke, and the network sees an 8 there. They are closed where the ink is so long
# that a digit's loops are wider than they are.
PORES = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
PORES_FROM_PX = 28
# What is fainter than a candidate's depth is its ink too, from this share of its mean on, where it lies in its box,
# within eight pixels of its ink, and is part of nothing else: where a pencil skips, the stroke is still seen. Farther
# away it may be the grain of cardboard.
FAINT = 0.18
NEAR_PX = np.ones((17, 17), np.uint8)
# What is no deeper than this share of a candidate's mean is its paper, or the haze of a lens.
HAZE = 0.12
# Ink that is turned is first brought to this size at least, more than twice a patch's box.
TURNED_PX = 48
# The strokes of ink smaller than this are blurred from edge to edge, and their mean is so many times fainter than full
# ink: cut off at it, they look bold. Turned, such ink is seen thin, so that a digit is named by both.
BLURRED_PX, BLURRED = 24, 1.6
# More than there are different places along a side of a sheet; four places fit into one number of 64 bits.
SIDES = 1 << 15


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pieces of ink, N of them; arrays of the same length."""

    layers: Layers | None
    """None where a picture is too small to hold any."""
    rows: NDArray[np.int32]
    """(N, 11): component, box x, y, width, height, number of pixels, number of them at the edge; first and last of the
    labels that are its own, and of those of what it was joined with, else 0."""
    ink: NDArray[np.float32]
    """(N, 3): mean contrast of the ink, its standard deviation, mean contrast of what else lies in the box."""
    run: NDArray[np.int32]
    """(N,): at how many depths in a row the component has the same box."""
    level: NDArray[np.intp]
    """(N,): which of the sheet's scales each lies in."""

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, chosen: NDArray[np.generic]) -> Candidates:
        return Candidates(self.layers, self.rows[chosen], self.ink[chosen], self.run[chosen], self.level[chosen])

    @property
    def boxes_on_sheet_px(self) -> NDArray[np.int32]:
        """(N, 4) int32: x, y, width, height in pixels of the sheet."""
        boxes = self.rows[:, X : H + 1].copy()
        if self.layers:
            boxes[:, 1] %= self.layers.sheet.height
        return boxes

    @property
    def boxes_px(self) -> NDArray[np.float64]:
        """(N, 4) float64: x, y, width, height in pixels of the picture."""
        if not self.layers:
            return np.zeros((0, 4))
        sheet, boxes = self.layers.sheet, self.boxes_on_sheet_px
        boxes[:, :2] -= sheet.areas[self.level, :2]
        return boxes / sheet.scales[self.level, None]

    @property
    def inverted(self) -> NDArray[np.bool_]:
        """(N,) bool: which are light ink."""
        return self.layers.sheet.inverted[self.level] if self.layers else np.zeros(0, np.bool_)

    @property
    def depth(self) -> NDArray[np.int32]:
        """(N,) depth of the layer that each was found in."""
        return self.layers.depths[self.rows[:, Y] // self.layers.sheet.height] if self.layers else np.zeros(0, np.int32)

    @property
    def parts(self) -> NDArray[np.int64]:
        """(N,): 0 for all of a component, -1 for a piece of one, 1 for two joined."""
        return np.where(self.rows[:, ALSO_FIRST] > 0, 1, np.where(self.whole, 0, -1))

    @property
    def whole(self) -> NDArray[np.bool_]:
        """(N,) bool: which are all of a component, not a piece of it."""
        return _is_whole(self.layers, self.rows) if self.layers else np.zeros(0, np.bool_)

    def patches(self, *, slope: float = 0.0) -> NDArray[np.uint8]:
        """(N, 28, 28) uint8: each one's ink alone, with its soft edge, in MNIST's form; as dark as its mean is full.

        Lines of text that go down by ``slope`` pixels a pixel are turned level.
        """
        patches = np.zeros((len(self), 28, 28), np.uint8)
        if not self.layers:
            return patches
        labels, contrast, height = self.layers.labels, self.layers.sheet.contrast, self.layers.sheet.height
        for i, ((_, x, y, w, h, _, _, first, last, also_first, also_last), mean) in enumerate(
            zip(self.rows.tolist(), self.ink[:, 0].tolist(), strict=True)
        ):
            part, top = labels[y : y + h, x : x + w], y % height
            own = cv2.inRange(part, first, last)
            if also_first:
                own |= cv2.inRange(part, also_first, also_last)
            ink = contrast[top : top + h, x : x + w]
            faint = cv2.bitwise_and(cv2.inRange(part, 0, 0), cv2.inRange(ink, FAINT * mean, 255.0))
            own |= cv2.bitwise_and(faint, cv2.dilate(own, NEAR_PX))
            patches[i] = patch_of(ink, own, mean=mean, slope=slope)
        return patches


def patch_of(
    contrast: NDArray[np.uint8], own: NDArray[np.uint8], *, mean: float, slope: float = 0.0
) -> NDArray[np.uint8]:
    """Bring the ink of one digit, with its soft edge, into MNIST's form (28, 28) uint8.

    Args:
        contrast: (h, w) uint8.
        own: (h, w) uint8, 255 where the ink is the digit's, else 0.
        mean: contrast that becomes full ink.
        slope: how far lines of text go down, in pixels a pixel; they are turned level, and small ink is seen thin.

    """
    gain = 255 / (1 - HAZE) / mean
    if slope and max(contrast.shape) < BLURRED_PX:
        gain /= BLURRED
    ink = cv2.addWeighted(contrast, gain, contrast, 0, -gain * HAZE * mean)
    ink = cv2.bitwise_and(ink, cv2.dilate(own, EDGE_PX))
    if max(ink.shape) >= PORES_FROM_PX:
        ink = cv2.morphologyEx(cv2.copyMakeBorder(ink, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.MORPH_CLOSE, PORES)
    return to_patch(turned(ink, slope) if slope else ink)


def turned(ink: NDArray[np.uint8], slope: float) -> NDArray[np.uint8]:
    """Ink (h, w) uint8 turned so that what went down by ``slope`` pixels a pixel is level, on a square that holds it.

    Small ink is enlarged, and along cubic curves, so that it is not blurred by being resampled twice. The pixel of haze
    that resampling spreads around it is taken off.
    """
    height, width = ink.shape
    scale = max(1.0, TURNED_PX / max(height, width))
    side = int(np.ceil(scale * np.hypot(height, width))) + 2
    middle = ((width - 1) / 2, (height - 1) / 2)
    turn = cv2.getRotationMatrix2D(middle, np.degrees(np.arctan(slope)), scale)
    turn[:, 2] += (side - 1) / 2 - np.array(middle)
    seen = cv2.warpAffine(ink, turn, (side, side), flags=cv2.INTER_CUBIC)
    return cv2.threshold(seen, 255 * HAZE, 0, cv2.THRESH_TOZERO)[1]


def find_candidates(grey: NDArray[np.uint8], *, profile: Profile, with_light: bool = False) -> Candidates:
    """Everything of the right size and shape, dark ink on light paper.

    Args:
        grey: (H, W) uint8.
        profile: which scales and depths are looked at.
        with_light: light ink on dark paper as well, in half the size.

    """
    layers = layers_of(grey, profile=profile, with_light=with_light)
    if not layers:
        none = np.zeros(0, np.int32)
        return Candidates(None, np.zeros((0, 11), np.int32), np.zeros((0, 3), np.float32), none, none.astype(np.intp))
    whole, wide = _whole_and_wide(layers, profile=profile)
    alone = np.zeros_like(whole)
    rows = np.column_stack([whole, layers.stats[whole], layers.edge[whole], whole, whole, alone, alone])
    rows = np.concatenate([rows.astype(np.int32), cut_apart(layers, wide)])
    rows = np.concatenate([rows, joined(layers, layers.pairs, labels=_labels_of(layers, rows))])
    level = layers.level_of(rows[:, X], rows[:, Y])
    fits = plausible(rows[:, W:EDGE], least_heights(layers.sheet, level, profile=profile), profile.max_height_px)
    rows, level = rows[fits], level[fits]
    kept, run = middle_of_runs(rows, height=layers.sheet.height)
    return Candidates(layers, rows[kept], layers.ink_of(rows[kept]), run, level[kept])


def _whole_and_wide(layers: Layers, *, profile: Profile) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Components of the right height, apart from those to be cut; and these. Hints of light ink are not cut."""
    label = layers.fitting[~layers.bars(layers.fitting)]
    wide = layers.may_be_several(label, profile=profile)
    wide &= ~layers.sheet.inverted[layers.level_of(*layers.stats[label, :2].T)]
    several = label[wide]
    # Where there are too many, most are noise, and fainter than ink.
    deepest = several[np.argsort(-layers.tone[several, 0], kind="stable")[: profile.most_splits]]
    cut = np.isin(label, deepest)
    return label[~cut], label[cut]


def _labels_of(layers: Layers, rows: NDArray[np.int32]) -> NDArray[np.int32]:
    """(components, 2): first and last label of each; of what was cut apart, those of its pieces."""
    labels = np.repeat(np.arange(len(layers.stats), dtype=np.int32)[:, None], 2, axis=1)
    whole = rows[_is_whole(layers, rows)]
    labels[whole[:, LABEL]] = whole[:, FIRST : LAST + 1]
    return labels


def _is_whole(layers: Layers, rows: NDArray[np.int32]) -> NDArray[np.bool_]:
    """(N,) bool: which rows are all of a component, and nothing else."""
    whole: NDArray[np.bool_] = layers.stats[rows[:, LABEL], cv2.CC_STAT_AREA] == rows[:, AREA]
    return whole


def plausible(size: NDArray[np.int32], least_px: NDArray[np.int64], most_px: int) -> NDArray[np.bool_]:
    """Which components, rows of width, height and area in pixels, have the size and shape of a digit: (N,) bool.

    Their height is at least ``least_px`` (N,), and less than ``most_px``.
    """
    width, height, area = size.T
    fill = area / np.maximum(width * height, 1)
    fits = (height >= least_px) & (height < most_px) & (width <= 1.5 * height)
    solid = (fill < 0.8) | (width < 0.4 * height)
    return fits & (fill > 0.06) & solid & (width >= 2)


def middle_of_runs(rows: NDArray[np.int32], *, height: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Of components with nearly the same box at several depths the middle one, and how many there are.

    The rows are those of candidates, in layers of so many pixels of height.
    """
    if not len(rows):
        return np.zeros(0, np.int64), np.zeros(0, np.int32)
    x, y, w, h = rows[:, X : H + 1].T.astype(np.int64)
    y = y % height
    key = ((x // 2 * SIDES + y // 2) * SIDES + (x + w) // 2) * SIDES + (y + h) // 2
    order = np.lexsort((rows[:, Y], key))
    _, starts, count = np.unique(key[order], return_index=True, return_counts=True)
    return order[starts + count // 2], count.astype(np.int32)
