"""One training, from a recipe to a complete run folder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from edgedigits.files import replacing, write_json
from edgedigits.training.distribute import is_chief, make_strategy
from edgedigits.training.fit import check, fit
from edgedigits.training.model import build_model, probabilities
from edgedigits.training.plots import draw_pictures
from edgedigits.training.progress import NOBODY, History, Listeners, Progress
from edgedigits.training.runs import Run, check_data, start, take_back, write_history
from edgedigits.training.scores import Scores, score
from edgedigits.training.state import save_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgedigits.training.data import Mnist
    from edgedigits.training.recipes import Recipe


@dataclass(frozen=True, slots=True)
class Launch:
    """How to begin: what to do with a run that is there already, and the name of ``distribute.make_strategy``."""

    existing: Literal["refuse", "resume", "replace"] = "refuse"
    strategy: str = "none"


FRESH = Launch()


def train(
    recipe: Recipe,
    *,
    data: Mnist,
    run: Run,
    launch: Launch = FRESH,
    on_progress: Callable[[Progress], None] | None = None,
) -> Scores | None:
    """Train, and fill the run folder; killed at any moment, it resumes after the last finished epoch.

    Args:
        recipe: all numbers; when resuming, those of the run.
        data: MNIST.
        run: the folder to fill.
        launch: how to begin.
        on_progress: called after each batch and each epoch.

    Returns:
        The figures on the test set; None in a worker that is not the chief, which writes nothing.

    Raises:
        RunError: there is a run already, or none to resume, or it was trained on other data.
        DataError: there are too few images.

    """
    check(recipe, data=data)
    strategy = make_strategy(launch.strategy)
    chief, resuming = is_chief(strategy), launch.existing == "resume"
    if resuming:
        check_data(run, data=data)
    elif chief:
        start(run, recipe=recipe, data=data, force=launch.existing == "replace")
    resume_from = run.state if resuming and run.state.exists() else None
    listeners = Listeners(epoch=partial(save, run), progress=on_progress) if chief else NOBODY
    try:
        model, history = fit(recipe, data=data, resume_from=resume_from, strategy=strategy, listeners=listeners)
    except Exception:
        if chief:
            take_back(run)
        raise
    return finish(run, model=model, history=history, data=data) if chief else None


def save(run: Run, model: Any, history: History) -> None:
    """Save what a resumed training needs."""
    save_state(run.state, model=model, history=history)
    write_history(run, history)


def finish(run: Run, *, model: Any, history: History, data: Mnist) -> Scores:
    """Write the model, the pictures and, last, the figures."""
    # The network alone: a reader of the file need not know the optimizer.
    trained = build_model()
    trained.set_weights(model.get_weights())
    with replacing(run.model) as temporary:
        trained.save(temporary)
    write_history(run, history)
    answers = probabilities(model, data.test.images)
    test = score(answers, labels=data.test.labels)
    draw_pictures(run, model=model, history=history, test=data.test, probabilities=answers)
    write_json(
        run.metrics,
        {
            "test": asdict(test),
            "validation": {name: value for name, value in history[-1].items() if name.startswith("val_")},
            "parameters": model.count_params(),
            "epochs": len(history),
            "fit_s": sum(row["time_s"] for row in history),
        },
    )
    return test
