"""What the judge sees of each candidate: one row of numbers, the same in fitting and on the device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits_camera.detection.nms import share_of_smaller
from edgedigits_camera.digits.candidates import blocks_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.digits.candidates import Candidates

# Logarithms of the smallest and the largest share of the picture that are told apart, and how many digits are many:
# beyond these the scenes hold too few to learn from, and trees would go on as they ended.
SHARES = (-3.0, -0.3)
MANY = 5
SHARE, RATIO, COUNT = (0.0, 1.0), (-10.0, 10.0), (0.0, np.inf)
RANGES = {
    "heat": (-20.0, 20.0), "support": COUNT, "printed": SHARE, "light": (0.0, 0.5),
    "opinion": SHARE, "opinion_of_name": SHARE, "name": SHARE, "runner_up": SHARE, "name_of_opinion": SHARE,
    "digit": (0.0, 9.0), "level_px": (-1.0, 7.0), "aspect": (-6.0, 6.0), "share_of_picture": SHARES,
    "border": (-1.0, 2.0), "depth": SHARE, "clutter": COUNT, "ink": SHARE,
    "overlapping": SHARE, "size_of_overlapping": RATIO, "near": COUNT, "in_line": COUNT,
    "page": (0.0, float(np.log1p(MANY))), "size_on_page": RATIO, "ink_on_page": SHARE,
}  # fmt: skip
"""Each column and what its values lie between, where it can be fitted: trees that cut elsewhere look at another one."""
FEATURES = tuple(RANGES)
"""Names of the columns, written into the judge's file and checked when it is loaded."""
# Digits of one hand are alike in size: heights that differ by less than this factor, either way.
ALIKE = 1.6
# In heights: how far away neighbours are looked for, and how much higher or lower those in line may stand.
AWAY, LEVEL = 3.0, 0.5


def features_of(seen: Candidates, *, size_px: tuple[int, int]) -> NDArray[np.float32]:
    """Rows (N, F) float32 for candidates in a picture of (width, height); columns as in ``FEATURES``."""
    found, said = seen.found, np.sort(seen.probabilities, axis=1)
    rows, digit, opinion = np.arange(len(seen)), seen.probabilities.argmax(axis=1), found.digits.argmax(axis=1)
    low, size = found.boxes_px[:, :2], np.maximum(found.boxes_px[:, 2:], 1e-3)
    longer = size.max(axis=1)
    border = np.minimum(low, np.array(size_px) - low - size).min(axis=1) / longer
    share = np.clip(np.log(longer / min(size_px)), *SHARES)
    heat = np.clip(found.heat, 1e-6, 1 - 1e-6)
    own = np.column_stack(
        [
            np.log(heat / (1 - heat)), found.support, found.printed, np.abs(found.light - 0.5),
            found.digits.max(axis=1), found.digits[rows, digit], said[:, -1], said[:, -2],
            seen.probabilities[rows, opinion],
            digit, np.log(longer * found.scale), np.log(size[:, 0] / size[:, 1]), share,
            np.clip(border, -1, 2), seen.depth, seen.clutter, seen.patches.mean(axis=(1, 2)) / 255,
        ]
    )  # fmt: skip
    return np.concatenate([own, _neighbourhood(seen)], axis=1, dtype=np.float32)


def _neighbourhood(seen: Candidates) -> NDArray[np.float64]:
    """(N, 7): what overlaps each, what stands near it, and what is usual on the page."""
    if not len(seen):
        return np.zeros((0, 7))
    found = seen.found
    boxes, heat, height = found.boxes_px, found.heat.astype(np.float64), found.boxes_px[:, 2:].max(axis=1)
    middle = boxes[:, :2] + boxes[:, 2:] / 2
    order = np.argsort(height)
    half = np.searchsorted(np.cumsum(heat[order]), heat.sum() / 2)
    usual = height[order[min(half, len(order) - 1)]]
    light = found.light > 0.5
    parts = []
    for rows in blocks_of(len(seen)):
        alone = np.arange(len(seen))[rows, None] != np.arange(len(seen))
        shared = share_of_smaller(boxes[rows], boxes) * alone
        rival = np.where(shared > 0.3, heat, 0.0)
        best = rival.argmax(axis=1)
        ratio = np.log(height[best] / height[rows]) * (rival.max(axis=1, initial=0) > 0)
        off = np.abs(middle[rows, None] - middle) / height[rows, None, None]
        alike = alone & (shared <= 0.3) & (np.abs(np.log(height / height[rows, None])) < np.log(ALIKE))
        near = alike & (off < AWAY).all(axis=2)
        in_line = near & (off[..., 1] < LEVEL)
        others = alone.astype(np.float64) @ heat
        page = np.log1p(np.minimum(others, MANY))
        same = (alone & (light == light[rows, None])).astype(np.float64) @ heat
        parts.append(
            np.column_stack(
                [
                    rival.max(axis=1, initial=0), ratio, near @ heat, in_line @ heat, page,
                    np.log(height[rows] / usual), np.where(others > 0, same / np.maximum(others, 1e-9), 1.0),
                ]
            )
        )  # fmt: skip
    return np.concatenate(parts)
