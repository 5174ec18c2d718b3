"""``edgedigits benchmark``: latency on this device."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgedigits.cli import options

if TYPE_CHECKING:
    from rich.table import Table

    from edgedigits.benchmark.latency import LatencyReport
    from edgedigits.benchmark.run import Benchmark


def benchmark(
    bundle: Annotated[
        Path | None, typer.Argument(help="Bundle to measure; the shipped one by default.", metavar="BUNDLE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the JSON into this file as well.", metavar="FILE")] = None,
    runs: Annotated[int, typer.Option(min=1, help="Single images per artifact and runtime.")] = 1000,
    threads: options.Threads = 1,
    backend: Annotated[options.BackendName, typer.Option(help="auto for all of them.")] = options.BackendName.AUTO,
) -> None:
    """Measure latency, start and memory of every artifact in every runtime that is here."""
    from edgedigits.benchmark.run import run_benchmark
    from edgedigits.bundle import Bundle, default_bundle
    from edgedigits.cli.consoles import plain_console, print_whole
    from edgedigits.cli.steps import StepBar
    from edgedigits.files import write_json

    if out:
        require_place(out)
    loaded = Bundle.load(bundle or default_bundle())
    with StepBar("measure") as bar:
        result = run_benchmark(
            loaded,
            backend=backend,
            runs=runs,
            threads=threads,
            on_start=lambda candidate: bar.show(f"measure {candidate.format} in {candidate.backend}"),
        )
    content = asdict(result)
    if as_json:
        typer.echo(json.dumps(content, indent=2))
    else:
        print_whole(table(result))
        if result.detector_reports:
            print_whole(detector_table(result))
        plain_console().print(*notes(result), sep="\n")
    if out:
        write_json(out, content)


def require_place(out: Path) -> None:
    """Refuse a file that cannot be written, or that something else lies in, before time is spent on what goes there.

    Raises:
        WriteError: says why.

    """
    from edgedigits.errors import WriteError
    from edgedigits.files import writing

    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out.parent, prefix=f".{out.stem}.").close()
        if out.exists() and not is_benchmark(out.read_bytes()):
            raise WriteError(f"{out} exists and holds no benchmark; choose another file")


def is_benchmark(content: bytes) -> bool:
    """Whether a file holds what this command wrote; an empty one may be filled."""
    try:
        found = json.loads(content or b'{"measured_at": null}')
    except ValueError:
        return False
    return isinstance(found, dict) and "measured_at" in found


def table(result: Benchmark) -> Table:
    """One row per artifact and runtime, the fastest first."""
    from rich.box import SIMPLE
    from rich.table import Table

    title = f"{result.bundle} on {result.device.model}, {result.reports[0].threads} thread(s)"
    shown = Table(title=title, box=SIMPLE, padding=0, pad_edge=False, show_edge=False)  # fits 80 columns
    for heading in ("backend", "format"):
        shown.add_column(heading, no_wrap=True)
    for heading in ("p50 us", "p90 us", "p99 us", "start ms", "MB", "Celsius"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for report in sorted(result.reports, key=lambda report: report.p50_us):
        numbers = (report.p50_us, report.p90_us, report.p99_us, report.start_ms, report.memory_mb)
        shown.add_row(report.backend, report.format, *(f"{number:.1f}" for number in numbers), temperature(report))
    return shown


def detector_table(result: Benchmark) -> Table:
    """The same of the detector, in milliseconds."""
    from rich.box import SIMPLE
    from rich.table import Table

    shown = Table(title="detector, one canvas of a 640 x 480 frame", box=SIMPLE, padding=0, pad_edge=False)
    for heading in ("backend", "format"):
        shown.add_column(heading, no_wrap=True)
    for heading in ("p50 ms", "p90 ms", "p99 ms", "start ms", "MB", "Celsius"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for report in sorted(result.detector_reports, key=lambda report: report.p50_us):
        times_ms = (time_us / 1000 for time_us in (report.p50_us, report.p90_us, report.p99_us))
        numbers = (*times_ms, report.start_ms, report.memory_mb)
        shown.add_row(report.backend, report.format, *(f"{number:.1f}" for number in numbers), temperature(report))
    return shown


def temperature(report: LatencyReport) -> str:
    """Before and after, where there is a sensor."""
    if report.before_c is None or report.after_c is None:
        return "-"
    return f"{report.before_c:.0f} to {report.after_c:.0f}"


def notes(result: Benchmark) -> list[str]:
    """What the numbers rest on, and what could not be measured."""
    device = result.device
    versions = ", ".join(f"{name} {version}" for name, version in device.versions.items())
    first = result.reports[0]
    failures: dict[tuple[str, str], list[str]] = {}
    for kind, failed in (
        *(("", failed) for failed in result.failures),
        *(("detector ", failed) for failed in result.detector_failures),
    ):
        failures.setdefault((failed.backend, failed.reason), []).append(f"{kind}{failed.format}")
    canvases = [f"{report.runs} canvases each, after {report.warm_up}" for report in result.detector_reports[:1]]
    return [
        f"{first.runs} single images each, after {first.warm_up} for warming up",
        *canvases,
        f"{device.cores} cores, {device.machine}, {device.system}, Python {device.python}, {versions}",
        *(f"not measured: {', '.join(names)} in {backend}: {why}" for (backend, why), names in failures.items()),
    ]
