"""Quiet for native libraries, which write to stderr below Python's reach, and TensorFlow without its greeting."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
from typing import TYPE_CHECKING, Any

from edgedigits.errors import require

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "TF_CPP_MIN_LOG_LEVEL"
# Two threads that redirect at once could each restore the other's file.
_ONE_AT_A_TIME = threading.RLock()


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Keep what the block writes to file descriptor 2 off the terminal; Python's errors are raised as ever."""
    with _ONE_AT_A_TIME, tempfile.TemporaryFile() as log:
        sys.stderr.flush()
        terminal = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)


def import_tensorflow() -> Any:
    """Import TensorFlow without the page about its build, unless the user's TF_CPP_MIN_LOG_LEVEL asks for it.

    Raises:
        MissingExtraError: it is not installed.

    """
    if VARIABLE in os.environ:
        return require("tensorflow", extra="train")
    os.environ[VARIABLE] = "3"
    # What is logged while the library loads (tensorflow/tensorflow#100442) obeys no variable.
    with silence():
        return require("tensorflow", extra="train")
