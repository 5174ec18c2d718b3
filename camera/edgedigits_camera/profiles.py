"""Two levels of effort of the same code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """How hard to look. Heights are in pixels of a layer, depths in 1/255 of the paper's brightness."""

    depths: tuple[int, ...]
    min_height_px: int = 12
    max_height_px: int = 56
    overlap_px: int = 6
    """So much smaller digits than need be are looked for at the coarser scales as well."""
    enlarge_below_px: int = 400
    largest_px: int = 2048
    widest: float = 4.0
    """Components up to so many heights wide are cut apart."""
    most_splits: int = 200
    """Components of one layer that are cut apart; a page of writing has more of them than time allows."""
    most_candidates: int = 500
    """Of each polarity, the network sees so many at most."""
    least_form: float = 0.003
    """By form alone, a score below this is no digit."""
    most_judged: int = 400
    """The second look compares each with every other."""


STILL = Profile(depths=(14, 26, 48, 90))
LIVE = Profile(depths=(26,), most_candidates=120, most_judged=100, most_splits=20)
