"""What is known about a candidate before it is judged: form, the ink around, what the network says, its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits_camera.candidates import EDGE, W

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.candidates import Candidates

FORM = ("height", "aspect", "fill", "run", "depth", "contrast", "unevenness", "clutter", "stroke", "at_border")
# The ink around is looked at in so many cells a side, over so many times the candidate's longer side.
CELLS, REACH = 12, 2.2
NETWORK = (*(f"p{digit}" for digit in range(10)), "top", "margin")
SURROUNDINGS = (
    "neighbours",
    "crowd",
    "company",
    "neighbour_height",
    "neighbour_contrast",
    "support",
    "rival",
    "inside",
    "outside",
)
# Neighbours are looked for within so many heights.
NEAR = 4.0


def form_features(candidates: Candidates, *, size_px: tuple[int, int]) -> NDArray[np.float32]:
    """(N, 10) float32 in the order of ``FORM``; ``size_px`` is the picture's width and height."""
    w, h, area, edge = candidates.rows[:, W : EDGE + 1].T.astype(np.float32)
    mean, deviation, others = candidates.ink.T
    boxes = candidates.boxes_px
    border = (boxes[:, :2] < 1).any(axis=1) | (boxes[:, :2] + boxes[:, 2:] > np.array(size_px) - 1).any(axis=1)
    columns = [
        np.log2(h),
        w / h,
        area / (w * h),
        candidates.run / (len(candidates.layers.depths) if candidates.layers else 1),
        candidates.depth / mean,
        mean,
        deviation / mean,
        others / mean,
        2 * area / np.maximum(edge, 1) / h,
        border,
    ]
    return np.column_stack(columns).astype(np.float32)


def around(candidates: Candidates) -> NDArray[np.float32]:
    """(N, 144) float32 in 0..1: ink in and around each candidate, 1 where it is as deep as the candidate's mean.

    It tells a digit from a part of something larger, and from a letter within a word.
    """
    if not candidates.layers:
        return np.zeros((0, CELLS * CELLS), np.float32)
    sheet = candidates.layers.sheet
    seen = _cells(sheet.integral, candidates.boxes_on_sheet_px, sheet.areas[candidates.level])
    seen /= np.maximum(candidates.ink[:, 0], 1)[:, None, None]
    return np.minimum(seen, 1).reshape(-1, CELLS * CELLS)


def _cells(integral: NDArray[np.int32], boxes: NDArray[np.int32], areas: NDArray[np.int32]) -> NDArray[np.float32]:
    """Mean contrast (N, CELLS, CELLS) around boxes (N, 4) of a sheet; there is none outside of their areas (N, 4)."""
    width = integral.shape[1]
    low, size = boxes[:, :2], boxes[:, 2:]
    steps = np.linspace(-REACH / 2, REACH / 2, CELLS + 1, dtype=np.float32) * size.max(axis=1)[:, None]
    x, y = (np.rint(low[:, axis, None] + size[:, axis, None] / 2 + steps) for axis in (0, 1))
    area = np.diff(y)[:, :, None] * np.diff(x)[:, None, :]
    first, last = areas[:, :2, None], (areas[:, :2] + areas[:, 2:])[:, :, None]
    column, row = (np.clip(at, first[:, axis], last[:, axis]).astype(np.int32) for axis, at in enumerate((x, y)))
    total = integral.ravel()[row[:, :, None] * width + column[:, None, :]]
    inside = total[:, 1:, 1:] - total[:, :-1, 1:] - total[:, 1:, :-1] + total[:, :-1, :-1]
    return (inside / np.maximum(area, 1)).astype(np.float32)


def pixels(patches: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, 196) float32 in 0..1: patches (N, 28, 28) uint8 at half their resolution."""
    pairs = patches[:, ::2] + patches[:, 1::2].astype(np.uint16)
    quarters = (pairs[:, :, ::2] + pairs[:, :, 1::2]).astype(np.float32)
    return quarters.reshape(-1, 196) / np.float32(4 * 255)


def network_features(answers: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 12) float32 in the order of ``NETWORK`` from probabilities (N, 10)."""
    ordered = np.sort(answers, axis=1)
    return np.column_stack([answers, ordered[:, -1], ordered[:, -1] - ordered[:, -2]]).astype(np.float32)


def surroundings(
    boxes: NDArray[np.float64], contrast: NDArray[np.float32], digits: NDArray[np.int64], score: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(N, 9) float32 in the order of ``SURROUNDINGS``: first scores (N,) of what is near and of what overlaps.

    A letter stands in a crowd in poor company; a digit in a sum, in good one.
    """
    low, size = boxes[:, :2], boxes[:, 2:]
    area, height = size.prod(axis=1), size[:, 1]
    common = np.clip(
        np.minimum((low + size)[:, None], (low + size)[None]) - np.maximum(low[:, None], low[None]), 0, None
    ).prod(axis=2)
    union = area[:, None] + area[None] - common
    overlap, covered = common / union, common / area[:, None]  # covered[i, j]: share of i that lies in j
    np.fill_diagonal(overlap, 0)
    np.fill_diagonal(covered, 0)
    same = digits[:, None] == digits[None]
    centre = low + size / 2
    distance = np.abs(centre[:, None] - centre[None]).max(axis=2) / np.maximum(height[:, None], height[None])
    ratio = np.log2(height[None] / height[:, None])
    near = (distance < NEAR) & (covered < 0.3) & (covered.T < 0.3) & (np.abs(ratio) < 1)
    np.fill_diagonal(near, val=False)
    weight = near * score[None]
    total = weight.sum(axis=1)
    shade = np.log2(np.maximum(contrast[None], 1) / np.maximum(contrast[:, None], 1))
    crowd = near.sum(axis=1)
    columns = [
        total,
        crowd,
        total / np.maximum(crowd, 1),
        (weight * np.abs(ratio)).sum(axis=1) / np.maximum(total, 1e-6) + (total < 1e-3),
        (weight * np.abs(shade)).sum(axis=1) / np.maximum(total, 1e-6) + (total < 1e-3),
        ((overlap > 0.5) * same * score[None]).sum(axis=1),
        ((overlap > 0.5) * ~same * score[None]).max(axis=1, initial=0),
        ((covered > 0.7) * (overlap <= 0.5) * score[None]).max(axis=1, initial=0),
        ((covered.T > 0.7) * (overlap <= 0.5) * score[None]).max(axis=1, initial=0),
    ]
    return np.column_stack(columns).astype(np.float32)
