"""How far ``recognize`` has come, on a terminal."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.progress import Progress

    from edgedigits.cli.inputs import Input


@contextlib.contextmanager
def shown(inputs: list[Input]) -> Iterator[Iterable[Input]]:
    """Yield the inputs; while one goes through several, stderr shows how far, where it is a terminal."""
    if len(inputs) < 2 or not sys.stderr.isatty():
        yield inputs
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True, markup=False),
        transient=True,
        # What is printed goes above the bar, if it goes to the same terminal; elsewhere it is left alone.
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        yield steps(inputs, bar)


def steps(inputs: list[Input], bar: Progress) -> Iterator[Input]:
    """Each input, named beside the bar while it is worked on."""
    task = bar.add_task("", total=len(inputs))
    for one in inputs:
        bar.update(task, description=one.stem)
        yield one
        bar.advance(task)
