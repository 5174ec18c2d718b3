"""Text on a terminal as it is: no square bracket is taken for a style, no digit is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from rich.table import Table

# No table is wider.
WIDEST = 1000


def plain_console(*, stderr: bool = False) -> Console:
    """A console that prints texts as they are: ``pip install 'edgedigits[export]'`` keeps its ``[export]``."""
    return Console(stderr=stderr, markup=False, highlight=False, soft_wrap=True)


def print_whole(table: Table) -> None:
    """Print a table as wide as it is; where that is wider than the terminal, lines are broken."""
    console = plain_console()
    console.width = max(console.width, console.measure(table, options=console.options.update(width=WIDEST)).maximum)
    console.print(table, crop=False)
