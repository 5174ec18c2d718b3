"""What counts as read, found and false; one place for drawn scenes and photos.

A reported box is matched to the true digit with which its intersection over union is largest, if that is at least 0.3,
one to one. Reported and unmatched is false, unless its middle lies where it counts neither way.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits_camera.detection.nms import overlaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

MIN_OVERLAP = 0.3

Box = tuple[float, float, float, float]
"""Left, top, width, height in pixels."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A digit, true or reported, and its box in pixels."""

    digit: int
    box_xywh_px: Box


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one picture's digits.

    Attributes:
        found: for each true digit the index of the reported one that is matched to it, or None.
        right: for each true digit whether that one has its name.
        false: indices of the reported ones that are no digit.

    """

    found: tuple[int | None, ...]
    right: tuple[bool, ...]
    false: tuple[int, ...]

    @property
    def counts(self) -> Counts:
        """The same as numbers."""
        found = len(self.found) - self.found.count(None)
        return Counts(1, len(self.found), found, sum(self.right), len(self.false))


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of pictures, true digits, those found, those found and named right, and false ones; they add up."""

    pictures: int = 0
    digits: int = 0
    found: int = 0
    right: int = 0
    false: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(asdict(self).values(), asdict(other).values(), strict=True)))

    @property
    def read(self) -> float:
        """Share of the true digits that were found and named right; 0 when there are none."""
        return self.right / max(self.digits, 1)

    @property
    def precision(self) -> float:
        """Share of the reported digits that are right; 0 when there are none."""
        return self.right / max(self.found + self.false, 1)

    def as_object(self) -> dict[str, Any]:
        """Counts and rates, for JSON."""
        shares = {"found_share": self.found / max(self.digits, 1), "read": self.read, "precision": self.precision}
        return asdict(self) | {name: round(share, 4) for name, share in shares.items()}


def compare(true: Sequence[Mark], reported: Sequence[Mark], *, ignored: Sequence[Box] = ()) -> Outcome:
    """Compare what was reported in one picture with what is there; in ``ignored`` boxes nothing counts as false."""
    match = matches(true, reported)
    found = tuple(match.get(index) for index in range(len(true)))
    right = tuple(i is not None and reported[i].digit == digit.digit for i, digit in zip(found, true, strict=True))
    unmatched = [i for i in range(len(reported)) if i not in match.values()]
    false = tuple(i for i in unmatched if not any(_middle_in(reported[i].box_xywh_px, area) for area in ignored))
    return Outcome(found, right, false)


def matches(true: Sequence[Mark], reported: Sequence[Mark]) -> dict[int, int]:
    """Index of a true digit -> index of the reported one that belongs to it, the best overlap first."""
    shares = overlaps(boxes_of(reported), boxes_of(true))
    pairs = [(float(shares[i, j]), int(i), int(j)) for i, j in np.argwhere(shares >= MIN_OVERLAP)]
    match: dict[int, int] = {}
    for _, i, j in sorted(pairs, reverse=True):
        if j not in match and i not in match.values():
            match[j] = i
    return match


def boxes_of(marks: Iterable[Mark]) -> NDArray[np.float64]:
    """(N, 4) float64 in pixels."""
    return np.array([mark.box_xywh_px for mark in marks], np.float64).reshape(-1, 4)


def _middle_in(box: Box, area: Box) -> bool:
    (x, y, w, h), (left, top, width, height) = box, area
    return left <= x + w / 2 <= left + width and top <= y + h / 2 <= top + height
