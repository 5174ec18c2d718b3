"""What is said beside the answers, on stderr: one line each."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from edgedigits.errors import GateError

if TYPE_CHECKING:
    from edgedigits.backends import Opened

# Categories of signs that end a line or steer a terminal.
UNSEEN = frozenset({"Cc", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Notes:
    """Says what a person may want to know, unless that is not wanted."""

    quiet: bool = False
    verbose: bool = False

    def say(self, text: str) -> None:
        """Say one line."""
        if not self.quiet:
            typer.echo(printable(text), err=True)

    def runtime(self, opened: Opened) -> None:
        """Say what runs the network: all about it where that is wanted, else a word where faster ways do not work."""
        if self.verbose:
            self.say(opened.explain())
        elif opened.refused:
            ways = "a faster way does" if len(opened.refused) == 1 else f"{len(opened.refused)} faster ways do"
            self.say(f"runs in {opened.candidate.backend}; {ways} not work here, --verbose says why")


def tell_error(error: BaseException | str) -> None:
    """Say what went wrong in one line; of the system's errors what they are about, without their numbers.

    Of files that failed their gate, each has a line of its own.
    """
    text = str(error)
    if isinstance(error, OSError) and error.strerror:
        text = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    lines = text.split("\n") if isinstance(error, GateError) else [text]
    typer.echo("edgedigits: " + "\n".join(map(printable, lines)), err=True)


def printable(text: str) -> str:
    """The text on one line that steers no terminal: new lines, escapes and the like as they are written in Python."""
    return "".join(
        sign.encode("unicode_escape").decode() if unicodedata.category(sign) in UNSEEN else sign for sign in text
    )
