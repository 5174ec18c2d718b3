"""Text on a terminal as it is: no square bracket is taken for a style, no name steers it, no digit is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console

from edgedigits.cli.notes import printable

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

# No table is wider.
WIDEST = 1000


class PlainConsole(Console):
    """Escapes what a name may hold to steer the terminal, in cells of tables too."""

    def render_str(self, text: str, **how: Any) -> Text:
        """Make a text, with new lines as they are."""
        return super().render_str("\n".join(map(printable, text.split("\n"))), **how)

    def on_broken_pipe(self) -> None:
        """Leave it to who ends the command, as without tables: nobody reads them any more, which is no error."""
        raise BrokenPipeError


def plain_console(*, stderr: bool = False) -> Console:
    """A console that prints texts as they are: ``pip install 'edgedigits[export]'`` keeps its ``[export]``."""
    return PlainConsole(stderr=stderr, markup=False, highlight=False, soft_wrap=True)


def print_whole(table: Table) -> None:
    """Print a table as wide as it is; where that is wider than the terminal, lines are broken."""
    console = plain_console()
    console.width = max(console.width, console.measure(table, options=console.options.update(width=WIDEST)).maximum)
    console.print(table, crop=False)
