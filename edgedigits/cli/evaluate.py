"""``edgedigits evaluate``: the figures of a trained or exported model."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgedigits.cli import options

if TYPE_CHECKING:
    from rich.table import Table

    from edgedigits.training.evaluate import Evaluation
    from edgedigits.training.scores import Scores


def evaluate(
    folder: Annotated[Path, typer.Argument(help="Run folder or bundle.", metavar="RUN|BUNDLE", show_default=False)],
    data: options.Data = None,
    backend: options.Backend = options.BackendName.AUTO,
    format: options.Format = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print accuracy, loss, recall per digit and the confusion matrix on MNIST's test set, or on your own images."""
    from edgedigits.training.evaluate import evaluate as evaluate_folder

    result = evaluate_folder(folder, data=data, backend=backend, format=format)
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "runtime": result.runtime, **asdict(result.scores)}))
    else:
        show(result)


def show(result: Evaluation) -> None:
    """Print an evaluation as tables."""
    from edgedigits.cli.consoles import plain_console, print_whole

    console = plain_console()
    scores = result.scores
    console.print(result.runtime)
    console.print(f"accuracy {scores.accuracy:.4f}, loss {scores.loss:.4f} over {scores.images:,} test images")
    print_whole(confusion_table(scores))


def confusion_table(scores: Scores) -> Table:
    """Return the confusion matrix with the recall of each digit."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(
        "digit",
        *map(str, range(10)),
        "recall",
        title="rows: true digit, columns: answer",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),  # fits 80 columns
    )
    for column in table.columns:
        column.justify, column.no_wrap = "right", True
    for digit, (row, recall) in enumerate(zip(scores.confusion, scores.recall, strict=True)):
        counts = [
            Text(str(count), style="bold") if answer == digit else str(count or "") for answer, count in enumerate(row)
        ]
        table.add_row(str(digit), *counts, "" if recall is None else f"{recall:.4f}")
    return table
