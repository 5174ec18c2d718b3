"""Drawn scenes as examples for the judge: every candidate, and how well it covers a digit that is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.candidates import find_candidates
from edgedigits_camera.features import FORM, form_features
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.scene import SceneSpec, draw_distractor_scene, draw_scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from edgedigits_camera.candidates import Candidates
    from edgedigits_camera.profiles import Profile
    from edgedigits_camera.scene import Scene

# Webcam frames above all, smaller and larger ones, wide and high.
SIZES_PX = (*[(640, 480)] * 5, (320, 240), (480, 640), (1280, 960), (960, 1280), (800, 600))
# One scene in so many holds no digit; every other one of these is print, which is most like digits.
EMPTY_EVERY = 3
# One scene in so many is looked at as a live picture.
LIVE_EVERY = 3


@dataclass(frozen=True, slots=True)
class Examples:
    """The candidates of one polarity of one scene."""

    candidates: Candidates
    form: NDArray[np.float32]
    """(N, F) features by form."""
    overlap: NDArray[np.float64]
    """(N,) intersection over union with the digit that fits best."""
    digit: NDArray[np.int64]
    """(N,) that digit; -1 where there is none."""


def draw(seed: int) -> Scene:
    """Draw one of the scenes that the judge is fitted on."""
    size_px = SIZES_PX[seed % len(SIZES_PX)]
    turn = seed // len(SIZES_PX) % (2 * EMPTY_EVERY)
    if turn == EMPTY_EVERY - 1:
        return draw_distractor_scene(seed, size_px=size_px)
    if turn == 2 * EMPTY_EVERY - 1:
        spec = SceneSpec.without_digits(np.random.default_rng([seed, 4]), size_px=size_px)
        return draw_scene(seed, spec=replace(spec, paper="newspaper"), size_px=size_px)
    return draw_scene(seed, size_px=size_px)


def profile_of(seed: int) -> Profile:
    """How hard is looked for digits in this scene: the judge serves both profiles."""
    return LIVE if seed % LIVE_EVERY == 0 else STILL


def examples_of(scene: Scene, *, profile: Profile) -> Iterator[Examples]:
    """Candidates of dark ink, then of light ink."""
    grey = cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY)
    for ink in (grey, 255 - grey):
        candidates = find_candidates(ink, profile=profile)
        size_px = (grey.shape[1], grey.shape[0])
        form = form_features(candidates, size_px=size_px) if len(candidates) else np.zeros((0, len(FORM)), np.float32)
        yield Examples(candidates, form, *best_fit(candidates.boxes_px, scene))


def best_fit(boxes: NDArray[np.float64], scene: Scene) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Largest intersection over union of each box (N, 4) with a digit's, and that digit."""
    if not scene.digits or not len(boxes):
        return np.zeros(len(boxes)), np.full(len(boxes), -1)
    truth = np.array([digit.box_xywh_px for digit in scene.digits], np.float64)
    low = np.maximum(boxes[:, None, :2], truth[None, :, :2])
    high = np.minimum((boxes[:, :2] + boxes[:, 2:])[:, None], (truth[:, :2] + truth[:, 2:])[None])
    common = np.clip(high - low, 0, None).prod(axis=2)
    union = boxes[:, 2:].prod(axis=1)[:, None] + truth[:, 2:].prod(axis=1)[None] - common
    overlap = common / union
    best = overlap.argmax(axis=1)
    return overlap.max(axis=1), np.array([digit.digit for digit in scene.digits])[best]
