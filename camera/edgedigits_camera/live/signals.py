"""Ctrl-C and SIGTERM end a loop between two turns, not in the middle of one."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")
ENDING = (signal.SIGINT, signal.SIGTERM)


class Ending:
    """While it is entered, SIGINT and SIGTERM end a loop.

    The first one interrupts whatever goes on before the loop and the wait for its next item, and lets the work on an
    item end; the second one interrupts that work. Both raise KeyboardInterrupt for it, and are ignored after the loop,
    so that all is closed that has to be. A third one ends the process as if nothing handled it. Outside the main thread
    Python allows no handlers, and nothing is handled.

    Args:
        last: the process ends with the block; once a signal came, further ones are ignored until then.

    """

    def __init__(self, *, last: bool = False) -> None:
        self._last = last
        self._signals = 0
        self._working = self._over = False
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._former = {number: signal.signal(number, self._handle) for number in ENDING}
        return self

    def __exit__(self, *_exception: object) -> None:
        for number, before in self._former.items():
            signal.signal(number, signal.SIG_IGN if self._last and self._signals else before)

    def until(self, items: Iterable[T]) -> Iterator[T]:
        """Yield items until a signal comes."""
        iterator = iter(items)
        try:
            while not self._signals:
                item = next(iterator)
                self._working = True
                yield item
                self._working = False
        except (KeyboardInterrupt, StopIteration):
            return
        finally:
            self._over = True

    def _handle(self, *_signal: object) -> None:
        self._signals += 1
        if self._signals > 1:
            for number in ENDING:
                signal.signal(number, signal.SIG_DFL)
        waits_for_work = self._working and self._signals == 1
        if not (waits_for_work or self._over):
            self._over = True
            raise KeyboardInterrupt
