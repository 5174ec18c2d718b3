"""``edgedigits export``: a trained run becomes a bundle of proven files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgedigits.errors import require

if TYPE_CHECKING:
    from rich.table import Table

    from edgedigits_export.parity import ParityReport
    from edgedigits_export.pipeline import Exported


def export(
    run: Annotated[
        Path | None, typer.Argument(help="Folder that `edgedigits train` wrote.", show_default=False)
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="In place of RUN, a network that others trained: .keras, .h5, .onnx or a SavedModel folder; it takes "
            "28x28 pixels in 0..1 and gives ten probabilities or logits.",
            show_default=False,
        ),
    ] = None,
    formats: Annotated[
        str | None,
        typer.Option(
            help="What to make: names (float32, float16, dynamic, int8, uint8, int16x8, onnx, onnx-int8, npz, c) and "
            "profiles (all, pi, browser, mcu), with commas between them.",
            show_default="float32,onnx,npz",
        ),
    ] = None,
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
        int, typer.Option(help="Training images that set the scales of quantised files.")
    ] = 500,
    seed: Annotated[int, typer.Option(help="Which of the training images.")] = 0,
    also: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=PATH",
            help="Also measure on these images: an .npz with x_test and y_test, or a folder of IDX files. "
            "Can be given several times.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Convert a trained network to TFLite, ONNX and NumPy, prove every file on MNIST's test set, write a bundle."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    from edgedigits.silence import silence
    from edgedigits.training.data import load_mnist, load_test
    from edgedigits.training.quiet import import_tensorflow
    from edgedigits.training.runs import Run, recorded_recipe

    place = out or (run / "bundle" if run else None)
    if (run is None) == (source is None):
        raise typer.BadParameter("name either RUN or --from FILE")
    if place is None:
        raise typer.BadParameter("--from needs --out, the folder of the bundle")
    others = {name: load_test(path) for name, path in named_paths(also or []).items()}
    trained = Run(run) if run else None
    mnist = load_mnist(data, validation_split=recorded_recipe(trained).validation_split if trained else 0.1)
    import_tensorflow()
    for module in ("onnx", "tf2onnx"):
        require(module, extra="export")
    from edgedigits_export.choice import chosen
    from edgedigits_export.foreign import load_foreign
    from edgedigits_export.pipeline import Settings, export_network, export_run, steps_of

    console = Console()
    bar = Progress(
        *Progress.get_default_columns(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar as progress, silence():
        task = progress.add_task("load the network", total=None)
        foreign = load_foreign(source, data=mnist) if source else None
        wanted = chosen(formats, quantize=quantize, documented=foreign is None or foreign.documented)
        settings = Settings(formats=wanted, calibration_images=calibration_images, seed=seed, also=others)
        if source:
            settings = replace(settings, name=source.stem)
        progress.update(task, total=steps_of(wanted))

        def on_step(step: str) -> None:
            progress.update(task, description=step, advance=1)

        if foreign:
            exported = export_network(foreign, place, data=mnist, settings=settings, on_step=on_step)
        elif trained:
            exported = export_run(trained, place, data=mnist, settings=settings, on_step=on_step)
    if foreign:
        console.print(f"{source} gives {foreign.origin['answers']}", soft_wrap=True)
    console.print(table(exported))
    console.print(
        f"wrote {exported.bundle.folder}; what was measured is in {exported.bundle.folder / 'report.md'}",
        soft_wrap=True,
    )


def named_paths(also: list[str]) -> dict[str, Path]:
    """Paths of further sets by their names.

    Raises:
        BadParameter: one has no name or no path, or a name comes twice.

    """
    paths: dict[str, Path] = {}
    for given in also:
        name, _, path = (part.strip() for part in given.partition("="))
        if not name or not path:
            raise typer.BadParameter(f"expected NAME=PATH, got {given!r}", param_hint="--also")
        if name in paths:
            raise typer.BadParameter(f"{name!r} is given twice", param_hint="--also")
        paths[name] = Path(path)
    return paths


def table(exported: Exported) -> Table:
    """Each file in each runtime."""
    from rich.box import SIMPLE
    from rich.table import Table

    shown = Table(box=SIMPLE, padding=0, pad_edge=False, show_edge=False)  # fits 80 columns
    for head in ("format", "runtime"):
        shown.add_column(head, no_wrap=True)
    for head in ("kB", "accuracy", "change", "agree", "max diff", "p50 us"):
        shown.add_column(head, justify="right", no_wrap=True)
    for proof in exported.proofs:
        size = f"{exported.bundle.artifact(proof.format).size_bytes / 1000:,.0f}"
        for report in proof.reports:
            shown.add_row(proof.format, report.backend, size, *numbers(report))
    return shown


def numbers(report: ParityReport) -> tuple[str, ...]:
    """Accuracy, change against Keras in points, agreement, largest difference, median latency of one image."""
    return (
        f"{100 * report.accuracy:.2f} %",
        f"{100 * report.accuracy_change:+.2f}",
        f"{100 * report.agreement:.2f} %",
        f"{report.max_difference:.1e}",
        "" if report.p50_us is None else f"{report.p50_us:,.0f}",
    )
