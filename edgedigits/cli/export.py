"""``edgedigits export``: a trained run becomes a bundle of proven files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgedigits.errors import require

if TYPE_CHECKING:
    from rich.table import Table

    from edgedigits_export.pipeline import Exported


def export(
    run: Annotated[Path, typer.Argument(help="Folder that `edgedigits train` wrote.", show_default=False)],
    quantize: Annotated[bool, typer.Option("--quantize", help="Also make the int8 file.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the bundle; it is replaced whole.", show_default="RUN/bundle")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="MNIST: the Keras .npz or a folder of IDX files.", show_default="EDGEDIGITS_MNIST or Keras's cache"
        ),
    ] = None,
    calibration_images: Annotated[
        int, typer.Option(help="Training images that set the scales of the int8 file.")
    ] = 500,
    seed: Annotated[int, typer.Option(help="Which of the training images.")] = 0,
) -> None:
    """Convert a run to TFLite, ONNX and NumPy, prove every file on MNIST's test set, write a bundle."""
    from rich.console import Console
    from rich.progress import Progress

    from edgedigits.silence import silence
    from edgedigits.training.data import load_mnist
    from edgedigits.training.quiet import import_tensorflow
    from edgedigits.training.runs import Run, recorded_recipe

    trained = Run(run)
    mnist = load_mnist(data, validation_split=recorded_recipe(trained).validation_split)
    import_tensorflow()
    for module in ("onnx", "tf2onnx"):
        require(module, extra="export")
    from edgedigits_export.formats import chosen
    from edgedigits_export.pipeline import Settings, export_run

    settings = Settings(formats=chosen(quantize=quantize), calibration_images=calibration_images, seed=seed)
    console = Console()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress, silence():
        task = progress.add_task("load the run", total=2 * len(settings.formats) + 1)
        exported = export_run(
            trained,
            out or run / "bundle",
            data=mnist,
            settings=settings,
            on_step=lambda step: progress.update(task, description=step, advance=1),
        )
    console.print(table(exported))
    console.print(
        f"wrote {exported.bundle.folder}; what was measured is in {exported.bundle.folder / 'report.md'}",
        soft_wrap=True,
    )


def table(exported: Exported) -> Table:
    """Each file in each runtime."""
    from rich.table import Table

    shown = Table("format", "runtime")
    for head in ("kB", "accuracy", "change", "agreement", "difference"):
        shown.add_column(head, justify="right")
    for proof in exported.proofs:
        size = f"{exported.bundle.artifact(proof.format).size_bytes / 1000:,.0f}"
        for report in proof.reports:
            shown.add_row(
                proof.format,
                report.backend,
                size,
                f"{100 * report.accuracy:.2f} %",
                f"{100 * report.accuracy_change:+.2f}",
                f"{100 * report.agreement:.2f} %",
                f"{report.max_difference:.1e}",
            )
    return shown
