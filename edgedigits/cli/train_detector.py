"""``edgedigits train-detector``: drawn scenes to a detector of digits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from edgedigits.errors import RunError, require
from edgedigits.files import check_place

if TYPE_CHECKING:
    from types import TracebackType

    from edgedigits_export.detecting.fit import Position
    from edgedigits_export.detecting.recipe import DetectorRecipe
    from edgedigits_export.detecting.runs import DetectorRun

STAGES = {"draw": "draw scenes", "train": "train", "look": "look for false digits", "measure": "measure"}


def train_detector(
    out: Annotated[Path, typer.Option(help="Run folder.", metavar="DIR")] = Path("runs/detector"),
    scenes: Annotated[
        int | None,
        typer.Option(
            min=20,
            max=400_000,
            help="Scenes to draw; each takes 0.4 MB of memory, and 0.2 MB in the run folder.",
            show_default="12000, or as the run has",
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(min=10, help="Batches of 32 crops.", show_default="12000, or as the run has"),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Decides weights and crops.", show_default="0, or as the run has")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="MNIST, whose training digits stand in some of the scenes.",
            show_default="EDGEDIGITS_MNIST, Keras's cache, or a download of 11 MB",
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in the run folder.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the run in the run folder.")] = False,
) -> None:
    """Train the network that finds digits in pictures, on drawn scenes; a few hours on two cores."""
    from edgedigits.silence import import_tensorflow
    from edgedigits.training.data import named_source

    check_place(out, inside=True)
    named_source(data)
    import_tensorflow()
    require("cv2", extra="headless")
    require("sklearn", extra="export")
    from edgedigits.training.data import load_mnist
    from edgedigits_export.detecting.fit import fit_detector
    from edgedigits_export.detecting.runs import DetectorRun, check_free

    run = DetectorRun(out)
    if not (resume or force):
        check_free(run)  # before MNIST, which may have to be downloaded
    recipe = recipe_of(run, {"scenes": scenes, "steps": steps, "seed": seed}, resume=resume)
    try:
        with StageBar() as bar:
            measured = fit_detector(
                run,
                recipe=recipe,
                data=load_mnist(data),
                existing="resume" if resume else "replace" if force else "refuse",
                on_step=bar.show,
            )
    except KeyboardInterrupt:
        typer.echo(f"stopped; go on with: edgedigits train-detector --resume --out {out}", err=True)
        raise typer.Exit(130) from None
    for each in measured:
        typer.echo(f"{out}: {each}")


def recipe_of(run: DetectorRun, wishes: dict[str, int | None], *, resume: bool) -> DetectorRecipe:
    """Return the recipe with the numbers that were given; that of the run when resuming.

    Raises:
        RunError: the run to resume has other numbers, or there is none.

    """
    from edgedigits_export.detecting.recipe import DetectorRecipe
    from edgedigits_export.detecting.runs import recorded_recipe

    given: dict[str, Any] = {name: wish for name, wish in wishes.items() if wish is not None}
    if not resume:
        return DetectorRecipe(**given)
    recipe = recorded_recipe(run)
    for name, wish in given.items():
        if wish != getattr(recipe, name):
            raise RunError(
                f"{run.folder} was started with {name} {getattr(recipe, name)}, not {wish}; "
                "--resume goes on with the run's own numbers"
            )
    return recipe


class StageBar:
    """Shows on stderr how far each stage is; a row of losses leaves a line."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

        self.console = Console(stderr=True, markup=False)
        columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
        terminal = self.console.is_terminal
        self.bar = Progress(*columns, console=self.console, speed_estimate_period=60, disable=not terminal)
        self.task = self.bar.add_task("", total=None)
        self.stage = ""

    def show(self, position: Position) -> None:
        """Show a position."""
        if position.stage != self.stage:
            # What was done before a resumed stage says nothing about the rate.
            self.stage = position.stage
            self.bar.reset(self.task, description=STAGES[self.stage], total=position.total, completed=position.done)
        self.bar.update(self.task, completed=position.done)
        if position.row:
            self.console.print(row_line(position), highlight=False, soft_wrap=True)

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()


def row_line(position: Position) -> str:
    """Return the line that a row of the history leaves."""
    losses = "  ".join(f"{name} {value:.3f}" for name, value in position.row.items() if name not in {"step", "time_s"})
    return f"step {position.done}/{position.total}  {losses}"
