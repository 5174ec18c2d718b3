"""How long each stage of reading takes, with both profiles, on drawn pages of the size of a webcam's and of a phone's.

    python -m benchmarks.stages [--scenes 20] [--bundle DIR] [--out benchmarks/results/stages.json]

Medians over the scenes, in one process, after one scene to warm up:

    pyramid     the picture at its scales, and local contrast
    detector    its network
    patches     peaks of its maps, and the ink of each candidate as patches
    network     what names them
    judge       the features of all candidates, and the trees
    whole       ``read_page``: all of that, naming turned lines anew, and lines of text
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import cv2
import numpy as np

from benchmarks.reading import FIRST_SEED, measured_with
from edgedigits.files import write_json
from edgedigits.recognizer import Recognizer
from edgedigits_camera.detection.detect import levels_of
from edgedigits_camera.detection.pyramid import canvases
from edgedigits_camera.digits.features import features_of
from edgedigits_camera.digits.judge import Judge
from edgedigits_camera.live.memory import keep_freed_memory
from edgedigits_camera.profiles import PROFILES
from edgedigits_camera.reader import candidates_of, read_page
from edgedigits_camera.scene import SceneSpec, draw_scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edgedigits_camera.profiles import Profile

    Clock = Callable[[], float]

T = TypeVar("T")

SIZES_PX = {"640x480": (640, 480), "4000x3000": (4000, 3000)}
STAGES = ("pyramid", "detector", "patches", "network", "judge", "whole")


def clock_ms() -> float:
    """Milliseconds of a clock that starts anywhere."""
    return 1000 * time.perf_counter()


class Watched:
    """A recognizer whose networks' time is kept, in the unit of a clock."""

    def __init__(self, inner: Recognizer, clock: Clock = clock_ms) -> None:
        self.inner, self.bundle, self.detector, self.clock = inner, inner.bundle, self, clock
        self.detector_took = self.network_took = 0.0

    def maps(self, contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the detector says."""
        took, maps = timed(lambda: self.inner.detector.maps(contrast), self.clock)
        self.detector_took += took
        return maps

    def probabilities(self, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the network says."""
        took, said = timed(lambda: self.inner.probabilities(patches), self.clock)
        self.network_took += took
        return said


def stages_of(
    image: NDArray[np.uint8], recognizer: Recognizer, *, judge: Judge, profile: Profile, clock: Clock = clock_ms
) -> dict[str, float]:
    """What each stage of reading a picture (H, W, 3) uint8 BGR takes, in the unit of a clock."""
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    watched, size_px = Watched(recognizer, clock), (grey.shape[1], grey.shape[0])
    pyramid, _ = timed(lambda: list(canvases(levels_of(grey, profile.search))), clock)
    found, candidates = timed(lambda: candidates_of(grey, watched, profile=profile), clock)
    judging, _ = timed(lambda: judge.trees.score(features_of(candidates, size_px=size_px)), clock)
    whole, _ = timed(lambda: read_page(image, recognizer, profile=profile, judge=judge), clock)
    patches = max(found - pyramid - watched.detector_took - watched.network_took, 0.0)
    took = (pyramid, watched.detector_took, patches, watched.network_took, judging, whole)
    return dict(zip(STAGES, took, strict=True))


def timed(call: Callable[[], T], clock: Clock) -> tuple[float, T]:
    """What a call takes by a clock, and what it returned."""
    started = clock()
    result = call()
    return clock() - started, result


def measure(recognizer: Recognizer, *, scenes: int) -> dict[str, dict[str, dict[str, float]]]:
    """Size -> profile -> stage -> median milliseconds."""
    judge = Judge.of(recognizer.bundle.judge)
    result: dict[str, dict[str, dict[str, float]]] = defaultdict(dict)
    for size, size_px in SIZES_PX.items():
        count = scenes if size_px[0] < 1000 else max(3, scenes // 5)
        images = [draw_scene(FIRST_SEED + i, spec=spec(size_px), size_px=size_px).image for i in range(count)]
        for name, profile in PROFILES.items():
            stages_of(images[0], recognizer, judge=judge, profile=profile)
            runs = [stages_of(image, recognizer, judge=judge, profile=profile) for image in images]
            result[size][name] = {stage: round(statistics.median(run[stage] for run in runs), 2) for stage in STAGES}
    return dict(result)


def spec(size_px: tuple[int, int]) -> SceneSpec:
    """Lines of digits a tenth of the picture high, on ruled paper."""
    return SceneSpec(paper="ruled", pen="ballpoint", layout="lines", digit_px=size_px[1] / 10)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=20)
    parser.add_argument("--bundle", type=Path)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/stages.json"))
    options = parser.parse_args()
    keep_freed_memory()  # as the live loop does
    with Recognizer.load(options.bundle) as recognizer:
        result: dict[str, Any] = measured_with(recognizer) | {"median_ms": measure(recognizer, scenes=options.scenes)}
    write_json(options.out, result)
    for size, profiles in result["median_ms"].items():
        for name, stages in profiles.items():
            print(f"{size:9}  {name:5}  " + "  ".join(f"{stage} {ms:.1f}" for stage, ms in stages.items()))


if __name__ == "__main__":
    main()
