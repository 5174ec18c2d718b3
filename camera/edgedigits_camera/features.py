"""What is known about a candidate before it is judged: its form, its ink, what the network says, its neighbourhood."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits_camera.candidates import LAYER, W

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.candidates import Candidates

FORM = ("height", "aspect", "fill", "run", "depth", "ruled", "contrast", "unevenness", "clutter", "stroke", "at_border")
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
    "page",
)
# Neighbours are looked for within so many heights.
REACH = 4.0


def form_features(candidates: Candidates, *, size_px: tuple[int, int]) -> NDArray[np.float32]:
    """(N, 11) float32 in the order of ``FORM``; ``size_px`` is the picture's width and height."""
    w, h, area, edge = candidates.rows[:, W:].T.astype(np.float32)
    mean, deviation, others = candidates.ink.T
    boxes = candidates.boxes_px
    border = (boxes[:, :2] < 1).any(axis=1) | (boxes[:, :2] + boxes[:, 2:] > np.array(size_px) - 1).any(axis=1)
    of_layer = np.array([(source.depth, source.ruled) for source in candidates.layers], np.float32).reshape(-1, 2)
    depth, ruled = of_layer[candidates.rows[:, LAYER]].T
    columns = [
        np.log2(h),
        w / h,
        area / (w * h),
        candidates.run / max(len({source.depth for source in candidates.layers}), 1),
        depth / mean,
        ruled,
        mean,
        deviation / mean,
        others / mean,
        2 * area / np.maximum(edge, 1) / h,
        border,
    ]
    return np.column_stack(columns).astype(np.float32)


def network_features(answers: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 12) float32 in the order of ``NETWORK`` from probabilities (N, 10)."""
    ordered = np.sort(answers, axis=1)
    return np.column_stack([answers, ordered[:, -1], ordered[:, -1] - ordered[:, -2]]).astype(np.float32)


def surroundings(
    boxes: NDArray[np.float64], contrast: NDArray[np.float32], digits: NDArray[np.int64], score: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(N, 10) float32 in the order of ``SURROUNDINGS``: first scores (N,) of what is near and of what overlaps.

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
    near = (distance < REACH) & (covered < 0.3) & (covered.T < 0.3) & (np.abs(ratio) < 1)
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
        np.full(len(boxes), score.sum()),
    ]
    return np.column_stack(columns).astype(np.float32)
