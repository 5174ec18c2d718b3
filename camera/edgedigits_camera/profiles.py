"""Two levels of effort of the same code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """How hard to look. Heights are in pixels of a layer, depths in 1/255 of the paper's brightness."""

    depths: tuple[int, ...]
    share: float = 0.5
    """Ink is also what is deeper than this share of the deepest around, and than ``faintest``."""
    faintest: int = 10
    min_height_px: int = 12
    max_height_px: int = 72
    overlap_px: int = 12
    """So much smaller digits than need be are looked for at the coarser scales as well."""
    finest: float = 1.0
    """Pixels of the finest scale for one of the picture, where that is not enlarged."""
    between: tuple[float, ...] = ()
    """Scales between one and half of it, as shares of the finest."""
    enlarge_below_px: int = 400
    largest_px: int = 2048
    several: tuple[float, float] = (0.75, 6.0)
    """Components from so many to so many heights wide are cut apart."""
    most_splits: int = 400
    """Components of one depth that are cut apart; a page of writing has more of them than time allows."""
    most_pieces: int = 1500
    """Components that are looked at for digits that broke apart."""
    most_candidates: int = 500
    """Of each polarity, the network sees so many at most."""
    least_glance: float = -4.5
    """Log odds: what has less at a glance is no digit; of a hundred digits it loses one or two."""
    most_judged: int = 400
    """The second look compares each with every other."""
    turns: tuple[float, ...] = (0.0,)
    """A digit is named as it stands, and with its lines level and turned by so many pixels a pixel from there."""


STILL = Profile(depths=(8, 20, 45), between=(0.75,), most_candidates=700, most_judged=500, turns=(-0.15, 0.15))
LIVE = Profile(
    depths=(30,),
    faintest=16,
    min_height_px=9,
    finest=0.6,
    several=(0.9, 6.0),
    most_splits=100,
    most_pieces=500,
    most_candidates=250,
    least_glance=-3.5,
    most_judged=250,
)
