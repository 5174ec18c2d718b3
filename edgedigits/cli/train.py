"""``edgedigits train``: a recipe to a run folder."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgedigits.cli import options
from edgedigits.files import check_place

if TYPE_CHECKING:
    from edgedigits.training.recipes import Recipe
    from edgedigits.training.runs import Run

DEFAULT = "robust"


class RecipeName(StrEnum):
    """The recipes."""

    NOTEBOOK = "notebook"
    FAST = "fast"
    ROBUST = "robust"


class Strategy(StrEnum):
    """Where a batch is computed."""

    NONE = "none"
    MIRRORED = "mirrored"
    MULTIWORKER = "multiworker"


def train(
    recipe: Annotated[
        RecipeName | None, typer.Option(help="How to train.", show_default="robust, or that of the run")
    ] = None,
    data: options.Data = None,
    out: Annotated[Path | None, typer.Option(help="Run folder; runs/RECIPE by default.", metavar="DIR")] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Epochs; the recipe's by default, as in what follows.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Images in a batch, over all devices.")] = None,
    learning_rate: Annotated[float | None, typer.Option(min=1e-9, help="Peak learning rate.")] = None,
    validation_split: Annotated[
        float | None, typer.Option(min=0.0, max=0.9, help="Share at the end of the training set kept for validation.")
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            "--early-stopping", "--patience", min=1, help="Stop after N epochs without a lower validation loss."
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Use the first N training images only.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Decides weights, order and augmentation.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in the run folder.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the run in the run folder.")] = False,
    strategy: Annotated[
        Strategy, typer.Option(help="mirrored: all GPUs of this machine; multiworker: machines, by TF_CONFIG.")
    ] = Strategy.NONE,
) -> None:
    """Train the network and write a run folder with model, figures and pictures."""
    from edgedigits.silence import import_tensorflow
    from edgedigits.training.data import named_source
    from edgedigits.training.runs import Run, check_free

    # What can be refused is refused before TensorFlow is imported, and MNIST downloaded.
    run = Run(out or Path("runs") / (recipe or DEFAULT))
    check_place(run.folder, inside=True)
    if not (resume or force):
        check_free(run)
    named_source(data)
    import_tensorflow()
    from edgedigits.cli.training_bar import TrainingBar
    from edgedigits.training.data import load_mnist
    from edgedigits.training.train import Launch
    from edgedigits.training.train import train as train_run

    changes: dict[str, int | float | str | None] = {
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "validation_split": validation_split,
        "patience": patience,
        "limit": limit,
        "seed": seed,
    }
    wanted = resumed_recipe(run, changes | {"name": recipe}) if resume else changed_recipe(recipe or DEFAULT, changes)
    mnist = load_mnist(data, validation_split=wanted.validation_split, limit=wanted.limit)
    launch = Launch(existing="resume" if resume else "replace" if force else "refuse", strategy=strategy)
    try:
        with TrainingBar(wanted.name) as bar:
            scores = train_run(wanted, data=mnist, run=run, launch=launch, on_progress=bar.show)
    except KeyboardInterrupt:
        typer.echo(f"stopped; go on with: edgedigits train --resume --out {run.folder}", err=True)
        raise typer.Exit(130) from None
    if scores:
        typer.echo(f"{run.folder}: test accuracy {scores.accuracy:.4f}, loss {scores.loss:.4f}")


def changed_recipe(name: str, changes: dict[str, int | float | str | None]) -> Recipe:
    """Return the recipe of that name with the numbers that were given."""
    from edgedigits.training.recipes import RECIPES

    given: dict[str, Any] = {field: value for field, value in changes.items() if value is not None}
    return dataclasses.replace(RECIPES[name], **given)


def resumed_recipe(run: Run, wishes: dict[str, int | float | str | None]) -> Recipe:
    """Return the recipe of a run; a wish that it does not have is refused."""
    from edgedigits.errors import RunError
    from edgedigits.training.runs import recorded_recipe

    recipe = recorded_recipe(run)
    for field, wish in wishes.items():
        if wish is not None and wish != getattr(recipe, field):
            raise RunError(
                f"{run.folder} was started with {field} {getattr(recipe, field)}, not {wish}; "
                "--resume goes on with the run's own numbers"
            )
    return recipe
