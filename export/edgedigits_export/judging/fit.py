"""The judge, fitted on drawn scenes as the reader sees them with a bundle's own networks."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Self

import cv2
import numpy as np

from edgedigits.bundle import Bundle
from edgedigits.errors import BundleError
from edgedigits.recognizer import Recognizer
from edgedigits_camera.digits.features import FEATURES
from edgedigits_camera.digits.judge import Judge
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import training_scene
from edgedigits_camera.scoring import Box, Counts, Mark, compare
from edgedigits_export.judging.examples import Examples, examples_of, fonts
from edgedigits_export.judging.trees import grow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits.training.data import Split
    from edgedigits_camera.reader import Page
    from edgedigits_camera.text.print import Print

# The detector is trained on scenes whose numbers are lower: what it has learned by heart, the judge must not rely on.
FIRST_SEED = 500_000
# Every sixth scene is kept to measure with; every third is read as a live picture: the judge serves both profiles.
KEPT_EVERY, LIVE_EVERY = 6, 3
TREES, DEPTH, RATE = 150, 5, 0.1
# Deviation of the noise on the logit of the heat, and how often each row is seen with another.
NOISE, COPIES = 0.5, 3
# The score is a probability: what is reported is more likely right than wrong.
THRESHOLD = 0.5
# Recorded with their scores: enough to tell trees that take any column for any other.
GOLDEN_ROWS = 64


@dataclass(frozen=True, slots=True)
class Figures:
    """How a judge does on drawn scenes that it was not fitted on, by ``edgedigits_camera.scoring``."""

    scenes: int
    read: float
    precision: float
    false_in_empty: int
    empty_scenes: int
    f1: float
    """Of all scenes, with and without digits: twice what was right, by what was there and what was reported."""

    @classmethod
    def of(cls, counts: list[Counts]) -> Self:
        """Add up what was counted in each scene."""
        total, empty = (
            sum((c for c in counts if c.digits), Counts()),
            sum((c for c in counts if not c.digits), Counts()),
        )
        said = total.digits + total.found + total.false + empty.false
        f1 = 2 * total.right / max(said, 1)
        return cls(len(counts), total.read, total.precision, empty.false, empty.pictures, f1)

    def __str__(self) -> str:
        empty = f"{self.false_in_empty} digits in {self.empty_scenes} scenes without any"
        return f"read {self.read:.1%}, precision {self.precision:.1%}, {empty}"


@dataclass(frozen=True, slots=True)
class FittedJudge:
    """A judge and its figures, and those of the judge that was in use before on the same scenes, if there was one.

    ``print`` tells print from writing among what it lets pass; it is fitted after it.
    """

    judge: Judge
    figures: Figures
    before: Figures | None = None
    print: Print | None = None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that goes into the file."""
        return self.judge.arrays() | (self.print.arrays() if self.print else {})

    @property
    def worse(self) -> bool:
        """Whether the judge before does better."""
        return self.before is not None and self.figures.f1 < self.before.f1


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
        scenes: how many are drawn; every sixth is for measuring, this judge and the one in use.
        seed: number of the first scene.
        glyphs: MNIST's training images, put in place of drawn digits in some of the scenes.
        on_step: told what is done with each scene, and how many there are in all.

    """
    numbers = range(seed, seed + scenes)
    kept = [number for number in numbers if number % KEPT_EVERY == 0]
    with ProcessPoolExecutor(os.cpu_count(), initializer=hold, initargs=(glyphs,)) as pool:
        rows = []
        for row in pool.map(partial(_rows, bundle), [n for n in numbers if n % KEPT_EVERY], chunksize=4):
            rows.append(row)
            on_step("look", scenes)
        on_step("fit", scenes)
        judges = [fitted(rows), *filter(None, [judge_in_use(bundle)])]
        counts = []
        for count in pool.map(partial(_read, bundle, judges), kept, chunksize=4):
            counts.append(count)
            on_step("measure", scenes)
    figures = [Figures.of(list(each)) for each in zip(*counts, strict=True)]
    return FittedJudge(judges[0], figures[0], figures[1] if figures[1:] else None)


def judge_in_use(bundle: Path) -> Judge | None:
    """The judge that pictures are read with, be it the shipped bundle's; None where none can be used."""
    try:
        return Judge.of(Bundle.load(bundle).judge)
    except BundleError:
        return None


def fitted(rows: list[Examples]) -> Judge:
    """Grow the trees; heat is seen with noise, since in pictures of another kind it is less sure than in these."""
    features = np.concatenate([row.features[row.known] for row in rows])
    right = np.concatenate([row.right[row.known] for row in rows])
    copies = np.tile(features, (COPIES, 1))
    copies[:, FEATURES.index("heat")] += np.random.default_rng(0).normal(0, NOISE, len(copies))
    trees = grow(copies, np.tile(right, COPIES), trees=TREES, depth=DEPTH, rate=RATE)
    return Judge(trees, THRESHOLD, golden_rows(features))


def golden_rows(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Some of the rows (N, F) that are far apart: of many scenes, whose scores are recorded with the judge."""
    return features[np.linspace(0, len(features) - 1, min(GOLDEN_ROWS, len(features))).astype(int)]


class Held:
    """What each process holds: MNIST's images are too many to be sent with every scene."""

    glyphs: Split | None = None


def hold(glyphs: Split | None) -> None:
    """Hold them in this process."""
    Held.glyphs = glyphs


@cache
def opened(bundle: Path) -> Recognizer:
    """A bundle, opened once in each process, which has one core to itself."""
    cv2.setNumThreads(1)
    return Recognizer.load(bundle)


def _rows(bundle: Path, number: int) -> Examples:
    scene = training_scene(number, glyphs=Held.glyphs, fonts=fonts())
    return examples_of(scene, opened(bundle), profile=LIVE if number % LIVE_EVERY == 0 else STILL)


def _read(bundle: Path, judges: Sequence[Judge], number: int) -> list[Counts]:
    scene = training_scene(number, glyphs=Held.glyphs, fonts=fonts())
    there = [Mark(digit.digit, digit.box_xywh_px) for digit in scene.digits]
    ignored: list[Box] = [*scene.unsure, *(digit.box_xywh_px for digit in scene.printed)]
    pages = [read_page(scene.image, opened(bundle), judge=judge) for judge in judges]
    return [compare(there, _reported(page), ignored=ignored).counts for page in pages]


def _reported(page: Page) -> list[Mark]:
    return [Mark(r.digit, r.box_xywh_px) for r in page.readings if r.digit is not None and r.box_xywh_px]
