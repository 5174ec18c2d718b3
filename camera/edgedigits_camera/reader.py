"""A page read: from a picture to the digits in it.

    grey -> layers -> candidates -> judged at a glance -> patches -> network -> judged -> judged with their surroundings
         -> the best that do not overlap -> turned and named again -> lines

Dark ink is read first. Where there is little of it, light ink is looked for at half the size, and read where there may
be more of it; what has more evidence is the ink.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits.recognizer import Reading
from edgedigits_camera.candidates import find_candidates
from edgedigits_camera.features import LARGER, WITHIN, around, form_features, network_features, pixels, surroundings
from edgedigits_camera.judge import Judge, Perceptron
from edgedigits_camera.level import slope_of
from edgedigits_camera.lines import LINE, lines_of, order_lines
from edgedigits_camera.overlaps import SHARED, first_of_kind, share_of_smaller, within, without_overlaps
from edgedigits_camera.profiles import STILL, Profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits.recognizer import Recognizer
    from edgedigits_camera.candidates import Candidates

# A first score below this is not worth the second look, whose work grows with the square of what it compares.
LEAST_FIRST = 0.01
# Digits in dark ink that leave no doubt about its colour: between light strokes, 3 scenes in 100 show two or more that
# are none, and none of 160 showed so many.
ENOUGH = 8.0
# Digits of so many least heights are seen in half the size as well.
SEEN_AT_HALF = 4.0
# Where only one piece of a component would be a digit, the component is one from this score on: the cut parted none.
UNCUT = 0.1
# A digit within one of the other colour must be so much surer than that one.
CLEARLY = np.float32(0.1)
# Log odds at a glance: what is less likely a digit than not is no hint.
CLEAR = 0.0
# Lines that go up or down by more pixels a pixel are turned level: the network has seen few digits that lean so far.
STEEP = 0.1


@dataclass(frozen=True, slots=True)
class Page:
    """What was read in a picture: digits in reading order, and the same as lines of text."""

    readings: tuple[Reading, ...]
    lines: tuple[str, ...]


def read_page(
    image: NDArray[np.uint8], recognizer: Recognizer, *, profile: Profile = STILL, judge: Judge | None = None
) -> Page:
    """Find and read the handwritten digits in a picture.

    Args:
        image: (H, W, 3) uint8 BGR, upright, not mirrored.
        recognizer: what names them.
        profile: how hard to look.
        judge: what tells digits from other ink; the bundle's by default.

    """
    judge = judge or Judge.of(recognizer.bundle.judge)
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    _, seen = examine_page(grey, recognizer, judge=judge, profile=profile)
    return page_of(seen, size_px=(grey.shape[1], grey.shape[0]))


def page_of(seen: Examined, *, size_px: tuple[int, int]) -> Page:
    """What was found, in lines."""
    lines = order_lines(seen.readings(size_px=size_px))
    return Page(tuple(r for line in lines for r in line), tuple("".join(str(r.digit) for r in line) for line in lines))


@dataclass(frozen=True, slots=True)
class Examined:
    """All that was found out about the dark ink of a picture; each step chooses from what the one before kept."""

    candidates: Candidates
    """N pieces of ink."""
    glance: NDArray[np.float32]
    """(N,) log odds at a glance."""
    kept: NDArray[np.int64]
    """(K,) indices of those that a patch was made of."""
    answers: NDArray[np.float32]
    """(K, 10) what the network says of them."""
    first: NDArray[np.float32]
    """(K,) scores of the first look."""
    best: NDArray[np.int64]
    """(B,) which of the K had a second look."""
    score: NDArray[np.float32]
    """(B,) their scores."""
    chosen: NDArray[np.int64]
    """(C,) which of the B are digits."""
    hinted: float
    """How many digits there seem to be in ink of the other colour."""

    @property
    def boxes_px(self) -> NDArray[np.float64]:
        """(C, 4) x, y, width, height of the digits, in pixels of the picture."""
        return self.candidates[self.kept[self.best[self.chosen]]].boxes_px

    def evidence(self, *, least_px: float = 0.0) -> float:
        """How many digits there are for sure, of those at least so many pixels of the picture high."""
        return float(self.score[self.chosen][self.boxes_px[:, 3] >= least_px].sum())

    def may_be_outdone(self, *, profile: Profile) -> bool:
        """Whether the other colour of ink, of which there are hints in half the size, may hold more.

        In 200 drawn scenes and their negatives, the wrong colour alone never showed half of what the right one did.
        """
        finest = self.candidates.layers.sheet.scales[0] if self.candidates.layers else 1.0
        evidence = self.evidence(least_px=SEEN_AT_HALF * profile.min_height_px / finest)
        return self.evidence() < ENOUGH and (not evidence or self.hinted >= evidence / 2)

    def outdoes(self, other: Examined) -> bool:
        """Whether there is more evidence for this colour of ink; of two digits one within the other, only one counts.

        The paper in a 0 looks like a narrower 0, so it is the one around, unless the one within is clearly surer: the
        paper around a 1 may look like a 0.
        """
        mine, its = self.score[self.chosen], other.score[other.chosen]
        inside, around = within(self.boxes_px, other.boxes_px), within(other.boxes_px, self.boxes_px).T
        surer = mine[:, None] - its
        wins = np.where(inside, surer > CLEARLY, surer >= -CLEARLY)
        lost, won = (inside | around) & ~wins, (inside | around) & wins
        return bool(mine[~lost.any(axis=1)].sum() > its[~won.any(axis=0)].sum())

    def readings(self, *, size_px: tuple[int, int]) -> list[Reading]:
        """Readings in a picture of (width, height), none of which overlap."""
        digits = self.answers[self.best[self.chosen]].argmax(axis=1)
        return [
            Reading(digit, score, box)
            for digit, score, box in zip(
                digits.tolist(), self.score[self.chosen].tolist(), whole_boxes(self.boxes_px, size_px), strict=True
            )
        ]


def examine_page(
    grey: NDArray[np.uint8], recognizer: Recognizer, *, judge: Judge, profile: Profile
) -> tuple[NDArray[np.uint8], Examined]:
    """The picture (H, W) uint8, inverted where its ink is light, and what was found out about its ink."""
    dark = examine(grey, recognizer, judge=judge, profile=profile, with_light=True)
    if not dark.may_be_outdone(profile=profile):
        return grey, dark
    light = 255 - grey
    found = examine(light, recognizer, judge=judge, profile=profile)
    return (light, found) if found.outdoes(dark) else (grey, dark)


def examine(
    grey: NDArray[np.uint8], recognizer: Recognizer, *, judge: Judge, profile: Profile, with_light: bool = False
) -> Examined:
    """Look for digits in the dark ink of a grey picture (H, W) uint8, and for hints of some in light ink."""
    candidates = find_candidates(grey, profile=profile, with_light=with_light)
    form = form_features(candidates, size_px=(grey.shape[1], grey.shape[0]))
    glance = judge.glance.log_odds(np.concatenate([form, around(candidates)], axis=1))
    own, others = np.flatnonzero(~candidates.inverted), np.flatnonzero(candidates.inverted)
    kept = at_a_glance(glance[own], candidates[own], least=profile.least_glance, most=profile.most_candidates)
    hinting = at_a_glance(glance[others], candidates[others], least=CLEAR, most=profile.most_candidates)
    looked = np.concatenate([own[kept], others[hinting]])
    some = candidates[looked]
    answers, features = looked_at(some, form[looked], glance[looked], recognizer, shape=judge.shape)
    first = judge.look.score(features)
    hint = first[len(kept) :]
    boxes = some.boxes_px
    hint = hint[without_overlaps(boxes[len(kept) :], hint)]
    answers, features, first = (array[: len(kept)] for array in (answers, features, first))
    best = likely(first, most=profile.most_judged)
    boxes = boxes[best]
    near = surroundings(boxes, some.ink[best, 0], answers[best].argmax(axis=1), first[best])
    score = judge.second.score(np.concatenate([features[best], first[best, None], near], axis=1))
    chosen = choice(boxes, score, some[best].whole, least=judge.least)
    # A component that is taken for its piece is a digit as that one was.
    score[chosen] = np.maximum(score[chosen], judge.least)
    hinted = float(hint[hint >= judge.least].sum())
    read = best[chosen]
    answers[read] = named(some[read], answers[read], recognizer, profile=profile)
    return Examined(candidates[own], glance[own], kept, answers, first, best, score, chosen, hinted)


def at_a_glance(glance: NDArray[np.float32], candidates: Candidates, *, least: float, most: int) -> NDArray[np.int64]:
    """Indices of the candidates that look most like digits before a patch is made of them, the best first."""
    best = np.argsort(-glance, kind="stable")
    best = best[glance[best] >= least]
    some = candidates[best]
    return best[first_of_kind(some.boxes_px, some.whole)][:most]


def looked_at(
    candidates: Candidates,
    form: NDArray[np.float32],
    glance: NDArray[np.float32],
    recognizer: Recognizer,
    *,
    shape: Perceptron,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the network says of candidates, (N, 10), and features by form, network, glance, shape and parts, (N, 25)."""
    patches = candidates.patches()
    answers = recognizer.probabilities(patches)
    others = np.column_stack([glance, shape.log_odds(pixels(patches)), candidates.parts])
    return answers, np.concatenate([form, network_features(answers), others], axis=1, dtype=np.float32)


def likely(score: NDArray[np.float32], *, most: int) -> NDArray[np.int64]:
    """Indices of the candidates that are worth a second look, the best first."""
    best = np.argsort(-score, kind="stable")[:most]
    return best[score[best] >= LEAST_FIRST]


def choice(
    boxes: NDArray[np.float64], score: NDArray[np.float32], whole: NDArray[np.bool_], *, least: float
) -> NDArray[np.int64]:
    """Indices of the boxes (N, 4) that are digits, none over another: the likeliest, uncut where a cut parted none."""
    digits = np.flatnonzero(score >= least)
    chosen = digits[without_overlaps(boxes[digits], score[digits])]
    uncut = np.flatnonzero(whole & (score >= UNCUT))
    area = boxes[:, 2:].prod(axis=1)
    shared = share_of_smaller(boxes[uncut], boxes[chosen])
    for place in np.flatnonzero(~whole[chosen]):
        holds = (shared[:, place] >= WITHIN) & (area[uncut] > LARGER * area[chosen[place]])
        alone = uncut[holds & ((shared > SHARED).sum(axis=1) == 1)]
        if len(alone):
            chosen[place] = alone[score[alone].argmax()]
            shared[:, [place]] = share_of_smaller(boxes[uncut], boxes[chosen[[place]]])
    return chosen


def named(
    candidates: Candidates, answers: NDArray[np.float32], recognizer: Recognizer, *, profile: Profile
) -> NDArray[np.float32]:
    """What the network says of digits, (N, 10): the mean of what it said, and of what it says when they are turned.

    Lines that go up or down are taken for those of a turned page. Should upright digits climb instead, the mean keeps
    most of them right.
    """
    if not len(candidates):
        return answers
    boxes = candidates.boxes_px
    slope = slope_of(boxes, lines_of(boxes, LINE))
    turns = [turn + slope * (abs(slope) > STEEP) for turn in profile.turns]
    seen = [recognizer.probabilities(candidates.patches(slope=turn)) for turn in turns if turn]
    return np.mean([answers, *seen], axis=0)


def whole_boxes(boxes: NDArray[np.float64], limits: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Boxes (N, 4) in whole pixels, inside a picture of (width, height)."""
    low = np.clip(np.floor(boxes[:, :2]), 0, np.array(limits) - 1)
    high = np.clip(np.ceil(boxes[:, :2] + boxes[:, 2:]), low + 1, limits)
    return [(x, y, w, h) for x, y, w, h in np.column_stack([low, high - low]).astype(int).tolist()]
