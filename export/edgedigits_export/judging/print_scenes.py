"""Scenes that show print beside writing, and what of it was read: what print is told by is fitted on these."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.detection.nms import overlaps
from edgedigits_camera.reader import find_digits
from edgedigits_camera.scene import SceneSpec, draw_scene, training_scene
from edgedigits_camera.scene.finish import without_the_faint
from edgedigits_camera.scene.recipes import SIZES_PX
from edgedigits_camera.scene.spec import pick
from edgedigits_export.judging.examples import FITS, fonts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits.recognizer import Recognizer
    from edgedigits.training.data import Split
    from edgedigits_camera.digits.candidates import Candidates
    from edgedigits_camera.digits.judge import Judge
    from edgedigits_camera.profiles import Profile
    from edgedigits_camera.scene import Scene

# Share of the scenes that are of all kinds: most hold no print.
OF_ALL_KINDS = 0.4
# Layouts in which digits are printed, and the papers that have print on them; a newspaper has it around the digits.
LAYOUTS = ("form", "worksheet", "worksheet", "table", "table", "table", "lines", "columns", "notes", "sums")
PAPERS = {"form": ("plain", "cardboard"), "worksheet": ("plain", "cardboard")} | dict.fromkeys(
    LAYOUTS[6:], ("newspaper",)
)
# Digits from here on, in pixels, up to a share of the picture's side: print is smaller, and small print is not read.
LEAST_PX, MOST_SHARE = 22.0, 0.2
# Share of the pages that are written by people, where their digits are given.
GIVEN, GIVEN_DIGITS = 0.5, 500


@dataclass(frozen=True, slots=True)
class ReadDigits:
    """What was read of a scene, N digits, and which of them are known to be printed or written."""

    candidates: Candidates
    named: NDArray[np.intp]
    """(N,): the digits' names."""
    printed: NDArray[np.bool_]
    """(N,)"""
    written: NDArray[np.bool_]
    """(N,)"""


def scene_with_print(number: int, *, glyphs: Split | None = None) -> Scene:
    """Draw a scene from its number; on every fifth or so, a machine has written digits too."""
    rng = np.random.default_rng([number, 11])
    if rng.random() < OF_ALL_KINDS:
        return training_scene(number, glyphs=glyphs, fonts=fonts())
    size_px, layout = SIZES_PX[int(rng.integers(len(SIZES_PX)))], pick(LAYOUTS, rng)
    digit_px = float(np.exp(rng.uniform(np.log(LEAST_PX), np.log(MOST_SHARE * min(size_px)))))
    spec = replace(SceneSpec.of(rng, size_px=size_px), layout=layout, digit_px=digit_px)
    spec = spec.on(pick(PAPERS.get(layout, (spec.paper,)), rng))
    given = None
    if glyphs is not None and rng.random() < GIVEN:
        chosen = rng.integers(0, len(glyphs.images), GIVEN_DIGITS)
        given = glyphs.images[chosen], glyphs.labels[chosen]
    return without_the_faint(draw_scene(number, spec=spec, size_px=size_px, glyphs=given, fonts=fonts()))


def read_digits(scene: Scene, recognizer: Recognizer, *, profile: Profile, judge: Judge | None = None) -> ReadDigits:
    """Read a scene as the reader does, and compare with what is there."""
    found = find_digits(cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY), recognizer, profile=profile, judge=judge)
    candidates = found.candidates[found.chosen]
    boxes = candidates.found.boxes_px
    by_machine, by_hand = (
        overlaps(boxes, np.array([d.box_xywh_px for d in digits], np.float64).reshape(-1, 4)).max(axis=1, initial=0)
        for digits in (scene.printed, scene.digits)
    )
    printed = (by_machine >= FITS) & (by_machine > by_hand)
    written = (by_hand >= FITS) & (by_hand >= by_machine)
    return ReadDigits(candidates, found.probabilities.argmax(axis=1), printed, written)
