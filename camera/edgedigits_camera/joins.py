"""Digits that broke apart, joined: two pieces of ink, one above the other, are a candidate as well; the judge chooses.

A pencil skips, a ruled line swallows what runs along it, the flag of a 5 is a stroke of its own. Larger gaps than a
coarser scale closes, between pieces beside one another, are left open: those are two digits far more often.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.layers import Layers
    from edgedigits_camera.profiles import Profile
    from edgedigits_camera.sheets import Sheet

# In heights of the two: how long or high a piece is at least, the gap between their boxes, how far one may reach into
# the other, and how wide they may be.
SMALLEST = 0.25
MOST_GAP = 0.15
MOST_OVERLAP = 0.35
WIDEST = 1.3
# Share of the larger one's ink that the smaller one has at least.
LEAST_INK = 0.1
# Share of the narrower one's width that both are over.
SHARED_WIDTH = 0.5


def stacked(sheet: Sheet, boxes: NDArray[np.int32], area: NDArray[np.int32], *, profile: Profile) -> NDArray[np.int64]:
    """Pairs (P, 2) of components that may be parts of one digit, the one with more ink first.

    Of components with boxes (N, 4) and areas (N,), in pixels of layers of a sheet, the largest are looked at; hints of
    light ink are not. The scales of a sheet lie too far apart for pairs across them.
    """
    height, longest = sheet.height, boxes[:, 2:].max(axis=1)
    fits = (longest >= SMALLEST * profile.min_height_px) & (longest <= WIDEST * profile.max_height_px) & (area > 0)
    pieces = np.flatnonzero(fits)
    pieces = pieces[~sheet.inverted[sheet.level_of(boxes[pieces, 0], boxes[pieces, 1] % height)]]
    if len(pieces) > profile.most_pieces:
        pieces = pieces[np.argsort(-area[pieces], kind="stable")[: profile.most_pieces]]
    pieces = pieces[np.argsort(boxes[pieces, 1], kind="stable")]
    (left, top), (right, bottom) = boxes[pieces, :2].T, (boxes[pieces, :2] + boxes[pieces, 2:]).T
    upper, lower = _next_to_ends(top, bottom, most_px=profile.max_height_px)
    shared = np.minimum(right[upper], right[lower]) - np.maximum(left[upper], left[lower])
    width = right - left
    near = shared >= SHARED_WIDTH * np.minimum(width[upper], width[lower])
    near &= top[upper] // height == top[lower] // height
    upper, lower = upper[near], lower[near]
    high = np.maximum(bottom[upper], bottom[lower]) - top[upper]
    wide = np.maximum(right[upper], right[lower]) - np.minimum(left[upper], left[lower])
    gap, ink, length = top[lower] - bottom[upper], area[pieces], longest[pieces]
    less, more = np.minimum(ink[upper], ink[lower]), np.maximum(ink[upper], ink[lower])
    fits = (high >= profile.min_height_px) & (high < profile.max_height_px) & (wide <= WIDEST * high)
    fits &= (gap <= MOST_GAP * high) & (-gap <= MOST_OVERLAP * high)
    fits &= (np.minimum(length[upper], length[lower]) >= SMALLEST * high) & (less >= LEAST_INK * more)
    upper, lower = upper[fits], lower[fits]
    swapped = ink[lower] > ink[upper]
    return pieces[np.column_stack([np.where(swapped, lower, upper), np.where(swapped, upper, lower)])]


def _next_to_ends(
    top: NDArray[np.int32], bottom: NDArray[np.int32], *, most_px: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of all pairs, of N in the order of their tops, of which the lower one begins where the upper one ends."""
    first = np.maximum(np.searchsorted(top, bottom - MOST_OVERLAP * most_px), np.arange(len(top)) + 1)
    count = np.maximum(np.searchsorted(top, bottom + MOST_GAP * most_px, side="right") - first, 0)
    upper = np.repeat(np.arange(len(top)), count)
    return upper, np.arange(len(upper)) + np.repeat(first - np.cumsum(count) + count, count)


def joined(layers: Layers, pairs: NDArray[np.int64], *, labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Rows of candidates (P, 11), as ``cut_apart`` gives them, for pairs of components (P, 2) of layers.

    ``labels`` (components, 2) are the first and the last label of each component.
    """
    boxes = layers.stats[:, :4][pairs]
    low, high = boxes[:, :, :2].min(axis=1), (boxes[:, :, :2] + boxes[:, :, 2:]).max(axis=1)
    area, edge = layers.stats[:, 4][pairs].sum(axis=1), layers.edge[pairs].sum(axis=1)
    first, other = pairs.T
    return np.column_stack([first, low, high - low, area, edge, labels[first], labels[other]]).astype(np.int32)
