"""Digits that touch, cut apart where the ink is thin: every likely piece is a candidate, the judge chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from edgedigits_camera.layers import Layer
    from edgedigits_camera.profiles import Profile

# In heights of the component.
NARROWEST = 0.12
WIDEST = 1.2
SPACING = 0.2


def pieces(layer: Layer, labels: NDArray[np.int64], *, profile: Profile) -> NDArray[np.int32]:
    """Cut components into pieces one digit wide.

    Returns:
        (N, 7) int32: component, box x, y, width, height in pixels of the layer, area, pixels at the edge.

    """
    rows = [piece for label in labels[: profile.most_splits] for piece in _pieces_of(layer, int(label))]
    return np.array(rows, np.int32).reshape(-1, 7)


def _pieces_of(layer: Layer, label: int) -> Iterator[tuple[int, ...]]:
    x, y, w, h, area = layer.stats[label].tolist()
    mask = (layer.labels[y : y + h, x : x + w] == label).astype(np.uint8)
    bounds = [0, *cuts(mask), w]
    for start, low in enumerate(bounds[:-1]):
        for high in bounds[start + 1 :]:
            if NARROWEST * h <= high - low <= WIDEST * h and (low, high) != (0, w):
                part = mask[:, low:high]
                left, top, width, height = cv2.boundingRect(part)
                size = int(cv2.countNonZero(part))
                edge = round(int(layer.edge[label]) * size / area)
                yield label, x + low + left, y + top, width, height, size, edge


def cuts(mask: NDArray[np.uint8]) -> list[int]:
    """Columns of a mask (H, W) where there is less ink than around, in order; the thinnest few that are apart."""
    height, width = mask.shape
    ink = mask.sum(axis=0).astype(np.float32)
    smooth = np.convolve(ink, [0.25, 0.5, 0.25], mode="same")
    apart = max(2, round(SPACING * height))
    around = cv2.erode(smooth[None], np.ones((1, 2 * (apart // 2) + 1), np.uint8))[0]
    lowest = np.flatnonzero((smooth <= around) & (smooth <= 0.4 * height))
    lowest = lowest[(lowest >= apart) & (lowest < width - apart)]
    chosen: list[int] = []
    for i in lowest[np.argsort(smooth[lowest], kind="stable")].tolist():
        if all(abs(i - other) >= apart for other in chosen):
            chosen.append(i)
    return sorted(chosen[: max(2, round(2 * width / height))])
