"""``edgedigits export``: a trained run becomes a bundle of proven files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from edgedigits.bundle.manifest import MANIFEST
from edgedigits.cli import export_options, options
from edgedigits.errors import require
from edgedigits.files import check_place

if TYPE_CHECKING:
    from rich.table import Table

    from edgedigits_export.bundling import Exported
    from edgedigits_export.gates.lone import LoneReport
    from edgedigits_export.gates.parity import ParityReport


def export(
    run: export_options.Run = None,
    source: export_options.Source = None,
    pixels: export_options.Pixels = None,
    formats: export_options.Formats = None,
    quantize: export_options.Quantize = False,
    out: export_options.Out = None,
    data: options.Data = None,
    calibration_images: export_options.CalibrationImages = 500,
    seed: export_options.Seed = 0,
    detector: export_options.Detector = None,
    int8_drop: export_options.Int8Drop = None,
    agreement: export_options.Agreement = None,
    also: export_options.Also = None,
) -> None:
    """Convert a trained network to TFLite, ONNX and NumPy, prove every file on MNIST's test set, write a bundle.

    A file that fails is left out, and the exit code is 1; what passed is written, unless the bundle in its place has a
    file of that format.
    """
    from edgedigits.cli.steps import StepBar
    from edgedigits.silence import silence

    if pixels and source is None:
        raise typer.BadParameter("--pixels is for --from: a run's network takes them in 0..1")
    place = place_of(run, source=source, out=out)
    paths = named_paths(also or [])
    check_place(place)
    check_words(formats, quantize=quantize, pixels=pixels)
    check_there(run, source=source, detector=detector, images=[data, *paths.values()])
    require_export()
    from edgedigits_export.gates.limits import Wishes
    from edgedigits_export.pipeline import Request
    from edgedigits_export.pipeline import export as export_to

    request = Request(
        source=source or run or Path(),
        foreign=source is not None,
        pixels=pixels,
        out=place,
        formats=formats,
        quantize=quantize,
        data=data,
        also=paths,
        wishes=Wishes(
            accuracy_loss=None if int8_drop is None else int8_drop / 100,
            agreement=None if agreement is None else agreement / 100,
        ),
        calibration_images=calibration_images,
        seed=seed,
        detector=detector,
    )
    with StepBar("load the network") as bar, silence():
        exported = export_to(request, on_step=bar.show)
    show(exported)
    if exported.left_out:
        raise typer.Exit(1)


def place_of(run: Path | None, *, source: Path | None, out: Path | None) -> Path:
    """Where the bundle goes.

    Raises:
        BadParameter: neither a run nor another network was named, or both; or there is no folder to put it in.

    """
    if (run is None) == (source is None):
        raise typer.BadParameter("name either RUN or --from FILE")
    if out is not None:
        return out
    if run is None:
        raise typer.BadParameter("--from needs --out, the folder of the bundle")
    if (run / MANIFEST).is_file():
        raise typer.BadParameter(f"{run} is a bundle; --out names the folder of the new one, which may be the same")
    return run / "bundle"


def check_words(formats: str | None, *, quantize: bool, pixels: str | None) -> None:
    """Refuse words that mean nothing, before TensorFlow is imported.

    Raises:
        ExportError: there is no such format, or no such range of pixels.

    """
    from edgedigits_export.networks.pixels import parse
    from edgedigits_export.wanted import names_of

    names_of(formats, quantize=quantize)
    if pixels:
        parse(pixels)


def check_there(run: Path | None, *, source: Path | None, detector: Path | None, images: list[Path | None]) -> None:
    """Refuse what is not there, before TensorFlow is imported.

    Raises:
        BundleError: the bundle to be made anew is broken.
        DataError: images are not there.
        ExportError: the network of others is not there or of no kind that can be read, or the bundle has no weights.
        RunError: there is no run, or no detector's run.

    """
    from edgedigits.bundle import Bundle
    from edgedigits.training.data import named_source
    from edgedigits.training.runs import Run, recorded
    from edgedigits_export.given import check_detector_run, check_kind, is_taken, weights_of

    if source and not is_taken(source):
        check_kind(source)
    elif run and (run / MANIFEST).is_file():
        weights_of(Bundle.load(run))
    elif run:
        recorded(Run(run))
    for path in images:
        named_source(path)
    if detector:
        check_detector_run(detector)


def require_export() -> None:
    """Load what conversions need.

    Raises:
        MissingExtraError: a library is not installed.

    """
    from edgedigits.silence import import_tensorflow

    import_tensorflow()
    for module in ("onnx", "tf2onnx", "onnxruntime"):
        require(module, extra="export")


def show(exported: Exported) -> None:
    """Say what was written, what was kept, and what to do next."""
    from edgedigits.cli.consoles import plain_console, print_whole
    from edgedigits.cli.notes import tell_error

    console = plain_console()
    bundle = exported.bundle
    report = bundle.folder / "report.md"
    if exported.left_out:
        from edgedigits_export.making import headline

        tell_error(f"{headline(exported.left_out)}; left out, see {report}")
    if origin := bundle.training.get("origin"):
        console.print(
            f"{origin['file']} takes {origin['takes']} and gives {origin['answers']}", origin["tried"], sep="\n"
        )
    print_whole(table(exported))
    if "taken" in (origin or {}):
        console.print("taken as it is, and not compared: there is no original")
    for proof in exported.proofs:
        if proof.recalibrated:
            console.print(f"{proof.format} is {proof.recalibrated}")
    for note in exported.notes:
        console.print(note)
    if bundle.detector is None:
        console.print(f"{bundle.folder} has no detector and reads no pictures; see: edgedigits put-detector --help")
    elif bundle.judge_sha256 is None:
        fit = f"edgedigits fit-judge {bundle.folder}"
        console.print(f"until a judge is fitted for it, it is read with the shipped one; fit it with: {fit}")
    console.print(f"wrote {bundle.folder}; what was measured is in {report}")


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
    """Each file in each runtime; on other sets of images, as Keras and each file in its preferred runtime read them."""
    from rich.box import SIMPLE
    from rich.table import Table

    shown = Table(box=SIMPLE, padding=0, pad_edge=False, show_edge=False)  # fits 80 columns
    for head in ("format", "runtime"):
        shown.add_column(head, no_wrap=True)
    for head in ("kB", "accuracy", "change", "agree", "max diff", "p50 us", *(other.name for other in exported.others)):
        shown.add_column(head, justify="right", no_wrap=True)
    if keras := [f"{100 * other.keras:.2f} %" for other in exported.others if other.keras is not None]:
        shown.add_row("Keras", *[""] * 7, *keras)
    for proof in exported.proofs:
        size = f"{exported.bundle.artifact(proof.format).size_bytes / 1000:,.0f}"
        others = [f"{100 * other.formats[proof.format]:.2f} %" for other in exported.others]
        for report in proof.reports:
            shown.add_row(proof.format, report.backend, size, *numbers(report), *others)
            others = []
    return shown


def numbers(report: ParityReport | LoneReport) -> tuple[str, ...]:
    """Accuracy, change against Keras in points, agreement, largest difference, median latency of one image.

    Three dashes stand where there is no original to compare with.
    """
    parity = report.parity
    compared = (
        (f"{100 * parity.accuracy_change:+.2f}", f"{100 * parity.agreement:.2f} %", f"{parity.max_difference:.1e}")
        if parity
        else ("-", "-", "-")
    )
    latency = "" if report.p50_us is None else f"{report.p50_us:,.0f}"
    return f"{100 * report.accuracy:.2f} %", *compared, latency
