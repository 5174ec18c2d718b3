"""What every candidate in a drawn scene is: right, wrong, or nothing to learn from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import matplotlib as mpl
import numpy as np

from edgedigits_camera.detection.nms import overlaps, share_of_smaller
from edgedigits_camera.digits.features import features_of
from edgedigits_camera.reader import candidates_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits.recognizer import Recognizer
    from edgedigits_camera.digits.candidates import Candidates
    from edgedigits_camera.profiles import Profile
    from edgedigits_camera.scene import Scene

# What print is set in: the families of text that come with matplotlib; its display fonts hold no letters.
FAMILIES = ("DejaVuSans", "DejaVuSerif", "STIXGeneral")
# Of a box that fits so well, the name counts: intersection over union.
FITS = 0.4
# A candidate that shares more than this of the smaller box with something unsure counts neither way.
UNSURE = 0.3


@dataclass(frozen=True, slots=True)
class Examples:
    """Candidates of a scene, N of them."""

    features: NDArray[np.float32]
    """(N, F), as the judge sees them."""
    right: NDArray[np.bool_]
    """(N,): digits, named right."""
    known: NDArray[np.bool_]
    """(N,): what counts either way."""


@lru_cache
def fonts() -> tuple[Path, ...]:
    """Font files of matplotlib's text families."""
    return tuple(
        path
        for path in sorted(Path(mpl.get_data_path(), "fonts", "ttf").glob("*.ttf"))
        if path.name.startswith(FAMILIES) and "Display" not in path.name
    )


def examples_of(scene: Scene, recognizer: Recognizer, *, profile: Profile) -> Examples:
    """Look at a scene as the reader does, and compare with what is there."""
    grey = cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY)
    seen = candidates_of(grey, recognizer, profile=profile)
    features = features_of(seen, size_px=(grey.shape[1], grey.shape[0]))
    return Examples(features, *judged(seen, scene))


def judged(seen: Candidates, scene: Scene) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which candidates (N,) are digits that are named right, by hand or by a machine; and which count either way."""
    there = [*scene.digits, *scene.printed]
    boxes = np.array([digit.box_xywh_px for digit in there], np.float64).reshape(-1, 4)
    if not there:
        right = np.zeros(len(seen), np.bool_)
    else:
        fit = overlaps(seen.found.boxes_px, boxes)
        best = fit.argmax(axis=1)
        named = np.array([digit.digit for digit in there])[best] == seen.probabilities.argmax(axis=1)
        right = (fit.max(axis=1) >= FITS) & named
    unsure = np.array([*scene.unsure, *(digit.box_xywh_px for digit in scene.printed)], np.float64).reshape(-1, 4)
    shared = share_of_smaller(seen.found.boxes_px, unsure).max(axis=1, initial=0)
    return right, right | (shared < UNSURE)
