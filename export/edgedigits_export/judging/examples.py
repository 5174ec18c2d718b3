"""Scenes that the judge is fitted on, and what every candidate in them is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import matplotlib as mpl
import numpy as np

from edgedigits_camera.candidates import find_candidates
from edgedigits_camera.features import around, form_features
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.scene import SceneSpec, draw_distractor_scene, draw_scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from edgedigits.training.data import Split
    from edgedigits_camera.candidates import Candidates
    from edgedigits_camera.profiles import Profile
    from edgedigits_camera.scene import Scene

# Webcam frames above all, smaller and larger ones, wide and high.
SIZES_PX = (*[(640, 480)] * 5, (320, 240), (480, 640), (1280, 960), (960, 1280), (800, 600))
# One scene in so many holds no digit; every other one of these is print, which is most like digits.
EMPTY_EVERY = 3
# One scene in so many is looked at as a live picture.
LIVE_EVERY = 3
# Share of the scenes with digits whose digits are MNIST's, written by people, instead of drawn ones.
FROM_MNIST = 0.4
# What print is set in: the families of text that come with matplotlib.
FAMILIES = ("DejaVuSans", "DejaVuSerif", "STIXGeneral")
# So much of a printed digit covered, and a candidate counts neither way.
PRINTED = 0.3


@dataclass(frozen=True, slots=True)
class Examples:
    """The candidates of one polarity of one scene."""

    candidates: Candidates
    form: NDArray[np.float32]
    """(N, F) features by form."""
    around: NDArray[np.float32]
    """(N, A) the ink around."""
    overlap: NDArray[np.float64]
    """(N,) intersection over union with the digit that fits best; NaN for printed digits, which count neither way."""
    digit: NDArray[np.int64]
    """(N,) that digit; -1 where there is none."""


def draw(seed: int, *, glyphs: Split | None = None) -> Scene:
    """Draw one of the scenes that the judge is fitted on; some of the digits are taken from ``glyphs``."""
    size_px = SIZES_PX[seed % len(SIZES_PX)]
    turn = seed // len(SIZES_PX) % (2 * EMPTY_EVERY)
    if turn == EMPTY_EVERY - 1:
        return draw_distractor_scene(seed, size_px=size_px, fonts=fonts())
    rng = np.random.default_rng([seed, 4])
    if turn == 2 * EMPTY_EVERY - 1:
        spec = replace(SceneSpec.without_digits(rng, size_px=size_px), paper="newspaper")
        return draw_scene(seed, spec=spec, size_px=size_px, fonts=fonts())
    given = None
    if glyphs is not None and rng.random() < FROM_MNIST:
        chosen = rng.integers(0, len(glyphs), 200)
        given = glyphs.images[chosen], glyphs.labels[chosen]
    return draw_scene(seed, size_px=size_px, glyphs=given, fonts=fonts())


@lru_cache
def fonts() -> tuple[Path, ...]:
    """Font files of matplotlib's text families."""
    return tuple(
        path
        for path in sorted(Path(mpl.get_data_path(), "fonts", "ttf").glob("*.ttf"))
        # Those for display hold a few signs of mathematics and no letters.
        if path.name.startswith(FAMILIES) and "Display" not in path.name
    )


def profile_of(seed: int) -> Profile:
    """How hard is looked for digits in this scene: the judge serves both profiles."""
    # Not the seed itself, whose remainder decides which judge a scene is for.
    return LIVE if seed // 6 % LIVE_EVERY == 0 else STILL


def examples_of(scene: Scene, *, profile: Profile) -> Iterator[Examples]:
    """Candidates of dark ink, then of light ink; what is found in the colour of the paper is no digit."""
    grey = cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY)
    light_ink = scene.spec.paper == "blackboard"
    for ink, written in ((grey, not light_ink), (255 - grey, light_ink)):
        candidates = find_candidates(ink, profile=profile)
        form = form_features(candidates, size_px=(grey.shape[1], grey.shape[0]))
        overlap, digit = best_fit(candidates.boxes_px, scene)
        if not written:
            overlap, digit = np.where(np.isnan(overlap), overlap, 0), np.full_like(digit, -1)
        yield Examples(candidates, form, around(candidates), overlap, digit)


def best_fit(boxes: NDArray[np.float64], scene: Scene) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Largest intersection over union of each box (N, 4) with a digit's, and that digit; NaN for printed digits."""
    overlap = overlaps(boxes, np.array([digit.box_xywh_px for digit in scene.digits], np.float64).reshape(-1, 4))
    printed = overlaps(boxes, np.array([digit.box_xywh_px for digit in scene.printed], np.float64).reshape(-1, 4))
    best = overlap.max(axis=1, initial=0)
    digits = np.array([digit.digit for digit in scene.digits] or [-1])
    named = digits[overlap.argmax(axis=1)] if scene.digits else np.full(len(boxes), -1)
    return np.where(printed.max(axis=1, initial=0) >= PRINTED, np.nan, best), named


def overlaps(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union (N, M) of boxes (N, 4) with others (M, 4)."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum((boxes[:, :2] + boxes[:, 2:])[:, None], (others[:, :2] + others[:, 2:])[None])
    common = np.clip(high - low, 0, None).prod(axis=2)
    union: NDArray[np.float64] = boxes[:, 2:].prod(axis=1)[:, None] + others[:, 2:].prod(axis=1)[None] - common
    return common / union
