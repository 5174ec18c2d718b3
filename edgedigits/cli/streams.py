"""Standard streams that end no command in a traceback: closed, full, of few signs, or read by nobody any more."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from edgedigits.errors import WriteError

if TYPE_CHECKING:
    from collections.abc import Iterator

UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}


def prepare() -> None:
    """Open what is closed on nothing, and write what an encoding has no signs for with escapes."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  # until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextlib.contextmanager
def flushed() -> Iterator[None]:
    """Have all that is written in the block out at its end, so that what hinders that is an error of the block.

    Raises:
        BrokenPipeError: nobody reads it any more.
        WriteError: it cannot be written. In both cases what is left is lost, so that Python's end does not complain.

    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        for stream in (sys.stdout, sys.stderr):
            forget_what_is_stuck(stream)
        # What the system says of a file has its name; of what was open before there was a program it knows none.
        if error.errno in UNWRITABLE and error.filename is None:
            raise WriteError(f"the output cannot be written ({os.strerror(error.errno).lower()})") from error
        raise


def forget_what_is_stuck(stream: TextIO) -> None:
    """Point a stream nowhere from now on if what was written to it cannot leave the process."""
    try:
        stream.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
