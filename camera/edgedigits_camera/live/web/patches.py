"""What the network sees of each digit, for the page: a few at a time, and only while somebody looks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.digits.patches import NEAR, View, cut_out, patch_and_box, reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgedigits_camera.live.seen import Box, Seen, Tracked

# Digits that are cut out anew at a time; of more, those whose patches are oldest come first.
AT_A_TIME = 12
# Patches that the page shows at most, the first in reading order.
MOST = 60
# In sizes of a digit: neighbours farther away have no part in its ink.
BESIDE = 2.0


@dataclass(frozen=True, slots=True)
class Patch:
    """A digit's ink in MNIST's form.

    Attributes:
        digit: what it was read as when the patch was made.
        pixels: 784 bytes, row by row, ink 255 on 0.
        number: of the round in which it was made.

    """

    digit: int
    pixels: bytes
    number: int


class Patches:
    """The patches of the digits that are there, by track."""

    def __init__(self) -> None:
        self.newest: dict[int, Patch] = {}
        self._round = 0
        self._renewed_s = -math.inf

    def renew(self, seen: Seen, *, now_s: float, least_s: float) -> None:
        """Make those that are missing, were read as another digit, or are oldest; forget those of digits that are gone.

        Args:
            seen: the newest frame.
            now_s: monotonic.
            least_s: nothing is done where the last time was less than that ago: by another viewer.

        """
        if now_s - self._renewed_s < least_s:
            return
        self._renewed_s = now_s
        shown = seen.steady.digits[:MOST]
        self.newest = {t.track: self.newest[t.track] for t in shown if t.track in self.newest}
        self._round += 1
        chosen = sorted(shown, key=self._age)[:AT_A_TIME]
        if chosen:
            grey = cv2.cvtColor(seen.frame.image, cv2.COLOR_BGR2GRAY)
            for tracked in chosen:
                pixels = patch_of(grey, tracked.box_xywh_px, neighbours(tracked, shown))
                self.newest[tracked.track] = Patch(tracked.digit, pixels.tobytes(), self._round)

    def _age(self, tracked: Tracked) -> int:
        patch = self.newest.get(tracked.track)
        return patch.number if patch and patch.digit == tracked.digit else 0


def patch_of(grey: NDArray[np.uint8], box: Box, others: Sequence[Box] = ()) -> NDArray[np.uint8]:
    """The ink in a box of a picture (H, W) uint8 in MNIST's form, (28, 28) uint8, all zero where there is none."""
    return patch_and_box(cut_out(grey, box, light=is_light(grey, box), others=others), View())[0]


def is_light(grey: NDArray[np.uint8], box: Box) -> bool:
    """Whether ink in a box is lighter than its paper: what differs most from the grey that most around it has."""
    part = grey[reach(box, NEAR, grey.shape)]
    darkest, paper, lightest = np.percentile(part, (2, 50, 98))
    return bool(lightest - paper > paper - darkest)


def neighbours(tracked: Tracked, digits: Sequence[Tracked]) -> list[Box]:
    """Boxes of the digits next to one."""
    x, y, width, height = tracked.box_xywh_px
    far = BESIDE * max(width, height)
    boxes = (other.box_xywh_px for other in digits if other.track != tracked.track)
    return [b for b in boxes if abs(b[0] - x) < far + b[2] and abs(b[1] - y) < far + b[3]]
