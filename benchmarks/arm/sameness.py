"""Whether another machine read pages as this one did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Pages = Mapping[str, Mapping[str, Any]]
    Digit = Sequence[Any]  # name, box (x, y, width, height), confidence

SURE = 0.55
"""The judge takes what is likelier right than wrong; other kernels move that by a few hundredths at most."""


@dataclass(frozen=True, slots=True)
class Sameness:
    """What is the same, and by how much the rest differs.

    Attributes:
        pages: how many were read.
        other_lines: those whose lines are others.
        digits: how many were read here.
        otherwise: sure digits that only one of both has, page and digit.
        on_edge: unsure digits that only one of both has.
        moved: how many have another box there.
        confidence: largest difference of one that both read.

    """

    pages: int
    other_lines: tuple[str, ...]
    digits: int
    otherwise: tuple[str, ...]
    on_edge: int
    moved: int
    confidence: float

    @property
    def same(self) -> bool:
        """Whether all that one of both was sure of was read by the other."""
        return not self.otherwise


def compare(here: Pages, there: Pages) -> Sameness:
    """Compare what ``drawn_answers`` printed on two machines.

    Raises:
        ValueError: they read different pages.

    """
    if here.keys() != there.keys():
        raise ValueError(f"the pages are {sorted(there)}, expected {sorted(here)}")
    pairs = [pair for name in here for pair in paired(here[name]["digits"], there[name]["digits"])]
    alone = [
        (name, digit)
        for name in here
        for ours, theirs in ((here, there), (there, here))
        for digit in ours[name]["digits"]
        if not any(matches(digit, other) for other in theirs[name]["digits"])
    ]
    return Sameness(
        pages=len(here),
        other_lines=tuple(name for name, page in here.items() if page["lines"] != there[name]["lines"]),
        digits=sum(len(page["digits"]) for page in here.values()),
        otherwise=tuple(f"{name}: {digit[0]}" for name, digit in alone if digit[2] >= SURE),
        on_edge=sum(digit[2] < SURE for _, digit in alone),
        moved=sum(list(ours[1]) != list(theirs[1]) for ours, theirs in pairs),
        confidence=round(max((abs(ours[2] - theirs[2]) for ours, theirs in pairs), default=0.0), 6),
    )


def paired(ours: Sequence[Digit], theirs: Sequence[Digit]) -> list[tuple[Digit, Digit]]:
    """Digits that both have."""
    return [(digit, other) for digit in ours for other in theirs if matches(digit, other)]


def matches(digit: Digit, other: Digit) -> bool:
    """Whether two are the same digit in the same place: each holds the other's middle."""
    return digit[0] == other[0] and holds(digit[1], other[1]) and holds(other[1], digit[1])


def holds(box: Sequence[int], other: Sequence[int]) -> bool:
    """Whether the middle of another box lies in one."""
    x, y = other[0] + other[2] / 2, other[1] + other[3] / 2
    return box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]
