"""``edgedigits export``: a trained run becomes a bundle of proven files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgedigits.errors import require

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from edgedigits.training.data import Mnist
    from edgedigits.training.runs import Run
    from edgedigits_export.network import Network
    from edgedigits_export.parity import ParityReport
    from edgedigits_export.pipeline import Exported

# Of the training images, where nothing tells which were kept for validation.
VALIDATION = 0.1


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
    detector: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="Folder that `edgedigits train-detector` wrote, for the network that finds digits in pictures.",
            show_default="the shipped one's files",
        ),
    ] = None,
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

    from edgedigits.silence import silence
    from edgedigits.training.data import load_test

    subject = subject_of(run, source=source)
    place = out or place_of(subject)
    others = {name: load_test(path) for name, path in named_paths(also or []).items()}
    mnist = mnist_for(subject, data=data)
    require_export()
    from edgedigits_export.choice import chosen
    from edgedigits_export.pipeline import Settings, export_network, steps_of

    console = Console()
    with bar_on(console) as bar, silence():
        task = bar.add_task("load the network", total=None)
        network = network_of(subject, data=mnist)
        wanted = chosen(formats, quantize=quantize, documented=network.documented)
        settings = Settings(
            formats=wanted, calibration_images=calibration_images, seed=seed, also=others, detector=detector
        )
        if source:
            settings = replace(settings, name=source.stem)
        bar.update(task, total=steps_of(wanted))
        exported = export_network(
            network,
            place,
            data=mnist,
            settings=settings,
            on_step=lambda step: bar.update(task, description=step, advance=1),
        )
    if network.origin:
        console.print(f"{source} gives {network.origin['answers']}", soft_wrap=True)
    console.print(table(exported))
    written = exported.bundle.folder
    if exported.bundle.detector is None:
        console.print(f"{written} has no detector and reads no pictures; see: edgedigits put-detector --help")
    console.print(f"wrote {written}; what was measured is in {written / 'report.md'}", soft_wrap=True)


def subject_of(run: Path | None, *, source: Path | None) -> Run | Path:
    """What to export: a run, or the path of a network that others trained.

    Raises:
        BadParameter: neither was named, or both.

    """
    from edgedigits.training.runs import Run

    if run and not source:
        return Run(run)
    if source and not run:
        return source
    raise typer.BadParameter("name either RUN or --from FILE")


def place_of(subject: Run | Path) -> Path:
    """Where a run's bundle goes.

    Raises:
        BadParameter: it is no run.

    """
    if isinstance(subject, Path):
        raise typer.BadParameter("--from needs --out, the folder of the bundle")
    return subject.folder / "bundle"


def mnist_for(subject: Run | Path, *, data: Path | None) -> Mnist:
    """MNIST, split as the run was trained on it."""
    from edgedigits.training.data import load_mnist
    from edgedigits.training.runs import recorded_recipe

    return load_mnist(
        data, validation_split=VALIDATION if isinstance(subject, Path) else recorded_recipe(subject).validation_split
    )


def require_export() -> None:
    """Load what conversions need.

    Raises:
        MissingExtraError: a library is not installed.

    """
    from edgedigits.training.quiet import import_tensorflow

    import_tensorflow()
    for module in ("onnx", "tf2onnx"):
        require(module, extra="export")


def network_of(subject: Run | Path, *, data: Mnist) -> Network:
    """The network of a run that was trained on these data, or one that others trained.

    Raises:
        RunError: the run holds no network of the documented architecture, or was trained on other data.
        ExportError: the other network does not take MNIST's pixels or gives no ten numbers.

    """
    from edgedigits.training.runs import check_data
    from edgedigits_export.foreign import load_foreign
    from edgedigits_export.network import load_network

    if isinstance(subject, Path):
        return load_foreign(subject, data=data)
    check_data(subject, data=data)
    return load_network(subject)


def bar_on(console: Console) -> Progress:
    """A bar over formats and checks that leaves nothing behind; nothing where there is no terminal."""
    from rich.progress import MofNCompleteColumn, Progress

    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


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
