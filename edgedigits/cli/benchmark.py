"""``edgedigits benchmark``: how fast a bundle is on this device."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgedigits.benchmark.plan import TIME_S
from edgedigits.cli import options

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgedigits.benchmark.plan import Plan
    from edgedigits.benchmark.results import Results


def benchmark(
    bundle: Annotated[
        Path | None, typer.Argument(help="Bundle to measure; the shipped one by default.", metavar="BUNDLE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the JSON into this file as well.", metavar="FILE")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with plots as well.", metavar="FILE")] = None,
    time_s: Annotated[
        float, typer.Option("--time", min=1, metavar="SECONDS", help="For all of it; more makes intervals narrower.")
    ] = TIME_S,
    threads: Annotated[
        list[int], typer.Option("--threads", min=1, metavar="N", help="Repeat it to measure several numbers.")
    ] = [1],  # noqa: B006 - typer copies it
    backend: Annotated[options.BackendName, typer.Option(help="auto for all of them.")] = options.BackendName.AUTO,
    sustained: Annotated[
        float, typer.Option(min=0, metavar="MINUTES", help="Then run the fastest on all cores for so long.")
    ] = 0,
    power: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Readings of a USB meter that runs along, as CSV.")
    ] = None,
    choose: Annotated[
        bool, typer.Option("--choose", help="Have auto take what is fastest here, with this bundle, from now on.")
    ] = False,
    compare: Annotated[
        tuple[Path, Path] | None, typer.Option(metavar="A.json B.json", help="Measure nothing; compare two results.")
    ] = None,
) -> None:
    """Measure latency, start, memory and the camera's path, with each file in each runtime that is here."""
    from edgedigits.benchmark.page import require_ours, write_page
    from edgedigits.benchmark.plan import Plan
    from edgedigits.benchmark.results import as_json as written
    from edgedigits.benchmark.results import require_results
    from edgedigits.cli.benchmark_tables import print_results
    from edgedigits.files import write_text

    if compare:
        if out or html or choose:
            raise typer.BadParameter(
                "it measures nothing; leave out --out, --html and --choose", param_hint="--compare"
            )
        tell_difference(*compare, as_json=as_json)
        return
    if out:
        require_place(out, require_results)
    if html:
        require_place(html, require_ours)
    plan = Plan(backend, tuple(threads), time_s, 60 * sustained, power)
    results = measured(bundle, plan)
    with contextlib.ExitStack() as rest:  # done last to first, even if a reader has left or a disk is full
        if choose:
            rest.callback(keep_choice, bundle, results)
        if html:
            rest.callback(write_page, html, results)
        if out:
            rest.callback(write_text, out, written(results) + "\n")
        if as_json:
            typer.echo(written(results))
        else:
            print_results(results)


def keep_choice(folder: Path | None, results: Results) -> None:
    """Keep what was fastest, and say so."""
    from edgedigits.backends.choice import choose
    from edgedigits.benchmark.fastest import fastest_ways
    from edgedigits.bundle import Bundle, default_bundle

    ways = fastest_ways(results)
    path = choose(Bundle.read(folder or default_bundle()), ways)
    named = ", ".join(f"{way.format} in {way.backend} ({network})" for network, way in ways.items())
    typer.echo(f"auto takes {named} here from now on; it is kept in {path}", err=True)


def tell_difference(first: Path, second: Path, *, as_json: bool) -> None:
    """Compare two files of results."""
    from edgedigits.benchmark.compare import compare
    from edgedigits.benchmark.results import as_json as written
    from edgedigits.benchmark.results import load
    from edgedigits.cli.benchmark_tables import print_comparison

    found = compare(load(first), load(second))
    if as_json:
        typer.echo(written(found))
    else:
        print_comparison(found)


def measured(folder: Path | None, plan: Plan) -> Results:
    """Measure, and show how far it is."""
    from edgedigits.benchmark.run import run_benchmark
    from edgedigits.bundle import Bundle, default_bundle
    from edgedigits.cli.steps import StepBar

    with StepBar("measure") as bar:
        return run_benchmark(
            Bundle.load(folder or default_bundle()),
            plan,
            on_step=lambda step, share: bar.show(step, 100, done=round(100 * share)),
        )


def require_place(path: Path, require_ours: Callable[[Path], None]) -> None:
    """Refuse a file that cannot be written, or that something else lies in, before time is spent on what goes there.

    Raises:
        WriteError: says why.

    """
    from edgedigits.files import check_place, writing

    check_place(path)
    with writing(path):
        require_ours(path)
