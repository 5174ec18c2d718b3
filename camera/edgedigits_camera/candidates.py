"""Every piece of a picture that might be one digit: connected ink, at several scales and several depths of ink.

A digit that is too faint for one threshold, or glued to its neighbour by another, is a component of its own at a third.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits.preprocess import to_patch
from edgedigits_camera.layers import Layer, layers_of
from edgedigits_camera.splits import cut_apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.profiles import Profile
    from edgedigits_camera.splits import Cut

# Columns of ``Candidates.rows``; box and area in pixels of the layer.
LAYER, LABEL, X, Y, W, H, AREA, EDGE, FIRST, LAST = range(10)
# One pixel on each side of the ink, where it fades into the paper: MNIST's strokes have such an edge.
EDGE_PX = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Parts of layers, N of them; arrays of the same length."""

    layers: tuple[Layer, ...]
    rows: NDArray[np.int32]
    """(N, 10): layer, component, box x, y, width, height, number of pixels, number of them at the edge; first and
    last of the layer's labels that are its own."""
    ink: NDArray[np.float32]
    """(N, 3): mean contrast of the ink, its standard deviation, mean contrast of what else lies in the box."""
    run: NDArray[np.int32]
    """(N,): at how many depths in a row the component has the same box."""

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, chosen: NDArray[np.generic]) -> Candidates:
        return Candidates(self.layers, self.rows[chosen], self.ink[chosen], self.run[chosen])

    @property
    def boxes_px(self) -> NDArray[np.float64]:
        """(N, 4) float64: x, y, width, height in pixels of the picture."""
        scales = np.array([layer.scale for layer in self.layers] or [1.0])
        return self.rows[:, X : H + 1] / scales[self.rows[:, LAYER]][:, None]

    @property
    def whole(self) -> NDArray[np.bool_]:
        """(N,) bool: which are all of a component, not a piece of it."""
        areas = [layer.stats[:, cv2.CC_STAT_AREA] for layer in self.layers] or [np.zeros(0, np.int32)]
        start = np.cumsum([0, *map(len, areas)])[self.rows[:, LAYER]]
        whole: NDArray[np.bool_] = np.concatenate(areas)[start + self.rows[:, LABEL]] == self.rows[:, AREA]
        return whole

    def patches(self) -> NDArray[np.uint8]:
        """(N, 28, 28) uint8: each one's ink alone, with its soft edge, in MNIST's form; as dark as its mean is full."""
        patches = np.zeros((len(self), 28, 28), np.uint8)
        for i, ((layer, _, x, y, w, h, _, _, first, last), mean) in enumerate(
            zip(self.rows.tolist(), self.ink[:, 0].tolist(), strict=True)
        ):
            source = self.layers[layer]
            mask = cv2.dilate(cv2.inRange(source.labels[y : y + h, x : x + w], first, last) & 1, EDGE_PX)
            contrast = source.contrast[y : y + h, x : x + w]
            patches[i] = to_patch(np.minimum(contrast * np.float32(255 / mean) * mask, 255).astype(np.uint8))
        return patches


def find_candidates(grey: NDArray[np.uint8], *, profile: Profile) -> Candidates:
    """Everything of the right size and shape, dark ink on light paper.

    Args:
        grey: (H, W) uint8.
        profile: which scales and depths are looked at.

    """
    layers = tuple(layers_of(grey, profile=profile))
    if not layers:
        return Candidates((), np.zeros((0, 10), np.int32), np.zeros((0, 3), np.float32), np.zeros(0, np.int32))
    whole, wide = zip(*(_whole_and_wide(layer, profile=profile) for layer in layers), strict=True)
    cuts = cut_apart(layers, wide)
    parts = [_of_layer(index, layer, whole[index], cuts[index], profile=profile) for index, layer in enumerate(layers)]
    layers = tuple(replace(layer, labels=cut.labels) for layer, cut in zip(layers, cuts, strict=True))
    rows, ink = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    kept, run = middle_of_runs(rows, np.array([layer.level for layer in layers])[rows[:, LAYER]])
    return Candidates(layers, rows[kept], ink[kept], run)


def _whole_and_wide(layer: Layer, *, profile: Profile) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Components of the right height, apart from those to be cut; and these."""
    label = layer.between(*layer.heights_px(profile))
    label = label[~layer.bars(label)]
    wide = layer.may_be_several(label, profile=profile)
    wide &= np.cumsum(wide) <= profile.most_splits
    return label[~wide], label[wide]


def _of_layer(
    index: int, layer: Layer, whole: NDArray[np.int64], cut: Cut, *, profile: Profile
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Rows and ink of those of a layer's whole components, and of the pieces of the others, that are plausible."""
    rows = np.column_stack([whole, layer.stats[whole], layer.edge[whole], whole, whole])
    rows = np.concatenate([rows, cut.rows])
    rows = rows[plausible(rows[:, W - 1 : AREA], layer.heights_px(profile))]
    rows = np.column_stack([np.full(len(rows), index), rows]).astype(np.int32)
    return rows, layer.ink_of(rows)


def plausible(size: NDArray[np.int32], heights_px: tuple[int, int]) -> NDArray[np.bool_]:
    """Which components, rows of width, height and area in pixels, have the size and shape of a digit: (N,) bool."""
    width, height, area = size.T
    fill = area / np.maximum(width * height, 1)
    fits = (height >= heights_px[0]) & (height < heights_px[1]) & (width <= 1.5 * height)
    solid = (fill < 0.8) | (width < 0.4 * height)
    return fits & (fill > 0.06) & solid & (width >= 2)


def middle_of_runs(rows: NDArray[np.int32], level: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Of components of one level with nearly the same box at several depths the middle one, and how many there are."""
    if not len(rows):
        return np.zeros(0, np.int64), np.zeros(0, np.int32)
    corner = rows[:, X : Y + 1] + rows[:, W : H + 1]
    keys = np.column_stack([level, rows[:, X : Y + 1] // 2, corner // 2])
    _, group, count = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    order = np.lexsort((rows[:, LAYER], group.ravel()))
    starts = np.concatenate([[0], np.cumsum(count)[:-1]])
    return order[starts + count // 2], count.astype(np.int32)
