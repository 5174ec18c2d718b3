"""The three judges, each fitted on what the ones before let through, as on the device."""

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
from edgedigits_camera.features import surroundings
from edgedigits_camera.judge import Judge, Trees
from edgedigits_camera.profiles import STILL
from edgedigits_camera.reader import by_form, likely, looked_at, read_page
from edgedigits_export.archive import archive
from edgedigits_export.judging.examples import draw, examples_of, profile_of
from edgedigits_export.judging.trees import grow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

# A candidate that covers a digit so well is one; one that covers less than the lower number is none.
COVERS, MISSES = 0.6, 0.4
# Named right, a looser fit is good enough: what counts is the digit.
READ = 0.5
# The judge by form sees a share of the candidates that are no digit: there are forty of them for each that is.
SHARE = 0.2
# A false digit is worse than one that was missed: precision counts twice as much as what is read.
BETA = 0.5


@dataclass(frozen=True, slots=True)
class FittedJudge:
    """A judge, and how it does on drawn scenes that it was not fitted on."""

    judge: Judge
    scenes: int
    read: float
    precision: float
    false_in_empty: int
    empty_scenes: int


def fit_judge(
    bundle: Path, *, scenes: int, seed: int = 0, on_step: Callable[[str, int], None] = lambda _step, _total: None
) -> FittedJudge:
    """Fit a judge for a bundle's network.

    Args:
        bundle: folder of the bundle.
        scenes: how many are drawn; of every five, four are fitted on, and one decides the score from which is reported.
        seed: number of the first scene.
        on_step: told what is done with each scene, and how many there are in all.

    """
    numbers = range(seed, seed + scenes)
    fitted = [number for number in numbers if number % 5]
    held_out = [number for number in numbers if not number % 5]
    total = len(fitted) // 4 + len(fitted) + len(held_out)

    def in_parallel(task: Any, some: Iterable[int], step: str) -> list[Any]:
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            results = []
            for result in pool.map(task, some):
                results.append(result)
                on_step(step, total)
        return results

    form = _grow(in_parallel(_form_rows, fitted[::4], "judge by form"), trees=30, depth=4, rate=0.25)
    rows = in_parallel(partial(_look_rows, bundle, form), fitted, "look")
    look = _grow([scene for pair in rows for scene in pair], trees=100, depth=5, rate=0.12)
    second = _grow([_second_rows(scene, look) for pair in rows for scene in pair], trees=100, depth=5, rate=0.12)
    judge = Judge(form, look, second, 0.0)
    return _with_score(judge, in_parallel(partial(_read, bundle, judge), held_out, "choose the score"))


def _grow(parts: list[tuple[Any, ...]], *, trees: int, depth: int, rate: float) -> Trees:
    features, right = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    return grow(features, right, trees=trees, depth=depth, rate=rate)


def _form_rows(number: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Features by form of one scene's candidates, and which are digits."""
    rng = np.random.default_rng(number)
    features, right = [], []
    for found in examples_of(draw(number), profile=profile_of(number)):
        chosen = (found.overlap >= COVERS) | ((found.overlap < MISSES) & (rng.random(len(found.overlap)) < SHARE))
        features.append(found.form[chosen])
        right.append(found.overlap[chosen] >= COVERS)
    return np.concatenate(features), np.concatenate(right)


def _look_rows(bundle: Path, form: Trees, number: int) -> list[tuple[Any, ...]]:
    """Of each polarity of one scene: features, what is right, and what the second look needs."""
    judge = Judge(form, form, form, 0.0)
    rows, profile = [], profile_of(number)
    with Recognizer.load(bundle) as recognizer:
        for found in examples_of(draw(number), profile=profile):
            kept = by_form(found.form, found.candidates.boxes_px, judge=judge, profile=profile)
            candidates = found.candidates[kept]
            answers, features = looked_at(candidates, found.form[kept], recognizer)
            digits = answers.argmax(axis=1)
            right = (found.overlap[kept] >= READ) & (digits == found.digit[kept])
            rows.append((features, right, candidates.boxes_px, candidates.ink[:, 0], digits))
    return rows


def _second_rows(scene: tuple[Any, ...], look: Trees) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Features of the second look, and what is right."""
    features, right, boxes, contrast, digits = scene
    score = look.score(features)
    best = likely(score, most=STILL.most_judged)
    around = surroundings(boxes[best], contrast[best], digits[best], score[best])
    return np.concatenate([features[best], score[best, None], around], axis=1), right[best]


def _read(bundle: Path, judge: Judge, number: int) -> tuple[int, list[tuple[float, bool]]]:
    """Digits in a scene, and the score of everything that is read in it and whether it is right."""
    scene = draw(number)
    with Recognizer.load(bundle) as recognizer:
        page = read_page(scene.image, recognizer, judge=judge)
    left = list(scene.digits)
    said = []
    for reading in sorted(page.readings, key=lambda reading: -reading.confidence):
        hit = next((digit for digit in left if digit.digit == reading.digit and _covers(digit, reading)), None)
        if hit:
            left.remove(hit)
        said.append((reading.confidence, hit is not None))
    return len(scene.digits), said


def _covers(digit: Any, reading: Any) -> bool:
    """Whether the middle of a reading lies in a digit's box."""
    (x, y, w, h), (left, top, width, height) = digit.box_xywh_px, reading.box_xywh_px
    return bool(x <= left + width / 2 <= x + w and y <= top + height / 2 <= y + h)


def _with_score(judge: Judge, read: list[tuple[int, list[tuple[float, bool]]]]) -> FittedJudge:
    """Choose the score from which a reading is reported: the one with the best F0.5."""
    digits = max(sum(count for count, _ in read), 1)
    said = np.array([entry for _, entries in read for entry in entries], np.float64).reshape(-1, 2)
    scores = np.arange(0.05, 0.96, 0.01)
    right = np.array([said[said[:, 0] >= score, 1].sum() for score in scores])
    reported = np.array([(said[:, 0] >= score).sum() for score in scores])
    best = int(np.argmax((1 + BETA**2) * right / (BETA**2 * digits + reported)))
    empty = np.array([score for count, entries in read for score, _ in entries if not count])
    return FittedJudge(
        judge=replace(judge, least=float(scores[best])),
        scenes=len(read),
        read=float(right[best] / digits),
        precision=float(right[best] / max(reported[best], 1)),
        false_in_empty=int((empty >= scores[best]).sum()),
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
