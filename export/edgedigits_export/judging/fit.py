"""The judge, fitted on drawn scenes as the reader sees them with a bundle's own networks."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits.bundle import JUDGE, Bundle
from edgedigits.files import replacing_folder, sha256
from edgedigits.recognizer import Recognizer
from edgedigits_camera.digits.features import FEATURES
from edgedigits_camera.digits.judge import Judge
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import training_scene
from edgedigits_camera.scoring import Box, Counts, Mark, compare
from edgedigits_export.archive import archive
from edgedigits_export.judging.examples import Examples, examples_of, fonts
from edgedigits_export.judging.trees import grow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from edgedigits.training.data import Split

# The detector is trained on scenes whose numbers are lower: what it has learned by heart, the judge must not rely on.
FIRST_SEED = 500_000
# One scene in so many is kept to measure with, one in so many is looked at as a live picture: the judge serves both.
KEPT_EVERY, LIVE_EVERY = 6, 3
TREES, DEPTH, RATE = 150, 5, 0.1
# Deviation of the noise on the logit of the heat, and how often each row is seen with another.
NOISE, COPIES = 0.5, 3
# The score is a probability: what is reported is more likely right than wrong.
THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class FittedJudge:
    """A judge, and how it does on drawn scenes that it was not fitted on, by ``edgedigits_camera.scoring``."""

    judge: Judge
    scenes: int
    read: float
    precision: float
    false_in_empty: int
    empty_scenes: int


def fit_judge(
    bundle: Path,
    *,
    scenes: int,
    seed: int = FIRST_SEED,
    glyphs: Split | None = None,
    on_step: Callable[[str, int], None] = lambda _step, _total: None,
) -> FittedJudge:
    """Fit a judge for a bundle's networks.

    Args:
        bundle: folder of the bundle.
        scenes: how many are drawn; every sixth is for measuring.
        seed: number of the first scene.
        glyphs: MNIST's training images, put in place of drawn digits in some of the scenes.
        on_step: told what is done with each scene, and how many there are in all.

    """
    numbers = range(seed, seed + scenes)
    kept = [number for number in numbers if number % KEPT_EVERY == 0]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        rows = []
        for row in pool.map(partial(_rows, bundle, glyphs), [n for n in numbers if n % KEPT_EVERY], chunksize=4):
            rows.append(row)
            on_step("look", scenes)
        judge = fitted(rows)
        counts = []
        for count in pool.map(partial(_read, bundle, glyphs, judge), kept, chunksize=4):
            counts.append(count)
            on_step("measure", scenes)
    total, empty = sum((c for c in counts if c.digits), Counts()), sum((c for c in counts if not c.digits), Counts())
    return FittedJudge(judge, len(kept), total.read, total.precision, empty.false, empty.pictures)


def fitted(rows: list[Examples]) -> Judge:
    """Grow the trees; heat is seen with noise, since in pictures of another kind it is less sure than in these."""
    features = np.concatenate([row.features[row.known] for row in rows])
    right = np.concatenate([row.right[row.known] for row in rows])
    copies = np.tile(features, (COPIES, 1))
    copies[:, FEATURES.index("heat")] += np.random.default_rng(0).normal(0, NOISE, len(copies))
    return Judge(grow(copies, np.tile(right, COPIES), trees=TREES, depth=DEPTH, rate=RATE), THRESHOLD)


@cache
def _opened(bundle: Path) -> Recognizer:
    """A bundle, opened once in each process, which has one core to itself."""
    cv2.setNumThreads(1)
    return Recognizer.load(bundle)


def _rows(bundle: Path, glyphs: Split | None, number: int) -> Examples:
    scene = training_scene(number, glyphs=glyphs, fonts=fonts())
    return examples_of(scene, _opened(bundle), profile=LIVE if number % LIVE_EVERY == 0 else STILL)


def _read(bundle: Path, glyphs: Split | None, judge: Judge, number: int) -> Counts:
    scene = training_scene(number, glyphs=glyphs, fonts=fonts())
    page = read_page(scene.image, _opened(bundle), judge=judge)
    reported = [Mark(r.digit, r.box_xywh_px) for r in page.readings if r.digit is not None and r.box_xywh_px]
    ignored: list[Box] = [*scene.unsure, *(digit.box_xywh_px for digit in scene.printed)]
    return compare([Mark(digit.digit, digit.box_xywh_px) for digit in scene.digits], reported, ignored=ignored).counts


def put_into(bundle: Path, fitted: FittedJudge) -> None:
    """Put a judge into a bundle, which is replaced whole by one that has it."""
    loaded = Bundle.load(bundle)
    measured = {name: value for name, value in asdict(fitted).items() if name != "judge"}
    rejection = loaded.rejection | {"threshold": round(fitted.judge.threshold, 2), "on_drawn_scenes": measured}
    with replacing_folder(bundle) as folder:
        shutil.copytree(bundle, folder, dirs_exist_ok=True)
        (folder / JUDGE).write_bytes(archive(fitted.judge.arrays()))
        replace(loaded, folder=folder, judge_sha256=sha256(folder / JUDGE), rejection=rejection).save()
