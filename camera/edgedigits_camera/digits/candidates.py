"""Detections with what was found out about them: their patches, and what the network says of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from edgedigits_camera.detection.nms import MOST_SHARED, share_of_smaller, suppress_overlaps
from edgedigits_camera.digits.patches import Box, CutOut, View, among, clutter_of, cut_out, patch_and_box

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from edgedigits.recognizer import Recognizer
    from edgedigits_camera.detection.detect import Detections

# Boxes are grown by this share on each side to see which digits touch.
BESIDE = 0.15
# Boxes that are compared with all others, and digits that are cut out, at a time: memory stays bounded.
BLOCK = 256
# Cut-outs that are kept of a picture, of 40 kB each: what is chosen is looked at once more.
KEPT = 512

Cut = Callable[[Box, bool], CutOut]


@dataclass(frozen=True, slots=True)
class Candidates:
    """N detections and what was found out about each; arrays of the same length."""

    found: Detections
    patches: NDArray[np.uint8]
    """(N, 28, 28) uint8: the ink of each, in MNIST's form, as seen first."""
    views: NDArray[np.float32]
    """(N, V, 10): what the network says of each, looked at in V ways."""
    depth: NDArray[np.float32]
    """(N,): contrast of the ink, 0..1."""
    clutter: NDArray[np.float32]
    """(N,): mean contrast around the ink, in depths."""
    ink_boxes_px: NDArray[np.float64]
    """(N, 4): boxes around the ink, in pixels of the picture."""

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, chosen: NDArray[np.generic]) -> Candidates:
        return Candidates(*(getattr(self, name)[chosen] for name in self.__slots__))

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """(N, 10): the mean of what the network says."""
        mean: NDArray[np.float32] = self.views.mean(axis=1)
        return mean


def cutter(grey: NDArray[np.uint8]) -> Cut:
    """Cuts digits out of a picture (H, W) uint8 by box and whether they are light; the last KEPT are not cut anew."""

    @lru_cache(maxsize=KEPT)
    def cut(box: Box, light: bool) -> CutOut:
        return cut_out(grey, box, light=light)

    return cut


def look_at(cut: Cut, found: Detections, recognizer: Recognizer, *, views: Sequence[View]) -> Candidates:
    """Cut each detection out of a picture, in each view, and name it by the network."""
    boxes: list[Box] = [tuple(box) for box in found.boxes_px.tolist()]
    cuts = (
        among(cut(box, light), [boxes[other] for other in others])
        for box, light, others in zip(boxes, (found.light > 0.5).tolist(), beside(found), strict=True)
    )
    blocks = [
        _looked_at(list(islice(cuts, rows.stop - rows.start)), recognizer, views) for rows in blocks_of(len(found))
    ]
    return Candidates(found, *(np.concatenate(arrays) for arrays in zip(*blocks, strict=True)))


def _looked_at(cuts: list[CutOut], recognizer: Recognizer, views: Sequence[View]) -> tuple[NDArray[np.generic], ...]:
    patches, inked = np.zeros((len(cuts), len(views), 28, 28), np.uint8), np.zeros((len(cuts), 4))
    for index, cut in enumerate(cuts):
        for number, view in enumerate(views):
            patches[index, number], box = patch_and_box(cut, view)
            if number == 0:
                inked[index] = box
    said = recognizer.probabilities(patches.reshape(-1, 28, 28)).reshape(len(cuts), len(views), 10)
    depth = np.array([cut.depth for cut in cuts], np.float32) / 255
    clutter = np.array([clutter_of(cut) for cut in cuts], np.float32)
    return patches[:, 0], said, depth, clutter, inked


def beside(found: Detections) -> Iterator[list[int]]:
    """For each of the detections, the indices of the digits that they touch, or nearly so.

    Those are what would be read by heat alone, and not what would be read in place of the digit itself.
    """
    boxes, heat = found.boxes_px, found.heat
    rivals = suppress_overlaps(boxes, heat, most=MOST_SHARED)
    grown = boxes + boxes[:, 2:].max(axis=1, keepdims=True) * BESIDE * np.array([-1, -1, 2, 2])
    for rows in blocks_of(len(found)):
        touching = share_of_smaller(grown[rows], boxes[rivals]) > 0
        apart = share_of_smaller(boxes[rows], boxes[rivals]) <= MOST_SHARED
        sure = heat[rivals] >= heat[rows, None] / 2
        for row in touching & apart & sure:
            yield rivals[row].tolist()


def blocks_of(count: int) -> list[slice]:
    """Slices of BLOCK rows; one that is empty where there are none."""
    return [slice(start, min(start + BLOCK, count)) for start in range(0, max(count, 1), BLOCK)]
