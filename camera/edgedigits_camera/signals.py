"""Ctrl-C and SIGTERM end a loop between two turns, not in the middle of one."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

T = TypeVar("T")
ENDING = (signal.SIGINT, signal.SIGTERM)


def until_signalled(items: Iterable[T]) -> Generator[T, None, None]:
    """Yield items until SIGINT or SIGTERM.

    A signal interrupts the wait for the next item at once, and lets the work on the present one end first; a second one
    does not wait. Close the iterator, or exhaust it, to have the former handlers back. Outside the main thread Python
    allows no handlers, and nothing is handled.
    """
    waiting = signalled = False

    def end(*_signal: object) -> None:
        nonlocal signalled
        if waiting or signalled:
            raise KeyboardInterrupt
        signalled = True

    iterator = iter(items)
    with handlers(end):
        while not signalled:
            try:
                waiting = True
                item = next(iterator)
                waiting = False
            except (KeyboardInterrupt, StopIteration):
                return
            yield item


@contextmanager
def handlers(handler: Callable[..., None]) -> Iterator[None]:
    """Handle the ending signals, then hand them back to whoever had them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = {number: signal.signal(number, handler) for number in ENDING}
    try:
        yield
    finally:
        for number, before in former.items():
            signal.signal(number, before)
