"""What is known about a candidate before it is judged: form, the ink around, what the network says, its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits_camera.candidates import EDGE, W
from edgedigits_camera.overlaps import SHARED, share_of_smaller

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.candidates import Candidates

FORM = ("height", "aspect", "fill", "run", "depth", "contrast", "unevenness", "clutter", "stroke", "at_border")
# The ink around is looked at in so many cells a side, over so many times the candidate's longer side.
CELLS, REACH = 12, 2.2
NETWORK = (*(f"p{digit}" for digit in range(10)), "top", "margin")
SURROUNDINGS = (
    *("neighbours", "crowd", "company", "neighbour_height", "neighbour_contrast"),
    *("line", "baseline", "gap", "beside"),
    *("support", "rival", "clash", "clash_other", "clash_part"),
    *("leaves", "partner", "best_part", "best_two"),
    *("usual_height", "usual_contrast"),
)
# Neighbours are looked for within so many heights; those in the same line, within so many along it and across.
NEAR, ALONG, ACROSS = 4.0, 3.0, 0.6
# Neighbours are at most so many octaves higher or lower, those in the same line, so many.
SIZES, LINE_SIZES = 1.0, 0.7
# Two are the same ink from this intersection over union on, and one is part of the other from this share of it on.
SAME, WITHIN = 0.5, 0.7
# What others are part of is so much larger.
LARGER = 1.25
# First score from which a candidate may be a digit.
MAYBE = 0.3
# Where there is no neighbour, or nothing to compare with.
FAR = 9.0


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
    """What stands near, what overlaps, and what is usual on the page: (N, 20) float32 in the order of ``SURROUNDINGS``.

    A letter stands in a crowd in poor company; a digit in a sum, in good one, on one baseline. Of two that overlap, one
    is no digit. A part of what may be a digit is none itself if it leaves ink that is none: the loop of a 6 leaves its
    stem, the 0 of a 10 a 1.

    Args:
        boxes: (N, 4) x, y, width, height.
        contrast: (N,) mean contrast of the ink.
        digits: (N,) what the network says.
        score: (N,) first scores.

    """
    low, size = boxes[:, :2], boxes[:, 2:]
    area, height = size.prod(axis=1), size[:, 1]
    centre, bottom = low + size / 2, low[:, 1] + height
    shared = share_of_smaller(boxes, boxes)
    np.fill_diagonal(shared, 0)
    common = shared * np.minimum(area[:, None], area)
    overlap = common / (area[:, None] + area - common)
    same = digits[:, None] == digits
    unit = np.maximum(height[:, None], height)
    along, across = (np.abs(centre[:, None, axis] - centre[:, axis]) / unit for axis in (0, 1))
    octaves = np.abs(np.log2(height[:, None] / height))
    shades = np.abs(np.log2(np.maximum(contrast[:, None], 1) / np.maximum(contrast, 1)))
    apart = shared <= SHARED
    np.fill_diagonal(apart, val=False)
    near = apart & (np.maximum(along, across) < NEAR) & (octaves < SIZES)
    line = apart & (along < ALONG) & (across < ACROSS) & (octaves < LINE_SIZES)
    clash = shared > SHARED
    neighbours, crowd = near @ score, near.sum(axis=1)
    columns = [
        neighbours,
        crowd,
        neighbours / np.maximum(crowd, 1),
        _mean(octaves, near * score),
        _mean(shades, near * score),
        line @ score,
        _mean(np.abs(bottom[:, None] - bottom) / unit, line * score),
        np.where(line & (score > MAYBE), along, FAR).min(axis=1, initial=FAR),
        (line * score).max(axis=1, initial=0),
        ((overlap > SAME) & same) @ score,
        (((overlap > SAME) & ~same) * score).max(axis=1, initial=0),
        (clash * score).max(axis=1, initial=0),
        ((clash & ~same) * score).max(axis=1, initial=0),
        ((clash & (shared < WITHIN)) * score).max(axis=1, initial=0),
        *_parts((shared >= WITHIN) & (area[:, None] > LARGER * area), apart, score),
        _against_usual(height, score),
        _against_usual(contrast, score),
    ]
    return np.column_stack(columns).astype(np.float32)


def _parts(
    part: NDArray[np.bool_], apart: NDArray[np.bool_], score: NDArray[np.float32]
) -> tuple[NDArray[np.float32], ...]:
    """What speaks for a whole and what for its parts, four times (N,), by first scores (N,).

    For a part: the best whole that no other part completes, and the best other part of a whole. For a whole: its best
    part, and the less likely of its two best parts that are ``apart`` (N, N).

    Args:
        part: (N, N) bool, of which (row) each (column) is a part.
        apart: (N, N) bool, which do not overlap.
        score: (N,) first scores.

    """
    leaves, partner, best_part, best_two = np.zeros((4, len(score)), np.float32)
    for whole in np.flatnonzero(part.any(axis=1)):
        parts = np.flatnonzero(part[whole])
        own = score[parts]
        completes = (apart[np.ix_(parts, parts)] * own).max(axis=1)
        leaves[parts] = np.maximum(leaves[parts], score[whole] * (1 - completes))
        partner[parts] = np.maximum(partner[parts], completes)
        best_part[whole] = own.max()
        best_two[whole] = np.minimum(own, completes).max()
    return leaves, partner, best_part, best_two


def _mean(values: NDArray[np.floating], weights: NDArray[np.floating]) -> NDArray[np.floating]:
    """Mean (N,) of each row of values (N, N), by their weights; 1 without any."""
    total = weights.sum(axis=1)
    mean: NDArray[np.floating] = (weights * values).sum(axis=1) / np.maximum(total, 1e-6)
    return mean + (total < 1e-3)


def _against_usual(size: NDArray[np.floating], score: NDArray[np.float32]) -> NDArray[np.floating]:
    """Octaves (N,) between each size (N,) and the median of those that may be digits, by their scores (N,)."""
    weight = np.where(score > MAYBE, score, 0)
    if not weight.any():
        return np.full(len(size), FAR)
    octaves = np.log2(np.maximum(size, 1))
    order = np.argsort(octaves, kind="stable")
    so_far = np.cumsum(weight[order])
    return octaves - octaves[order[np.searchsorted(so_far, so_far[-1] / 2)]]
