"""``edgedigits demo``: drawn pages and a clip, read with the shipped model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgedigits.cli import options
from edgedigits.cli.notes import Notes, printable
from edgedigits.files import check_place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from edgedigits_camera.demo import Shown


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the pictures, annotated ones included.", metavar="DIR")] = Path(
        "demo"
    ),
    bundle: options.Bundle = None,
    backend: options.Backend = options.BackendName.AUTO,
    format: options.Format = None,
    threads: options.Threads = 1,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Draw pages and a clip, read them, and compare."""
    from edgedigits.cli.consoles import plain_console
    from edgedigits.errors import require
    from edgedigits.recognizer import Recognizer

    check_place(out, inside=True)
    require("cv2", extra="headless")
    from edgedigits_camera.demo import annotated, run_demo

    with Recognizer.load(bundle, backend=backend, format=format, threads=threads) as recognizer:
        Notes(quiet=quiet, verbose=verbose).runtime(recognizer.opened)
        shown = list(run_demo(recognizer, folder=out))
    plain_console().print(as_table(shown), soft_wrap=False)
    typer.echo("What was read, drawn into the pictures:")
    for entry in shown:
        typer.echo(printable(f"  {annotated(entry.path)}"))


def as_table(shown: Iterable[Shown]) -> Table:
    """One row per picture or clip: what was drawn, what was read, and how much of it is right."""
    from rich.table import Column, Table
    from rich.text import Text

    from edgedigits_camera.text.order import one_line

    # What is too long for its column goes on below.
    table = Table(*(Column(name, overflow="fold") for name in ("picture", "drawn", "read", "right")))
    for entry in shown:
        colour = "green" if entry.right == entry.digits and not entry.wrong else "yellow"
        table.add_row(entry.path.name, one_line(entry.drawn), one_line(entry.read), Text(verdict(entry), style=colour))
    return table


def verdict(entry: Shown) -> str:
    """How many digits were read right, and how many were read besides."""
    return f"{entry.right} of {entry.digits}" + (f", {entry.wrong} wrong" if entry.wrong else "")
