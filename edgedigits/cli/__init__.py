"""The command line: every command parses, calls one function, renders.

Nothing heavy is imported here; a command imports what it runs when it runs.
"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from edgedigits import __version__
from edgedigits.cli.benchmark import benchmark
from edgedigits.cli.camera import camera
from edgedigits.cli.demo import demo
from edgedigits.cli.evaluate import evaluate
from edgedigits.cli.explain import explain
from edgedigits.cli.export import export
from edgedigits.cli.fit_judge import fit_judge
from edgedigits.cli.inspect import inspect
from edgedigits.cli.put_detector import put_detector
from edgedigits.cli.recognize import recognize
from edgedigits.cli.train import train
from edgedigits.cli.train_detector import train_detector
from edgedigits.cli.verify import verify
from edgedigits.errors import EdgeDigitsError


class Commands(TyperGroup):
    """Turns our errors into one line on stderr and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except EdgeDigitsError as error:
            typer.echo(f"edgedigits: {error}", err=True)
            raise typer.Exit(1) from error


app = typer.Typer(
    cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__ and __doc__.split("\n")[0]
)


def print_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        typer.echo(f"edgedigits {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Handwritten digits: train a small CNN, prove every exported file, read a camera on a small device."""


for command in (
    train,
    train_detector,
    evaluate,
    export,
    put_detector,
    fit_judge,
    recognize,
    explain,
    camera,
    benchmark,
    verify,
    inspect,
    demo,
):
    app.command()(command)


def main() -> None:
    """Entry point of the ``edgedigits`` command."""
    app(prog_name="edgedigits")
    sys.exit(0)
