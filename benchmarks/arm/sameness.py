"""Whether another machine read drawn pages as this one did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    Pages = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Sameness:
    """What is the same, and by how much the rest differs.

    Attributes:
        pages: how many were read.
        other_lines: those whose lines are others.
        digits: how many were read here.
        moved: how many of them have another box there.
        confidence: largest difference of one that both read.

    """

    pages: int
    other_lines: tuple[str, ...]
    digits: int
    moved: int
    confidence: float

    @property
    def same(self) -> bool:
        """Whether the lines are."""
        return not self.other_lines


def compare(here: Pages, there: Pages) -> Sameness:
    """Compare what ``drawn_answers`` printed on two machines.

    Raises:
        ValueError: they read different pages.

    """
    if here.keys() != there.keys():
        raise ValueError(f"the pages are {sorted(there)}, expected {sorted(here)}")
    pairs = [
        (ours, theirs)
        for name in here
        for ours, theirs in zip(here[name]["digits"], there[name]["digits"], strict=False)
        if ours[0] == theirs[0]
    ]
    return Sameness(
        pages=len(here),
        other_lines=tuple(name for name, page in here.items() if page["lines"] != there[name]["lines"]),
        digits=sum(len(page["digits"]) for page in here.values()),
        moved=sum(ours[1] != theirs[1] for ours, theirs in pairs),
        confidence=round(max((abs(ours[2] - theirs[2]) for ours, theirs in pairs), default=0.0), 6),
    )
