"""``edgedigits fit-judge``: what tells digits from other ink, fitted for a bundle's network on drawn scenes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edgedigits.errors import require


def fit_judge(
    bundle: Annotated[Path, typer.Argument(help="Bundle that `edgedigits export` wrote.", show_default=False)],
    scenes: Annotated[int, typer.Option(min=50, help="How many scenes are drawn; more take longer.")] = 3000,
    seed: Annotated[
        int, typer.Option(min=500_000, help="Number of the first scene; the detector was trained on lower ones.")
    ] = 500_000,
    data: Annotated[
        Path | None,
        typer.Option(
            help="MNIST, whose training digits stand in some of the scenes.",
            show_default="EDGEDIGITS_MNIST or Keras's cache",
        ),
    ] = None,
) -> None:
    """Fit the judge that tells digits from other ink, on drawn scenes, and put it into the bundle."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    require("cv2", extra="headless")
    require("sklearn", extra="export")
    from edgedigits.training.data import load_mnist
    from edgedigits_export import judging

    glyphs = load_mnist(data).train
    console = Console()
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("draw", total=None)
        fitted = judging.fit_judge(
            bundle,
            scenes=scenes,
            seed=seed,
            glyphs=glyphs,
            on_step=lambda step, total: progress.update(task, description=step, total=total, advance=1),
        )
    judging.put_into(bundle, fitted)
    console.print(
        f"on {fitted.scenes} other scenes: read {fitted.read:.1%}, precision {fitted.precision:.1%}, "
        f"{fitted.false_in_empty} digits in {fitted.empty_scenes} scenes without any",
        soft_wrap=True,
    )
