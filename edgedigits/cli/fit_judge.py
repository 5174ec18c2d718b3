"""``edgedigits fit-judge``: what tells digits from other ink, fitted for a bundle's network on drawn scenes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from edgedigits.errors import BundleError, require


def fit_judge(
    bundle: Annotated[
        Path, typer.Argument(help="Bundle that `edgedigits export` wrote.", metavar="BUNDLE", show_default=False)
    ],
    scenes: Annotated[int, typer.Option(min=50, help="How many scenes are drawn; more take longer.")] = 3000,
    seed: Annotated[
        int, typer.Option(min=500_000, help="Number of the first scene; the detector was trained on lower ones.")
    ] = 500_000,
    data: Annotated[
        Path | None,
        typer.Option(
            help="MNIST, whose training digits stand in some of the scenes.",
            show_default="EDGEDIGITS_MNIST, Keras's cache, or a download of 11 MB",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Use the new judge also where the one in use does better.")
    ] = False,
    swap: Annotated[
        bool, typer.Option("--swap", help="Fit none: go back to the judge before, or to one that was not taken.")
    ] = False,
    print_only: Annotated[
        bool, typer.Option("--print-only", help="Fit what tells print from writing alone; the judge stays.")
    ] = False,
) -> None:
    """Fit the judge that tells digits from other ink, on drawn scenes, and what tells print from writing.

    It is put into the bundle if it does at least as well as the judge in use, on scenes that it was not fitted on.
    """
    from edgedigits.bundle import Bundle
    from edgedigits.cli.steps import StepBar
    from edgedigits.files import check_place
    from edgedigits_export.judging import placing

    if swap:
        own = placing.swap(bundle).judge_sha256
        typer.echo(f"{bundle} is read with {'its other judge' if own else 'the shipped judge'}; --swap goes back")
        return
    # Before MNIST, which may have to be downloaded, and minutes of drawing.
    Bundle.load(bundle).its_detector()
    check_place(bundle)
    require("cv2", extra="headless")
    require("sklearn", extra="export")
    from edgedigits.training.data import load_mnist
    from edgedigits_export.judging import fit, print_fit

    how: Any = {"seed": seed, "glyphs": load_mnist(data).train}
    if print_only:
        with StepBar("draw") as bar:
            told, known = print_fit.fit_print(bundle, scenes=scenes, on_step=bar.show, **how)
        placing.put_print(bundle, told)
        typer.echo(f"on other scenes: {known}\nwrote {bundle}")
        return
    with StepBar("draw") as bar:
        fitted = fit.fit_judge(bundle, scenes=scenes, on_step=bar.show, **how)
    with StepBar("draw") as bar:
        told, known = print_fit.fit_print(bundle, fitted.judge, scenes=scenes // 2, on_step=bar.show, **how)
    fitted = replace(fitted, print=told)
    refused = fitted.worse and not force
    placing.put_into(bundle, fitted, spare=refused)
    typer.echo(f"on {fitted.figures.scenes} other scenes: {fitted.figures}; {known}")
    if fitted.before:
        typer.echo(f"the judge in use before: {fitted.before}")
    if refused:
        raise BundleError(
            f"the judge in use does better and stays; fit on more than {scenes:,} scenes, or take the new one all the "
            f"same: edgedigits fit-judge {bundle} --swap"
        )
    typer.echo(f"wrote {bundle}; go back with: edgedigits fit-judge {bundle} --swap")
