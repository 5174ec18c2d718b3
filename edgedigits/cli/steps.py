"""How far a long work is: a bar on a terminal, a line now and then where there is none."""

from __future__ import annotations

import contextlib
import os
import sys
from threading import Event, Thread
from typing import TYPE_CHECKING, Self, TextIO

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

if TYPE_CHECKING:
    from types import TracebackType

LINE_EVERY_S = 20.0


class StepBar:
    """Shows steps on stderr, also while what native libraries write there is kept off."""

    def __init__(self, first: str, *, line_every_s: float = LINE_EVERY_S) -> None:
        self.stream = own_stderr()
        self.console = Console(file=self.stream, markup=False)
        columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
        self.bar = Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal)
        self.task = self.bar.add_task(first, total=None)
        self.line_every_s, self.line, self.done = line_every_s, "", 0
        self.ended, self.teller = Event(), Thread(target=self.tell, daemon=True)

    def show(self, step: str, total: int | None = None, *, done: int | None = None) -> None:
        """Show a step; ``total`` is how many there are, None while that is not known; ``done`` counts by itself."""
        self.done = self.done + 1 if done is None else done
        total = total and max(total, self.done)  # what failed may be done again
        self.bar.update(self.task, description=step, total=total, completed=self.done)
        self.line = f"{step}: {self.done} of {total}\n" if total else f"{step}\n"
        if self.bar.disable and not self.teller.ident:
            self.teller.start()

    def tell(self) -> None:
        """Write how far it is at once, and then now and then, however long a step takes, until the end."""
        with contextlib.suppress(OSError):  # nobody reads it
            while True:
                self.stream.write(self.line)
                self.stream.flush()
                if self.ended.wait(self.line_every_s):
                    return

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()
        self.ended.set()
        if self.teller.ident:
            self.teller.join()
        if self.stream is not sys.stderr:
            self.stream.close()


def own_stderr() -> TextIO:
    """A stream to where stderr leads now, whatever becomes of its descriptor; stderr itself where it has none."""
    try:
        return os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding=sys.stderr.encoding, errors="backslashreplace")
    except (OSError, AttributeError):
        return sys.stderr
