"""How long each stage of reading takes, with both profiles, on drawn pages of the size of a webcam's and of a phone's.

    python -m benchmarks.stages [--scenes 20] [--bundle DIR] [--out benchmarks/results/stages.json]

Medians over the scenes, in one process, after one scene to warm up. The stages are those of dark ink, with hints of
light; ``whole`` is ``read_page``, which reads light ink in full where there may be more of it.
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

from benchmarks.reading import FIRST_SEED, PROFILES, measured_with
from edgedigits.files import write_json
from edgedigits.recognizer import Recognizer
from edgedigits_camera.candidates import find_candidates
from edgedigits_camera.features import around, form_features
from edgedigits_camera.judge import Judge
from edgedigits_camera.layers import layers_of
from edgedigits_camera.memory import keep_freed_memory
from edgedigits_camera.reader import at_a_glance, examine, read_page
from edgedigits_camera.scene import SceneSpec, draw_scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edgedigits_camera.profiles import Profile

T = TypeVar("T")

SIZES_PX = {"640x480": (640, 480), "4000x3000": (4000, 3000)}
STAGES = ("layers", "candidates", "glance", "patches", "network", "judge", "whole")


def stages_of(image: NDArray[np.uint8], recognizer: Recognizer, *, judge: Judge, profile: Profile) -> dict[str, float]:
    """Milliseconds of each stage of reading a picture (H, W, 3) uint8 BGR."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    layers_ms, _ = timed(lambda: layers_of(grey, profile=profile, with_light=True))
    found_ms, candidates = timed(lambda: find_candidates(grey, profile=profile, with_light=True))

    def glance() -> NDArray[np.int64]:
        form = form_features(candidates, size_px=(grey.shape[1], grey.shape[0]))
        odds = judge.glance.log_odds(np.concatenate([form, around(candidates)], axis=1))
        return at_a_glance(odds, candidates, least=profile.least_glance, most=profile.most_candidates)

    glance_ms, kept = timed(glance)
    patches_ms, patches = timed(candidates[kept].patches)
    network_ms, _ = timed(lambda: recognizer.probabilities(patches))
    all_ms, _ = timed(lambda: examine(grey, recognizer, judge=judge, profile=profile, with_light=True))
    whole_ms, _ = timed(lambda: read_page(image, recognizer, profile=profile, judge=judge))
    rest_ms = max(all_ms - found_ms - glance_ms - patches_ms - network_ms, 0.0)
    times_ms = (layers_ms, max(found_ms - layers_ms, 0.0), glance_ms, patches_ms, network_ms, rest_ms, whole_ms)
    return dict(zip(STAGES, times_ms, strict=True))


def timed(call: Callable[[], T]) -> tuple[float, T]:
    """Milliseconds of a call, and what it returned."""
    started = time.perf_counter()
    result = call()
    return 1000 * (time.perf_counter() - started), result


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
