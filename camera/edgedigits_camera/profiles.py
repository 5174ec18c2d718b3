"""Two levels of effort of the same code."""

from __future__ import annotations

from dataclasses import dataclass

from edgedigits_camera.detection.detect import Search
from edgedigits_camera.digits.patches import View


@dataclass(frozen=True, slots=True)
class Profile:
    """How hard to look.

    Attributes:
        search: where digits are looked for.
        views: further ways to look at what was chosen; the mean of what the network says of all of them names it.

    """

    search: Search
    views: tuple[View, ...]


STILL = Profile(Search(), views=(View(0.35, -0.15), View(0.65, 0.15)))
LIVE = Profile(Search(finest=0.6, heat=0.2, first_between=False), views=())
PROFILES = {"still": STILL, "live": LIVE}
