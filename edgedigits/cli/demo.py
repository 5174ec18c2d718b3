"""``edgedigits demo``: drawn pages and a clip, read with the shipped model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from edgedigits_camera.demo import Shown


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the pictures, annotated ones included.", metavar="DIR")] = Path(
        "demo"
    ),
    bundle: Annotated[Path | None, typer.Option(help="Bundle to use; the shipped one by default.")] = None,
    backend: Annotated[str, typer.Option(help="auto, litert, tflite-runtime, onnxruntime, opencv or numpy.")] = "auto",
) -> None:
    """Draw pages and a clip, read them, and compare."""
    from rich.console import Console

    from edgedigits.errors import require
    from edgedigits.recognizer import Recognizer

    require("cv2", extra="headless")
    from edgedigits_camera.demo import annotated, run_demo

    with Recognizer.load(bundle, backend=backend) as recognizer:
        typer.echo(recognizer.opened.explain(), err=True)
        shown = list(run_demo(recognizer, folder=out))
    Console().print(as_table(shown))
    typer.echo("What was read, drawn into the pictures:")
    for entry in shown:
        typer.echo(f"  {annotated(entry.path)}")


def as_table(shown: Iterable[Shown]) -> Table:
    """One row per picture or clip: what was drawn, what was read, how many digits are right."""
    from rich.table import Table

    table = Table("picture", "drawn", "read", "right")
    for entry in shown:
        colour = "green" if entry.right == entry.digits else "yellow"
        read = " ".join(entry.read) or "nothing"
        table.add_row(entry.path.name, " ".join(entry.drawn), read, f"[{colour}]{entry.right} of {entry.digits}[/]")
    return table
