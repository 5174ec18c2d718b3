"""What tells print from writing, fitted on drawn scenes as the reader reads them with a bundle's own networks."""

from __future__ import annotations

import os
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from edgedigits_camera.digits.judge import Trees
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.text.print import LEAST_SHARE, Print, features_of, inputs_of
from edgedigits_export.judging.fit import GOLDEN_ROWS, KEPT_EVERY, LIVE_EVERY, Held, hold, opened
from edgedigits_export.judging.print_patches import drawn_patches
from edgedigits_export.judging.print_scenes import ReadDigits, read_digits, scene_with_print
from edgedigits_export.judging.trees import grow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits.training.data import Split
    from edgedigits_camera.digits.judge import Judge

# Several networks of so many units, which become one: their mean.
NETWORKS, UNITS, DECAY, EPOCHS = 3, 32, 0.05, 12
TREES, DEPTH, RATE = 120, 4, 0.06
# Drawn for the networks, and how often they see those of the scenes meanwhile.
PATCHES, WEIGHT = 24_000, 2
# The trees learn from what networks say of scenes that these have not seen.
FOLDS = 3


NO_TREES = Trees(np.zeros((0, 1), np.int32), np.zeros((0, 1), np.float32), np.zeros((0, 2), np.float32), 0.0)


@dataclass(frozen=True, slots=True)
class PrintFigures:
    """Of digits that were read in scenes that nothing was fitted on: how many are there, and are taken for print."""

    printed: int
    printed_told: int
    written: int
    written_lost: int

    def __str__(self) -> str:
        return (
            f"{self.printed_told / max(self.printed, 1):.1%} of {self.printed:,} printed digits told as print, "
            f"{self.written_lost / max(self.written, 1):.1%} of {self.written:,} written ones"
        )


def fit_print(  # noqa: PLR0913 - as `fit_judge`, and the judge
    bundle: Path,
    judge: Judge | None = None,
    *,
    scenes: int,
    seed: int,
    glyphs: Split | None = None,
    on_step: Callable[[str, int], None] = lambda _step, _total: None,
) -> tuple[Print, PrintFigures]:
    """Fit what tells print from writing among the digits that a judge, the bundle's by default, lets pass.

    Scenes are numbered from ``seed``; every sixth is for measuring.
    """
    read = []
    # What has run threads, as the judge's fit and OpenCV have, is not to be forked.
    how: Any = {"mp_context": get_context("spawn"), "initializer": hold, "initargs": (glyphs,)}
    with ProcessPoolExecutor(os.cpu_count(), **how) as pool:
        for digits in pool.map(partial(_read, bundle, judge), range(seed, seed + scenes), chunksize=4):
            read.append(digits)
            on_step("print", scenes)
    on_step("fit what tells print", scenes)
    told = fitted([digits for number, digits in enumerate(read, start=seed) if number % KEPT_EVERY], glyphs=glyphs)
    return told, figures(told, [digits for number, digits in enumerate(read, start=seed) if number % KEPT_EVERY == 0])


def _read(bundle: Path, judge: Judge | None, number: int) -> ReadDigits:
    profile = LIVE if number % LIVE_EVERY == 0 else STILL
    return read_digits(scene_with_print(number, glyphs=Held.glyphs), opened(bundle), profile=profile, judge=judge)


def figures(told: Print, read: list[ReadDigits]) -> PrintFigures:
    """Count what is taken for print."""
    taken = np.concatenate([told.share(each.candidates, each.named) >= LEAST_SHARE for each in read])
    printed, written = (np.concatenate([getattr(each, name) for each in read]) for name in ("printed", "written"))
    counts = printed.sum(), (printed & taken).sum(), written.sum(), (written & taken).sum()
    return PrintFigures(*map(int, counts))


def fitted(read: list[ReadDigits], *, glyphs: Split | None = None) -> Print:
    """Fit networks on patches, drawn ones and those of scenes, then trees on what they say of scenes new to them."""
    read = [each for each in read if len(each.named)]
    drawn = drawn_patches(PATCHES, seed=1, glyphs=glyphs)
    patches, names, printed, written = (
        np.concatenate(arrays)
        for arrays in zip(
            *((each.candidates.patches, each.named, each.printed, each.written) for each in read), strict=True
        )
    )
    scene, known = np.repeat(np.arange(len(read)), [len(each.named) for each in read]), printed | written

    def network_on(some: NDArray[np.bool_]) -> Print:
        ours = (patches[some], names[some], printed[some])
        mixed = [np.concatenate([theirs, *[own] * WEIGHT]) for theirs, own in zip(drawn, ours, strict=True)]
        return Print(*network(*mixed), NO_TREES, {})

    look = np.zeros(len(names), np.float32)
    for fold in range(FOLDS):
        rest = scene % FOLDS == fold
        look[rest] = network_on(known & ~rest).look(patches[rest], names[rest])
    rows = np.concatenate(
        [features_of(look[scene == number], each.candidates, each.named) for number, each in enumerate(read)]
    )
    trees = grow(rows[known], printed[known], trees=TREES, depth=DEPTH, rate=RATE)
    some = np.flatnonzero(known)[np.linspace(0, known.sum() - 1, min(GOLDEN_ROWS, known.sum())).astype(int)]
    golden = {"patches": patches[some], "names": names[some], "rows": rows[some]}
    return replace(network_on(known), trees=trees, golden=golden)


def network(
    patches: NDArray[np.uint8], names: NDArray[np.intp], printed: NDArray[np.bool_]
) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """Weights of one hidden layer, as ``Print`` has them: several networks side by side, whose mean it says."""
    inputs = inputs_of(patches, names)
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):  # it is stopped, as it should be
        fits = [
            MLPClassifier((UNITS,), alpha=DECAY, max_iter=EPOCHS, random_state=seed).fit(inputs, printed)
            for seed in range(NETWORKS)
        ]
    hidden = np.concatenate([np.vstack([fit.coefs_[0], fit.intercepts_[0]]) for fit in fits], axis=1)
    out = np.concatenate([fit.coefs_[1][:, 0] for fit in fits] + [sum(fit.intercepts_[1] for fit in fits)]) / NETWORKS
    return hidden.astype(np.float16), out.astype(np.float16)
