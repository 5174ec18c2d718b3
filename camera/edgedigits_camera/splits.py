"""Digits that touch, cut apart along seams of little ink: every likely piece is a candidate, the judge chooses.

A seam runs from the top of a component to its bottom, each row at most one pixel beside the one before, so it follows
the slant of the writing and the gap between strokes (as in seam carving: Avidan and Shamir, 2007).
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from edgedigits_camera.layers import Layers

# In heights of the component.
NARROWEST = 0.12
WIDEST = 1.2
SPACING = 0.16
# More ink on a seam, in heights, is no joint but a stroke lengthwise.
MOST_INK = 0.5
# So many seams are looked at for each height of width.
MOST_SEAMS = 2.5
# What a step to the side costs, in pixels of ink: of seams with the same ink, the straightest.
SIDESTEP = 0.5
# So many columns of masks are searched in one go: a few megabytes.
MOST_COLUMNS = 20_000


def cut_apart(layers: Layers, wide: NDArray[np.int64]) -> NDArray[np.int32]:
    """Cut the wide components of layers, given by their labels, into pieces one digit wide.

    In the layers' labels, what lies between two seams gets a number of its own.

    Returns:
        The components and their pieces (N, 11): component, box x, y, width, height in pixels of the layers, area,
        pixels at the edge, first and last of the labels that are its own, and 0, 0: joined with nothing.

    """
    masks = [layers.mask(label) for label in wide]
    free = len(layers.stats)
    rows: list[tuple[int, ...]] = []
    for label, mask, paths in zip(wide.tolist(), masks, seams(masks), strict=True):
        x, y, w, h, area = layers.stats[label].tolist()
        part = (np.arange(w) >= paths[:, :, None]).sum(axis=0, dtype=np.int32)
        np.copyto(layers.labels[y : y + h, x : x + w], free + part, where=mask)
        edge = int(layers.edge[label]) / area
        rows += [
            (label, x + left, y + top, width, height, size, round(edge * size), free + first, free + last, 0, 0)
            for left, top, width, height, size, first, last in _pieces_of(mask, part, count=len(paths) + 1)
        ]
        free += len(paths) + 1
    return np.array(rows, np.int32).reshape(-1, 11)


def _pieces_of(mask: NDArray[np.bool_], part: NDArray[np.int32], *, count: int) -> Iterator[tuple[int, ...]]:
    """Box, area, first and last part of the whole and of every run of parts that is about one digit wide."""
    height = len(mask)
    outlines = [cv2.boundingRect(((part == number) & mask).astype(np.uint8)) for number in range(count)]
    sizes = np.bincount(part[mask], minlength=count).tolist()
    for first in range(count):
        left, top, right, bottom, size = mask.shape[1], height, 0, 0, 0
        for last in range(first, count):
            x, y, w, h = outlines[last]
            if w:
                left, top, right, bottom = min(left, x), min(top, y), max(right, x + w), max(bottom, y + h)
                size += sizes[last]
            whole = (first, last) == (0, count - 1)
            if whole or NARROWEST * height <= right - left <= WIDEST * height:
                yield left, top, right - left, bottom - top, size, first, last


def seams(masks: Sequence[NDArray[np.bool_]]) -> list[NDArray[np.int64]]:
    """Columns (S, H) of the seams through each mask (H, W) that hold little ink and are apart, from left to right."""
    found: list[NDArray[np.int64]] = []
    while masks:
        columns = np.cumsum([mask.shape[1] + 1 for mask in masks])
        count = max(1, int(np.searchsorted(columns, MOST_COLUMNS)))
        found += _seams_at_once(masks[:count])
        masks = masks[count:]
    return found


def _seams_at_once(masks: Sequence[NDArray[np.bool_]]) -> list[NDArray[np.int64]]:
    """Seams of masks beside one another, so that the least ink from the top down is found for all of them in one go."""
    starts = list(accumulate((mask.shape[1] + 1 for mask in masks), initial=1))
    ink = np.full((max(len(mask) for mask in masks), starts[-1]), np.inf, np.float32)
    for mask, start in zip(masks, starts, strict=False):
        ink[: len(mask), start : start + mask.shape[1]] = mask
    total, came = _least_ink(ink)
    for mask, start in zip(masks, starts, strict=False):
        came[len(mask) :, start : start + mask.shape[1]] = 0  # below a mask, ways go straight down
    ends = [
        start + _lowest(total[len(mask) - 1, start : start + mask.shape[1]], height=len(mask))
        for mask, start in zip(masks, starts, strict=False)
    ]
    column = np.concatenate(ends)
    row = np.repeat([len(mask) - 1 for mask in masks], [len(end) for end in ends])
    splits = np.cumsum([len(end) for end in ends])[:-1]
    return [
        _apart(ways[:, : len(mask)] - start, cost, width=mask.shape[1])
        for mask, start, ways, cost in zip(
            masks,
            starts,
            np.split(_traced(came, column), splits),
            np.split(total[row, column], splits),
            strict=False,
        )
    ]


def _least_ink(ink: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Least ink on a way from the top to each pixel (H, W), and from which side its last step came: -1, 0, 1."""
    total = ink.copy()
    left, straight, right = total[:, :-2], total[:, 1:-1], total[:, 2:]
    aside = np.empty_like(straight[0])
    for y in range(1, len(total)):
        np.minimum(left[y - 1], right[y - 1], out=aside)
        np.add(aside, SIDESTEP, out=aside)
        np.minimum(aside, straight[y - 1], out=aside)
        np.add(straight[y], aside, out=straight[y])
    came = np.zeros(ink.shape, np.int8)
    left, straight, right = left[:-1], straight[:-1], right[:-1]
    came[1:, 1:-1] = (straight > np.minimum(left, right) + SIDESTEP) * np.where(left <= right, np.int8(-1), np.int8(1))
    return total, came


def _lowest(cost: NDArray[np.float32], *, height: int) -> NDArray[np.int64]:
    """Where seams with little ink end: columns at which the cost (W,) is the least around."""
    reach = max(2, round(SPACING * height)) // 2
    around = cv2.erode(cost[None], np.ones((1, 2 * reach + 1), np.uint8))[0]
    return np.flatnonzero((cost <= around) & (cost <= MOST_INK * height))


def _traced(came: NDArray[np.int8], column: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ways (N, H) from the top down to columns (N,) of the last row."""
    ways = np.empty((len(came), len(column)), np.int64)
    ways[-1] = column
    for y in range(len(came) - 1, 0, -1):
        np.add(ways[y], came[y].take(ways[y]), out=ways[y - 1])
    return ways.T


def _apart(paths: NDArray[np.int64], cost: NDArray[np.float32], *, width: int) -> NDArray[np.int64]:
    """The cheapest of paths (S, H) that are apart on the whole, and from the sides, not too many."""
    height = paths.shape[1]
    least, middle = max(2, round(SPACING * height)), paths.mean(axis=1)
    chosen: list[int] = []
    for i in np.argsort(cost, kind="stable").tolist():
        if least <= middle[i] < width - least and all(abs(middle[i] - middle[k]) >= least for k in chosen):
            chosen.append(i)
    few = chosen[: max(2, round(MOST_SEAMS * width / height))]
    return paths[sorted(few, key=lambda i: float(middle[i]))]
