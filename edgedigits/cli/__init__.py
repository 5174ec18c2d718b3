"""The command line: every command parses, calls one function, renders.

Nothing heavy is imported here; a command imports what it runs when it runs.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from edgedigits.cli.commands import OnDemand
from edgedigits.cli.notes import tell_error
from edgedigits.cli.streams import flushed, prepare
from edgedigits.errors import EdgeDigitsError
from edgedigits.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

GLOSSARY = """\
A bundle is a folder with everything that reads digits: two networks as files of several formats, their known answers,
and the proof. One is shipped, and used unless --bundle names another. A runtime or backend is the library that runs
a network, such as litert. MNIST is the collection of 70,000 digits that the naming network is trained on.

Exit codes: 0 done, whether digits were found or not; 1 an error, told in one line on stderr; 2 no such option or
value; 3 no digit found, where recognize is given --exit-code; 130 Ctrl-C."""


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn errors of ours and of the system into one line on stderr and exit code 1; a reader who left is none."""
    try:
        with flushed():
            yield
    except BrokenPipeError as error:
        raise typer.Exit from error
    except (EdgeDigitsError, OSError) as error:
        tell_error(error)
        raise typer.Exit(1) from error


class Commands(TyperGroup):
    """Tells errors, of parsing as of commands."""

    commands: Any

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = OnDemand()

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Parse; help and version are printed meanwhile."""
        with told():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        with told():
            return super().invoke(ctx)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its tables shorten what they have no room for, and show switches as if they took values
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=GLOSSARY,
)


def print_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        typer.echo(f"edgedigits {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Handwritten digits: read them in photos and from a camera, train and export the network that does."""


def main() -> None:
    """Entry point of the ``edgedigits`` command."""
    prepare()
    try:
        app(prog_name="edgedigits")
    except SystemExit as end:
        if any(thread.daemon for thread in threading.enumerate()):
            end_at_once(end.code)
        raise


def end_at_once(code: object) -> None:
    """End the process without Python's own end, which aborts where a thread is left in a driver that hangs."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
