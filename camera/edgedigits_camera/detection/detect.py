"""Peaks of the detector's maps, as boxes in the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import cv2
import numpy as np

from edgedigits_camera.detection.maps import DIGITS, HEAT, HEIGHT, LIGHT, PRINTED, STRIDE_PX, UNIT_PX, WIDTH, X, Y
from edgedigits_camera.detection.nms import overlaps, suppress_overlaps
from edgedigits_camera.detection.pyramid import Canvas, canvases, pyramid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from edgedigits_camera.detection.pyramid import Level

# A side of a box is at most e to this power times UNIT_PX: an untrained answer must not overflow.
LONGEST = 3.0


# Boxes of one thing, seen on several levels, overlap by more: intersection over union.
ALIKE = 0.5
# Pictures no longer than this take little time at their full size, and their digits may be small, as in 28 x 28.
SMALL_PX = 400
# What is averaged over the levels.
MEANS = ("boxes_px", "light", "printed", "digits")
# Boxes that are compared with all others at a time: memory stays bounded.
BLOCK = 256


@dataclass(frozen=True, slots=True)
class Search:
    """Where digits are looked for.

    Attributes:
        finest: pixels of the pyramid's first level for one of the picture; 1 for small pictures.
        heat: least heat of what is looked at; what has less is no digit.
        first_between: whether there is a level between the first two.

    """

    finest: float = 1.0
    heat: float = 0.15
    first_between: bool = True

    def finest_of(self, longer_px: int) -> float:
        """Scale of the first level of a picture whose longer side is given."""
        return 1.0 if longer_px <= SMALL_PX else self.finest


class Detector(Protocol):
    """Runs the detector network."""

    def maps(self, contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(H / 4, W / 4, CHANNELS) float32 for local contrast (H, W) uint8; H and W are multiples of 16."""


@dataclass(frozen=True, slots=True)
class Detections:
    """N places where a digit may stand; arrays of the same length."""

    boxes_px: NDArray[np.float64]
    """(N, 4): x, y, width, height in pixels of the picture."""
    heat: NDArray[np.float32]
    """(N,) probability that a digit stands there, as the detector has it."""
    light: NDArray[np.float32]
    """(N,) probability that its ink is lighter than its paper."""
    printed: NDArray[np.float32]
    """(N,) probability that a machine wrote it."""
    digits: NDArray[np.float32]
    """(N, 10) the detector's own idea of which digit it is: a second opinion, no name."""
    scale: NDArray[np.float64]
    """(N,) pixels of its level for one of the picture."""
    support: NDArray[np.float32]
    """(N,) heat of the same on other levels, added up."""

    def __len__(self) -> int:
        return len(self.heat)

    def __getitem__(self, chosen: NDArray[np.generic]) -> Detections:
        return Detections(*(getattr(self, name)[chosen] for name in self.__slots__))


def detect(grey: NDArray[np.uint8], detector: Detector, search: Search) -> Detections:
    """Everything in a picture (H, W) uint8 that the detector gives some heat, once each."""
    # One large level after the other: together they take twice the memory of the picture.
    parts = canvases(levels_of(grey, search))
    found = [peaks(detector.maps(canvas.contrast), canvas, threshold=search.heat) for canvas in parts]
    return merged(
        Detections(*(np.concatenate([getattr(part, name) for part in found]) for name in Detections.__slots__))
    )


def levels_of(grey: NDArray[np.uint8], search: Search) -> Iterator[Level]:
    """The levels of a picture (H, W) uint8 that are searched."""
    return pyramid(grey, finest=search.finest_of(max(grey.shape)), first_between=search.first_between)


def merged(found: Detections) -> Detections:
    """What was found on several levels counts once: the hottest, with the mean of the boxes and opinions of all.

    Each has the weight of its heat (weighted boxes fusion: Solovyev, Wang, Gabruseva, arXiv 1910.13302).
    """
    kept = suppress_overlaps(found.boxes_px, found.heat, most=ALIKE, measure=overlaps)
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in (*MEANS, "support")}
    for start in range(0, max(len(kept), 1), BLOCK):
        best = kept[start : start + BLOCK]
        weight = (overlaps(found.boxes_px[best], found.boxes_px) > ALIKE) * found.heat
        for name in MEANS:
            values = getattr(found, name)
            parts[name].append(weight @ values / weight.sum(axis=1).reshape(-1, *[1] * (values.ndim - 1)))
        parts["support"].append(weight.sum(axis=1) - found.heat[best])
    means = {name: np.concatenate(arrays).astype(getattr(found, name).dtype) for name, arrays in parts.items()}
    return replace(found[kept], **means)


def peaks(maps: NDArray[np.float32], canvas: Canvas, *, threshold: float) -> Detections:
    """Cells whose heat is at least a threshold, and no less than that of the eight around them."""
    heat = np.ascontiguousarray(maps[..., HEAT])
    least = np.log(threshold / (1 - threshold))
    row, column = np.nonzero((heat >= least) & (heat == cv2.dilate(heat, np.ones((3, 3), np.uint8))))
    said = maps[row, column].astype(np.float64)
    middle = np.column_stack([column + 0.5 + said[:, X], row + 0.5 + said[:, Y]]) * STRIDE_PX
    size = UNIT_PX * np.exp(np.clip(said[:, [WIDTH, HEIGHT]], -LONGEST, LONGEST))
    boxes, scale, inside = np.zeros((len(row), 4)), np.ones(len(row)), np.zeros(len(row), np.bool_)
    at = np.column_stack([column + 0.5, row + 0.5]) * STRIDE_PX
    for tile in canvas.tiles:
        corner = np.array([tile.left_px, tile.top_px])
        own = ((at >= corner) & (at < corner + np.array([tile.width_px, tile.height_px]))).all(axis=1)
        on_level = middle[own] - corner + (tile.x_px, tile.y_px)
        boxes[own] = np.column_stack([on_level - size[own] / 2, size[own]]) / tile.scale
        scale[own] = tile.scale
        inside[own] = ((on_level >= tile.core[:2]) & (on_level < tile.core[2:])).all(axis=1)
    digits = np.exp(said[:, DIGITS] - said[:, DIGITS].max(axis=1, keepdims=True))
    found = Detections(
        boxes,
        sigmoid(said[:, HEAT]),
        sigmoid(said[:, LIGHT]),
        sigmoid(said[:, PRINTED]),
        (digits / digits.sum(axis=1, keepdims=True)).astype(np.float32),
        scale,
        np.zeros(len(row), np.float32),
    )
    return found[inside]


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float32]:
    """Probabilities of logits (N,)."""
    return (1 / (1 + np.exp(-logits))).astype(np.float32)
