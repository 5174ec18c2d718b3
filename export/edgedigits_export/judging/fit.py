"""The judges, each fitted on scenes that those before it have not seen, as on the device."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.bundle import JUDGE, Bundle
from edgedigits.files import replacing_folder, sha256
from edgedigits.recognizer import Recognizer
from edgedigits_camera.features import pixels, surroundings
from edgedigits_camera.judge import Judge, Perceptron, Trees
from edgedigits_camera.profiles import STILL
from edgedigits_camera.reader import at_a_glance, likely, looked_at, read_page
from edgedigits_export.archive import archive
from edgedigits_export.judging.examples import PRINTED, draw, examples_of, overlaps, profile_of
from edgedigits_export.judging.perceptron import train
from edgedigits_export.judging.trees import grow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits.training.data import Split

# A candidate that covers a digit so well is one; one that covers less than the lower number is none.
COVERS, MISSES = 0.6, 0.4
# Named right, a looser fit is good enough: what counts is the digit.
READ = 0.5
# Of what is no digit, the first judges see so many a scene: there are forty times as many as digits.
MOST_WRONG = 250
# Hidden units of the judge by glance, and of each of those by shape, whose mean is taken: one alone errs more.
GLANCE_UNITS, SHAPE_UNITS, SHAPES = 48, 128, 2
# The score is a probability: what is reported is more likely right than wrong.
LEAST = 0.5


@dataclass(frozen=True, slots=True)
class FittedJudge:
    """A judge, and how it does on drawn scenes that it was not fitted on."""

    judge: Judge
    scenes: int
    read: float
    precision: float
    false_in_empty: int
    empty_scenes: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What of one polarity of one scene passed the glance, N candidates; ``known`` is what counts either way."""

    features: NDArray[np.float32]
    right: NDArray[np.bool_]
    known: NDArray[np.bool_]
    boxes: NDArray[np.float64]
    contrast: NDArray[np.float32]
    digits: NDArray[np.int64]


def fit_judge(
    bundle: Path,
    *,
    scenes: int,
    seed: int = 0,
    glyphs: Split | None = None,
    on_step: Callable[[str, int], None] = lambda _step, _total: None,
) -> FittedJudge:
    """Fit a judge for a bundle's network.

    Args:
        bundle: folder of the bundle.
        scenes: how many are drawn; of every six, two are for the first judges, three for the trees, and one to
            measure with.
        seed: number of the first scene.
        glyphs: MNIST's training images, put in place of drawn digits in some of the scenes.
        on_step: told what is done with each scene, and how many there are in all.

    """
    numbers = range(seed, seed + scenes)

    def in_parallel(task: Any, turns: tuple[int, ...], step: str) -> list[Any]:
        results = []
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            for result in pool.map(task, [number for number in numbers if number % 6 in turns]):
                results.append(result)
                on_step(step, scenes)
        return results

    glance, shape = _first_judges(in_parallel(partial(_first_rows, glyphs), (1, 4), "first judges"))
    rows = in_parallel(partial(_look_rows, bundle, glyphs, glance, shape), (2, 3, 5), "look")
    look, second = _trees(rows)
    judge = Judge(glance, shape, look, second, LEAST)
    return _measured(judge, in_parallel(partial(_read, bundle, glyphs, judge), (0,), "measure"))


def _first_rows(glyphs: Split | None, number: int) -> tuple[NDArray[Any], ...]:
    """Of one scene: features for the glance, patches' pixels, and which are digits."""
    rng = np.random.default_rng(number)
    parts = []
    for found in examples_of(draw(number, glyphs=glyphs), profile=profile_of(number)):
        wrong = np.flatnonzero(found.overlap < MISSES)
        chosen = np.concatenate(
            [
                np.flatnonzero(found.overlap >= COVERS),
                rng.permutation(wrong)[:MOST_WRONG],
            ]
        )
        seen = np.concatenate([found.form, found.around], axis=1)[chosen]
        parts.append((seen, pixels(found.candidates[chosen].patches()), found.overlap[chosen] >= COVERS))
    return tuple(np.concatenate(arrays) for arrays in zip(*parts, strict=True))


def _first_judges(rows: list[tuple[NDArray[Any], ...]]) -> tuple[Perceptron, Perceptron]:
    """Judges by glance and by shape."""
    seen, patches, right = (np.concatenate(arrays) for arrays in zip(*rows, strict=True))
    return train(seen, right, units=GLANCE_UNITS), train(patches, right, units=SHAPE_UNITS, members=SHAPES)


def _look_rows(bundle: Path, glyphs: Split | None, glance: Perceptron, shape: Perceptron, number: int) -> list[Looked]:
    """What passes the glance in one scene, by the network and by shape."""
    rows, profile = [], profile_of(number)
    with Recognizer.load(bundle) as recognizer:
        for found in examples_of(draw(number, glyphs=glyphs), profile=profile):
            odds = glance.log_odds(np.concatenate([found.form, found.around], axis=1))
            kept = at_a_glance(odds, found.candidates, least=profile.least_glance, most=profile.most_candidates)
            candidates, overlap = found.candidates[kept], found.overlap[kept]
            answers, features = looked_at(candidates, found.form[kept], odds[kept], recognizer, shape=shape)
            digits = answers.argmax(axis=1)
            right = (overlap >= READ) & (digits == found.digit[kept])
            rows.append(Looked(features, right, ~np.isnan(overlap), candidates.boxes_px, candidates.ink[:, 0], digits))
    return rows


def _trees(scenes: list[list[Looked]]) -> tuple[Trees, Trees]:
    """Judges of the first and of the second look.

    The second sees first scores as the device will, from trees that have not seen the scene: each half of the scenes is
    scored by trees that were grown on the other.
    """
    halves = [[looked for pair in scenes[half::2] for looked in pair] for half in (0, 1)]
    other = [_look(half) for half in halves]
    parts = [_second_rows(looked, other[1 - half]) for half in (0, 1) for looked in halves[half]]
    features, right = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return _look([*halves[0], *halves[1]]), grow(features, right, trees=120, depth=5, rate=0.1)


def _look(parts: list[Looked]) -> Trees:
    features = np.concatenate([looked.features[looked.known] for looked in parts])
    right = np.concatenate([looked.right[looked.known] for looked in parts])
    return grow(features, right, trees=100, depth=5, rate=0.12)


def _second_rows(looked: Looked, look: Trees) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Features of the second look, and what is right."""
    score = look.score(looked.features)
    best = likely(score, most=STILL.most_judged)
    near = surroundings(looked.boxes[best], looked.contrast[best], looked.digits[best], score[best])
    features = np.concatenate([looked.features[best], score[best, None], near], axis=1)
    known = looked.known[best]
    return features[known], looked.right[best][known]


def _read(bundle: Path, glyphs: Split | None, judge: Judge, number: int) -> tuple[int, list[tuple[float, bool]]]:
    """Digits in a scene, and the score of everything that is read in it and whether it is right."""
    scene = draw(number, glyphs=glyphs)
    with Recognizer.load(bundle) as recognizer:
        page = read_page(scene.image, recognizer, judge=judge)
    printed = np.array([digit.box_xywh_px for digit in scene.printed], np.float64).reshape(-1, 4)
    left = list(scene.digits)
    said = []
    for reading in sorted(page.readings, key=lambda reading: -reading.confidence):
        hit = next((digit for digit in left if digit.digit == reading.digit and _covers(digit, reading)), None)
        if hit:
            left.remove(hit)
        elif overlaps(np.array([reading.box_xywh_px], np.float64), printed).max(initial=0) >= PRINTED:
            continue
        said.append((reading.confidence, hit is not None))
    return len(scene.digits), said


def _covers(digit: Any, reading: Any) -> bool:
    """Whether the middle of a reading lies in a digit's box."""
    (x, y, w, h), (left, top, width, height) = digit.box_xywh_px, reading.box_xywh_px
    return bool(x <= left + width / 2 <= x + w and y <= top + height / 2 <= y + h)


def _measured(judge: Judge, read: list[tuple[int, list[tuple[float, bool]]]]) -> FittedJudge:
    """How a judge does on scenes of which each gives its digits, and the score and truth of what was read."""
    digits = sum(count for count, _ in read)
    said = [hit for _, entries in read for score, hit in entries if score >= judge.least]
    empty = [score for count, entries in read for score, _ in entries if not count and score >= judge.least]
    return FittedJudge(
        judge=judge,
        scenes=len(read),
        read=sum(said) / max(digits, 1),
        precision=sum(said) / max(len(said), 1),
        false_in_empty=len(empty),
        empty_scenes=sum(not count for count, _ in read),
    )


def put_into(bundle: Path, fitted: FittedJudge) -> None:
    """Put a judge into a bundle, which is replaced whole by one that has it."""
    loaded = Bundle.load(bundle)
    measured = {name: value for name, value in asdict(fitted).items() if name != "judge"}
    rejection = loaded.rejection | {"least_score": round(fitted.judge.least, 2), "on_drawn_scenes": measured}
    with replacing_folder(bundle) as folder:
        shutil.copytree(bundle, folder, dirs_exist_ok=True)
        (folder / JUDGE).write_bytes(archive(fitted.judge.arrays()))
        replace(loaded, folder=folder, judge_sha256=sha256(folder / JUDGE), rejection=rejection).save()
