"""Whether confidence is what it says: of the digits reported with 0.9 of it, say, nine in ten are right."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgedigits.recognizer import Reading
    from edgedigits_camera.scoring import Outcome

LIMITS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)

Sure = tuple[float, bool]
"""Confidence of a reported digit, and whether it is right."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Digits reported with a confidence from ``least`` to ``most``: how many, their mean confidence, share right."""

    least: float
    most: float
    digits: int
    confidence: float
    right: float

    def as_object(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "confidence": [self.least, self.most],
            "digits": self.digits,
            "mean_confidence": round(self.confidence, 4),
            "right": round(self.right, 4),
        }


def sure_of(readings: Sequence[Reading], outcome: Outcome) -> tuple[Sure, ...]:
    """Confidence of each reading, and whether it is right; what counts neither way is left out."""
    right = {index for index, named in zip(outcome.found, outcome.right, strict=True) if named}
    counted = {index for index in outcome.found if index is not None} | set(outcome.false)
    return tuple((reading.confidence, i in right) for i, reading in enumerate(readings) if i in counted)


def calibration(sure: Iterable[Sure]) -> list[Bin]:
    """The bins that hold something, the least sure first."""
    sure, bins = sorted(sure), []
    for least, most in pairwise(LIMITS):
        inside = [one for one in sure if least <= one[0] < most or (one[0] == most == 1)]
        if inside:
            confidence, right = (sum(column) / len(inside) for column in zip(*inside, strict=True))
            bins.append(Bin(least, most, len(inside), confidence, right))
    return bins


def table(bins: Iterable[Bin]) -> str:
    """Lay bins out as text."""
    lines = [f"{'confidence':12} {'digits':>7} {'mean':>7} {'right':>7}"]
    lines += [f"{b.least:4.2f} - {b.most:4.2f}  {b.digits:7d} {b.confidence:7.3f} {b.right:7.3f}" for b in bins]
    return "\n".join(lines)
