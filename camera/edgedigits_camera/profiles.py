"""Two levels of effort of the same code."""

from __future__ import annotations

from dataclasses import dataclass

from edgedigits_camera.digits.patches import View


@dataclass(frozen=True, slots=True)
class Profile:
    """How hard to look.

    Attributes:
        finest: pixels of the pyramid's first level for one of the picture.
        enlarge_below_px: pictures whose longer side is at most this are looked at twice as large.
        heat: least heat of what is looked at; what has less is no digit.
        views: ways to look at each digit; the mean of what the network says of them names it.

    """

    finest: float
    enlarge_below_px: int
    heat: float
    views: tuple[View, ...]

    def finest_of(self, longer_px: int) -> float:
        """Scale of the first level for a picture whose longer side is given."""
        return 2.0 if longer_px <= self.enlarge_below_px else self.finest


STILL = Profile(finest=1.0, enlarge_below_px=0, heat=0.1, views=(View(0.5), View(0.35, -0.15), View(0.65, 0.15)))
LIVE = Profile(finest=0.75, enlarge_below_px=0, heat=0.2, views=(View(0.5),))
