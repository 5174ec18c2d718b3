"""Work that a pool does ahead, handed over in order."""

from __future__ import annotations

import os
import signal
from collections import deque
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

import cv2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS = os.cpu_count() or 1
# Results that lie ready, or are in the making, while the last one is used.
AHEAD = WORKERS + 4


def in_order(pool: Executor, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Results of ``work`` in the order of the items, a few of them made ahead.

    Executors' own ``map`` begins with all items at once, and holds the results of all.
    """
    left = iter(items)
    waiting: deque[Future[Result]] = deque(pool.submit(work, item) for item in islice(left, AHEAD))
    while waiting:
        result = waiting.popleft().result()
        waiting.extend(pool.submit(work, item) for item in islice(left, 1))
        yield result


@contextmanager
def threads() -> Iterator[Executor]:
    """A thread for each core; an error or an interrupt waits only for what was begun."""
    pool = ThreadPoolExecutor(WORKERS, initializer=_one_core)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def processes() -> Iterator[Executor]:
    """A process for each core, likewise. They are not forked: threads of TensorFlow may be at work."""
    pool = ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"), initializer=_own_process)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _one_core() -> None:
    """Leave the other cores to the other workers."""
    cv2.setNumThreads(1)


def _own_process() -> None:
    """An interrupt is for the process that started this one, which stops it."""
    _one_core()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
