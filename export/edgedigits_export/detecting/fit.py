"""Fitting the detector to drawn scenes: draw, train, look for what it takes for digits, train on, measure."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from edgedigits.errors import RunError
from edgedigits.files import write_text
from edgedigits.training.fit import averaged
from edgedigits.training.runs import Run, write_history
from edgedigits.training.state import restore_state, save_state
from edgedigits_camera.scoring import Counts
from edgedigits_export.detecting.crops import Labelled, batch_of
from edgedigits_export.detecting.drawn import draw_scenes, load_scenes
from edgedigits_export.detecting.learning import LOSSES, DetectorSteps, compiled_detector
from edgedigits_export.detecting.reading import HEATS, KerasDetector, Measured, counts_in, false_peaks
from edgedigits_export.detecting.recipe import KEPT_EVERY, DetectorRecipe
from edgedigits_export.detecting.runs import DetectorRun, check_data, finish, start, what_was_measured
from edgedigits_export.detecting.workers import in_order, threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from edgedigits.training.data import Mnist

    OnStep = Callable[["Position"], None]


@dataclass(frozen=True, slots=True)
class Position:
    """How far the fit is: in ``stage`` (draw, train, look or measure), ``done`` of ``total`` scenes or steps.

    ``row`` is the row of the history that was just finished, if one was.
    """

    stage: str
    done: int
    total: int
    row: dict[str, float] = field(default_factory=dict)


def fit_detector(
    run: DetectorRun,
    *,
    recipe: DetectorRecipe,
    data: Mnist,
    existing: Literal["refuse", "resume", "replace"] = "refuse",
    on_step: OnStep = lambda _: None,
) -> list[Measured]:
    """Train the detector and fill the run folder; killed at any moment, it can be resumed and ends with equal weights.

    Args:
        run: the folder to fill.
        recipe: all numbers; when resuming, those of the run.
        data: MNIST, whose training images stand in some of the scenes.
        existing: what to do with a run that is there already.
        on_step: told of each step.

    Returns:
        How it does on the scenes that were kept.

    Raises:
        RunError: there is a run already, or none to resume, or it was trained on other data, or it is damaged.

    """
    if existing == "resume":
        check_data(run, data=data)
    else:
        start(run, recipe=recipe, data=data, force=existing == "replace")
    if run.weights.exists():
        return what_was_measured(run)
    numbers = recipe.numbers
    draw_scenes(
        run.scenes, numbers, glyphs=data.train, on_step=lambda done: on_step(Position("draw", done, len(numbers)))
    )
    scenes = load_scenes(run.scenes, numbers)
    kept = [scenes.pop(number) for number in numbers if number % KEPT_EVERY == 0]
    detector = train(run, recipe, scenes, on_step=on_step)
    measured = measure(detector, kept, on_step=on_step)
    finish(run, model=detector.model, measured=measured, scenes=len(kept))
    return measured


def train(
    run: DetectorRun, recipe: DetectorRecipe, scenes: Mapping[int, Labelled], *, on_step: OnStep
) -> KerasDetector:
    """Train on scenes, by number, from the saved state on; before each part but the first, add false peaks."""
    model = compiled_detector(recipe)
    history = restore_state(run.state, model=model) if run.state.exists() else []
    steps, detector = DetectorSteps(model), KerasDetector()
    for part, last in enumerate(recipe.parts):
        if part:
            _take_averaged(detector, model)
            scenes = with_others(scenes, mined(run, part, detector, scenes, on_step=on_step))
        for row in train_part(steps, list(scenes.values()), recipe, last=last, on_step=on_step):
            history.append(row)
            save_state(run.state, model=model, history=history)
            write_history(Run(run.folder), history)
            on_step(Position("train", int(row["step"]), recipe.steps, row))
    _take_averaged(detector, model)
    return detector


def _take_averaged(detector: KerasDetector, model: Any) -> None:
    with averaged(model):
        detector.model.set_weights(model.get_weights())


def train_part(
    steps: DetectorSteps, scenes: Sequence[Labelled], recipe: DetectorRecipe, *, last: int, on_step: OnStep
) -> Iterator[dict[str, float]]:
    """Train from where the optimizer is up to a step; yields the mean losses of every stretch of steps.

    Crops are made in the background by the seed and the number of their step: whenever a training goes on, they are
    the same.
    """
    first = int(steps.model.optimizer.iterations.numpy())
    seeds = [(recipe.seed, number) for number in range(first, last)]
    losses: list[Any] = []
    started_s = time.perf_counter()
    with threads() as pool:
        for done, batch in enumerate(in_order(pool, partial(batch_of, scenes, recipe.batch), seeds), first + 1):
            losses.append(steps(*batch))
            on_step(Position("train", done, recipe.steps))
            if done % recipe.row_steps == 0 or done == last:
                means = dict(zip(LOSSES, np.mean(losses, axis=0).tolist(), strict=True))
                now_s = time.perf_counter()
                yield {"step": done, **means, "time_s": now_s - started_s}
                losses, started_s = [], now_s


def mined(
    run: DetectorRun, part: int, detector: KerasDetector, scenes: Mapping[int, Labelled], *, on_step: OnStep
) -> dict[int, list[list[float]]]:
    """Boxes of false peaks in each scene that has some, by number; from the run folder once they were found.

    Raises:
        RunError: the file is broken.

    """
    path = run.mined(part)
    if not path.exists():
        found: dict[int, list[list[float]]] = {}
        with threads() as pool:
            results = in_order(pool, partial(false_peaks, detector=detector), scenes.values())
            for done, (number, boxes) in enumerate(zip(scenes, results, strict=True), 1):
                if len(boxes):
                    found[number] = np.round(boxes, 1).astype(float).tolist()
                on_step(Position("look", done, len(scenes)))
        write_text(path, json.dumps(found))
    try:
        return {int(number): boxes for number, boxes in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError) as error:
        raise RunError(f"{path} cannot be read ({error}); start again with --force") from error


def with_others(scenes: Mapping[int, Labelled], boxes: Mapping[int, Sequence[Sequence[float]]]) -> dict[int, Labelled]:
    """Scenes with more of what is no digit and might be taken for one."""
    return {
        number: replace(scene, others=np.concatenate([scene.others, np.array(boxes[number], np.float32)]))
        if number in boxes
        else scene
        for number, scene in scenes.items()
    }


def measure(detector: KerasDetector, scenes: Sequence[Labelled], *, on_step: OnStep) -> list[Measured]:
    """How a detector does on scenes that it was not trained on."""
    counts = [Counts()] * len(HEATS)
    with threads() as pool:
        for done, found in enumerate(in_order(pool, partial(counts_in, detector=detector), scenes), 1):
            counts = [one + other for one, other in zip(counts, found, strict=True)]
            on_step(Position("measure", done, len(scenes)))
    return [Measured(heat, count) for heat, count in zip(HEATS, counts, strict=True)]
