"""Drawn scenes as the network sees them that is in training: what it takes for digits and is none, and how it does."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import tensorflow as tf

from edgedigits.backends.detectors.base import scaled
from edgedigits_camera.detection.detect import Detections, detect
from edgedigits_camera.profiles import STILL
from edgedigits_camera.scoring import Box, Counts, Mark, compare
from edgedigits_export.detecting.network import build

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_export.detecting.crops import Labelled

# What looks as much like a digit as this, and is none, is worth learning.
FALSE_HEAT = 0.2
# Heats at which a detector is measured.
HEATS = (0.3, 0.5)


class KerasDetector:
    """Runs a network of Keras as ``edgedigits_camera.detection`` wants it, on canvases of any size."""

    def __init__(self) -> None:
        self.model = build()
        signature = [tf.TensorSpec((1, None, None, 1), tf.float32)]
        self._answer = tf.function(lambda contrast: self.model(contrast, training=False), input_signature=signature)

    def maps(self, contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Maps (H / 4, W / 4, 17) float32 of local contrast (H, W) uint8; H and W are multiples of 16."""
        return np.asarray(self._answer(scaled(contrast)))[0]


def peaks_in(scene: Labelled, detector: KerasDetector, *, threshold: float) -> Detections:
    """What a detector finds in a scene, the best of those that are nearly the same."""
    return detect(scene.grey, detector, replace(STILL.search, heat=threshold))


def false_peaks(scene: Labelled, detector: KerasDetector) -> NDArray[np.float32]:
    """Boxes (N, 4) of what a detector takes for digits, and whose middle lies in no digit and nothing unsure."""
    boxes = peaks_in(scene, detector, threshold=FALSE_HEAT).boxes_px
    known = np.concatenate([scene.digits[:, 1:], scene.printed[:, 1:], scene.unsure])
    middle = (boxes[:, :2] + boxes[:, 2:] / 2)[:, None]
    inside = (middle >= known[:, :2]) & (middle <= known[:, :2] + known[:, 2:])
    return boxes[~inside.all(axis=2).any(axis=1)].astype(np.float32)


@dataclass(frozen=True, slots=True)
class Measured:
    """How a detector does at some heat, by ``edgedigits_camera.scoring``; print counts neither way."""

    heat: float
    counts: Counts

    @property
    def recall(self) -> float:
        """Share of the digits that are found."""
        return self.counts.found / max(self.counts.digits, 1)

    @property
    def precision(self) -> float:
        """Share of what is found that is a digit, whatever it is taken for."""
        return self.counts.found / max(self.counts.found + self.counts.false, 1)

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Self:
        """Take it from what :meth:`as_object` gave."""
        return cls(entry["heat"], Counts(**{name: entry[name] for name in Counts.__slots__}))

    def as_object(self) -> dict[str, Any]:
        """For JSON."""
        shares = {"recall": round(self.recall, 4), "precision": round(self.precision, 4)}
        return {"heat": self.heat, **asdict(self.counts), **shares}

    def __str__(self) -> str:
        return f"heat {self.heat}: recall {self.recall:.1%}, precision {self.precision:.1%}"


def counts_in(scene: Labelled, detector: KerasDetector) -> tuple[Counts, ...]:
    """Compare what a detector finds with what is in a scene, at each of :data:`HEATS`."""
    found = peaks_in(scene, detector, threshold=min(HEATS))
    ignored = [_box(box) for box in np.concatenate([scene.printed[:, 1:], scene.unsure])]
    true = [Mark(int(digit), _box(box)) for digit, *box in scene.digits.tolist()]
    return tuple(compare(true, marks_of(found[found.heat >= heat]), ignored=ignored).counts for heat in HEATS)


def marks_of(found: Detections) -> list[Mark]:
    """Detections by the digit that the detector takes them for."""
    digits = found.digits.argmax(axis=1).tolist()
    return [Mark(digit, _box(box)) for digit, box in zip(digits, found.boxes_px.tolist(), strict=True)]


def _box(box: Any) -> Box:
    x, y, width, height = (float(side) for side in box)
    return x, y, width, height
