"""A page read: from a picture to the digits in it.

grey -> pyramid -> local contrast -> detector -> peaks -> the best of those that are nearly the same
     -> ink of each -> patches -> network -> judge -> the likeliest that do not overlap -> print or not -> lines
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

import cv2
import numpy as np

from edgedigits.errors import BundleError
from edgedigits.recognizer import Reading
from edgedigits_camera.detection.detect import detect
from edgedigits_camera.detection.nms import MOST_SHARED, suppress_overlaps
from edgedigits_camera.digits.candidates import Candidates, Cut, cutter, look_at
from edgedigits_camera.digits.features import features_of
from edgedigits_camera.digits.judge import Judge
from edgedigits_camera.digits.patches import View
from edgedigits_camera.profiles import STILL, Profile
from edgedigits_camera.text.lines import LINE, lines_of, order_lines
from edgedigits_camera.text.print import FIT_PRINT, LEAST_SHARE, Print
from edgedigits_camera.text.skew import slope_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgedigits.recognizer import Recognizer

# Lines that go up or down by more pixels per pixel are turned level: the network has seen few digits that lean so far.
STEEP = 0.1
JUDGES: WeakKeyDictionary[Recognizer, Judge] = WeakKeyDictionary()
PRINTS: WeakKeyDictionary[Recognizer, Print | None] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Page:
    """What was read in a picture: digits in reading order, and the same as lines of text."""

    readings: tuple[Reading, ...]
    lines: tuple[str, ...]


class Fate(IntEnum):
    """What becomes of a candidate."""

    NO_DIGIT = 0
    """The judge has its score below the threshold."""
    COVERED = 1
    """It overlaps a likelier one."""
    READ = 2


@dataclass(frozen=True, slots=True)
class Found:
    """All candidates of a picture, and what became of them."""

    candidates: Candidates
    """N of them."""
    score: NDArray[np.float32]
    """(N,): how likely each is a digit that is named right, as the judge has it."""
    fate: NDArray[np.int64]
    """(N,): the ``Fate`` of each."""
    chosen: NDArray[np.intp]
    """(C,): which of them are read."""
    probabilities: NDArray[np.float32]
    """(C, 10): what these are named by."""
    print: NDArray[np.float32] | None = None
    """(C,): how likely a machine wrote these, 0..1; None where nobody asked, or nothing tells."""


def read_page(
    image: NDArray[np.uint8],
    recognizer: Recognizer,
    *,
    profile: Profile = STILL,
    judge: Judge | None = None,
    print: Literal["read", "ignore"] | None = None,
) -> Page:
    """Find and read the handwritten digits in a picture.

    Args:
        image: (H, W, 3) uint8 BGR or (H, W) uint8 grey, upright, not mirrored.
        recognizer: the bundle's networks: the detector, and what names digits.
        profile: how hard to look.
        judge: what tells digits from other ink; the bundle's by default.
        print: what to do with digits that a machine wrote: ``ignore`` leaves them out; ``read`` reads them, and says
            of each reading how likely it is print, where the bundle tells that; None does not ask.

    Raises:
        BundleError: print is to be left out, and the bundle does not tell it from writing; or it is damaged.

    """
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
    if print == "ignore" and print_of(recognizer) is None:
        raise BundleError(f"{recognizer.bundle.folder} does not tell print from writing; {FIT_PRINT}")
    found = find_digits(grey, recognizer, profile=profile, judge=judge)
    if print and (told := print_of(recognizer)):
        found = with_print(found, told, ignore=print == "ignore")
    return page_of(found, size_px=(grey.shape[1], grey.shape[0]))


def find_digits(
    grey: NDArray[np.uint8],
    recognizer: Recognizer,
    *,
    profile: Profile = STILL,
    judge: Judge | None = None,
) -> Found:
    """Every stage from a grey picture (H, W) uint8 to the digits in it."""
    judge, cut = judge or judge_of(recognizer), cutter(grey)
    candidates = candidates_of(grey, recognizer, profile=profile, cut=cut)
    score = judge.trees.score(features_of(candidates, size_px=(grey.shape[1], grey.shape[0])))
    fate = np.where(score >= judge.threshold, Fate.COVERED, Fate.NO_DIGIT)
    likely = np.flatnonzero(fate == Fate.COVERED)
    chosen = likely[suppress_overlaps(candidates.found.boxes_px[likely], score[likely], most=MOST_SHARED)]
    fate[chosen] = Fate.READ
    probabilities = named(cut, candidates[chosen], recognizer, views=profile.views)
    return Found(candidates, score, fate, chosen, probabilities)


def judge_of(recognizer: Recognizer) -> Judge:
    """The judge of its bundle, checked once and not with every frame.

    Raises:
        BundleError: it is damaged, or was fitted for another version.

    """
    if recognizer not in JUDGES:
        JUDGES[recognizer] = Judge.of(recognizer.bundle.judge)
    return JUDGES[recognizer]


def print_of(recognizer: Recognizer) -> Print | None:
    """What tells print from writing for its bundle, checked once; None where it has nothing that does.

    Raises:
        BundleError: it is damaged, or was fitted for another version.

    """
    if recognizer not in PRINTS:
        PRINTS[recognizer] = Print.of(recognizer.bundle.judge)
    return PRINTS[recognizer]


def with_print(found: Found, told: Print, *, ignore: bool) -> Found:
    """Say of what is read how likely a machine wrote it, or leave out what it did."""
    share = told.share(found.candidates[found.chosen], found.probabilities.argmax(axis=1))
    kept = share < (LEAST_SHARE if ignore else np.inf)
    return replace(found, chosen=found.chosen[kept], probabilities=found.probabilities[kept], print=share[kept])


def candidates_of(
    grey: NDArray[np.uint8], recognizer: Recognizer, *, profile: Profile, cut: Cut | None = None
) -> Candidates:
    """What the detector finds in a picture (H, W) uint8, and what the network says of it: what the judge sees."""
    found = detect(grey, recognizer.detector, profile.search)
    return look_at(cut or cutter(grey), found, recognizer, views=(View(),))


def named(cut: Cut, digits: Candidates, recognizer: Recognizer, *, views: Sequence[View]) -> NDArray[np.float32]:
    """What digits are named by, (N, 10): the mean of what the network says of each as it stands and in further views.

    Where lines go up or down, these are turned level; should upright digits climb instead, the mean keeps most of them
    right.
    """
    if not len(digits):
        return np.zeros((0, 10), np.float32)
    boxes = digits.found.boxes_px
    slope = slope_of(boxes, lines_of(boxes, LINE))
    level = slope if abs(slope) > STEEP else 0.0
    further = [View(view.share, view.slope + level) for view in views] + [View(slope=level)] * bool(level)
    if not further:
        return digits.probabilities
    seen = look_at(cut, digits.found, recognizer, views=further)
    said: NDArray[np.float32] = np.concatenate([digits.views, seen.views], axis=1).mean(axis=1)
    return said


def page_of(found: Found, *, size_px: tuple[int, int]) -> Page:
    """What is read of a picture of (width, height), line by line."""
    lines = order_lines(readings_of(found, size_px=size_px))
    return Page(tuple(r for line in lines for r in line), tuple("".join(str(r.digit) for r in line) for line in lines))


def readings_of(found: Found, *, size_px: tuple[int, int]) -> list[Reading]:
    """Readings in a picture of (width, height), in no order."""
    boxes = whole_boxes(found.candidates.ink_boxes_px[found.chosen], size_px)
    prints = [None] * len(boxes) if found.print is None else found.print.tolist()
    return [
        Reading(int(np.argmax(said)), float(score), box, tuple(said.tolist()), share)
        for said, score, box, share in zip(found.probabilities, found.score[found.chosen], boxes, prints, strict=True)
    ]


def whole_boxes(boxes: NDArray[np.float64], limits: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Boxes (N, 4) in whole pixels, inside a picture of (width, height)."""
    low = np.clip(np.floor(boxes[:, :2]), 0, np.array(limits) - 1)
    high = np.clip(np.ceil(boxes[:, :2] + boxes[:, 2:]), low + 1, limits)
    return [(x, y, w, h) for x, y, w, h in np.column_stack([low, high - low]).astype(int).tolist()]
