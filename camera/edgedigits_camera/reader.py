"""A page read: from a picture to the digits in it.

    grey -> layers -> candidates -> judged by form -> patches -> network -> judged -> judged with their surroundings
         -> the best that do not overlap -> lines

Dark ink and light ink are tried both; what has more evidence is the ink.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits.recognizer import Reading
from edgedigits_camera.candidates import find_candidates
from edgedigits_camera.features import form_features, network_features, surroundings
from edgedigits_camera.judge import Judge
from edgedigits_camera.lines import order_lines
from edgedigits_camera.overlaps import first_of_kind, without_overlaps
from edgedigits_camera.profiles import STILL, Profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits.recognizer import Recognizer
    from edgedigits_camera.candidates import Candidates

# A first score below this is not worth the second look, whose work grows with the square of what it compares.
LEAST_FIRST = 0.01


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
    found = [read_ink(ink, recognizer, judge=judge, profile=profile) for ink in (grey, 255 - grey)]
    readings = max(found, key=lambda readings: sum(reading.confidence for reading in readings))
    lines = order_lines(readings)
    return Page(tuple(r for line in lines for r in line), tuple("".join(str(r.digit) for r in line) for line in lines))


def read_ink(grey: NDArray[np.uint8], recognizer: Recognizer, *, judge: Judge, profile: Profile) -> list[Reading]:
    """Readings of the dark ink in a grey picture (H, W) uint8, none of which overlap."""
    size_px = (grey.shape[1], grey.shape[0])
    candidates = find_candidates(grey, profile=profile)
    form = form_features(candidates, size_px=size_px)
    kept = by_form(form, candidates.boxes_px, judge=judge, profile=profile)
    candidates = candidates[kept]
    answers, features = looked_at(candidates, form[kept], recognizer)
    first = judge.look.score(features)
    best = likely(first, most=profile.most_judged)
    boxes, digits = candidates.boxes_px[best], answers[best].argmax(axis=1)
    around = surroundings(boxes, candidates.ink[best, 0], digits, first[best])
    score = judge.second.score(np.concatenate([features[best], first[best, None], around], axis=1))
    chosen = [i for i in without_overlaps(boxes, score) if score[i] >= judge.least]
    return [Reading(int(digits[i]), float(score[i]), whole_box(boxes[i], size_px)) for i in chosen]


def by_form(
    form: NDArray[np.float32], boxes: NDArray[np.float64], *, judge: Judge, profile: Profile
) -> NDArray[np.int64]:
    """Indices of the candidates that look most like digits before the network has seen them, the best first."""
    score = judge.form.score(form)
    best = np.argsort(-score, kind="stable")
    best = best[score[best] >= profile.least_form]
    return best[first_of_kind(boxes[best])][: profile.most_candidates]


def looked_at(
    candidates: Candidates, form: NDArray[np.float32], recognizer: Recognizer
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the network says of candidates, (N, 10), and features by form and network, (N, 23)."""
    answers = recognizer.probabilities(candidates.patches())
    return answers, np.concatenate([form, network_features(answers)], axis=1)


def likely(score: NDArray[np.float32], *, most: int) -> NDArray[np.int64]:
    """Indices of the candidates that are worth a second look, the best first."""
    best = np.argsort(-score, kind="stable")[:most]
    return best[score[best] >= LEAST_FIRST]


def whole_box(box: NDArray[np.float64], limits: tuple[int, int]) -> tuple[int, int, int, int]:
    """A box in whole pixels, inside a picture of (width, height)."""
    low = np.clip(np.floor(box[:2]), 0, np.array(limits) - 1).astype(int)
    high = np.clip(np.ceil(box[:2] + box[2:]), low + 1, limits).astype(int)
    return (int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))
