"""Two levels of effort of the same code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """How hard to look. Heights are in pixels of a layer, depths in 1/255 of the paper's brightness."""

    depths: tuple[int, ...]
    min_height_px: int = 12
    max_height_px: int = 72
    enlarge_below_px: int = 400
    largest_px: int = 2048
    widest: float = 4.0
    """Components up to so many heights wide are cut apart."""
    most_splits: int = 200
    """Components of one layer that are cut apart; a page of writing has more of them than time allows."""


STILL = Profile(depths=(14, 26, 48, 90))
LIVE = Profile(depths=(26,))
