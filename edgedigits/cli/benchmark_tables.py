"""What ``edgedigits benchmark`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits.benchmark.tables import differences, notes, tables_of
from edgedigits.cli.consoles import plain_console, print_whole

if TYPE_CHECKING:
    from edgedigits.benchmark.compare import Comparison
    from edgedigits.benchmark.results import Results
    from edgedigits.benchmark.tables import Table


def print_results(results: Results) -> None:
    """Warnings first, then tables, then what they rest on."""
    say = plain_console().print
    for warning in results.warnings:
        say(f"DOUBTFUL: {warning}")
    for table in tables_of(results):
        print_table(table)
    for note in notes(results):
        say(note)


def print_comparison(found: Comparison) -> None:
    """Cautions first, then the differences."""
    say = plain_console().print
    for caution in found.cautions:
        say(f"CAUTION: {caution}")
    print_table(differences(found))
    for note in found.notes:
        say(note)


def print_table(table: Table) -> None:
    """Print it, numbers to the right; it fits 80 columns where its words do."""
    from rich.box import SIMPLE
    from rich.table import Table as Shown

    shown = Shown(title=table.title, title_justify="left", box=SIMPLE, padding=0, pad_edge=False, show_edge=False)
    for number, heading in enumerate(table.head):
        shown.add_column(heading, justify="left" if number < table.words else "right", no_wrap=True)
    for row in table.rows:
        shown.add_row(*row)
    print_whole(shown)
