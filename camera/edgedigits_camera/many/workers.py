"""Processes of this machine as an executor that knows which call one of them died over.

``ProcessPoolExecutor`` gives up all calls when one process dies, and runs the caller's main module in each.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from edgedigits.apart.child import environment, status

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
# A worker that the system ended for want of memory may have been the wrong one.
TRIES = 2


class DiedError(Exception):
    """Processes died over a call, each time that it was tried."""


class Workers(ThreadPoolExecutor):
    """An executor whose threads each have a process, started with the first call and anew where it dies.

    Calls are of functions at the top of a module, and their arguments and results can be pickled.
    """

    def __init__(self, count: int) -> None:
        super().__init__(count, thread_name_prefix="worker")
        self._own = threading.local()
        self._starting = threading.Lock()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._ended = False

    def submit(self, call: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run ``call`` in one of the processes; the future raises what it raises, or ``DiedError``."""
        return super().submit(self._ask, call, args, kwargs)

    def _ask(self, *question: Any) -> Any:
        for _ in range(TRIES):
            process = self._process()
            try:
                returned, value = exchange(process, question)
            except (OSError, EOFError, pickle.UnpicklingError):  # it is dead, or died halfway through the answer
                self._give_up(process)
                continue
            if returned:
                return value
            raise value
        raise DiedError(f"it ended the process that worked on it with {status(process.returncode)}")

    def _give_up(self, process: subprocess.Popen[bytes]) -> None:
        """End a process and close its pipes, of which a run over many such pictures would have too many."""
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):  # what it was not sent any more
                if pipe:
                    pipe.close()
        with self._starting:
            if process in self._processes:
                self._processes.remove(process)

    def _process(self) -> subprocess.Popen[bytes]:
        """This thread's, a new one where there is none or it is dead."""
        process: subprocess.Popen[bytes] | None = getattr(self._own, "process", None)
        if process is None or process.poll() is not None:
            with self._starting:
                if self._ended:
                    raise DiedError("it was not begun")
                process = self._own.process = started()
                self._processes.append(process)
        return process

    def __exit__(self, *exception: object) -> None:
        """End all processes, whatever they are at."""
        with self._starting:
            self._ended = True
        for process in self._processes:
            process.kill()
        self.shutdown(cancel_futures=True)
        for process in self._processes:
            process.communicate()


def started() -> subprocess.Popen[bytes]:
    """A process that answers calls, out of reach of the terminal's Ctrl-C: this one ends it."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", __name__],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def exchange(process: subprocess.Popen[bytes], question: Any) -> tuple[bool, Any]:
    """Ask a process; whether the call returned, and what it returned or raised."""
    if process.stdin is None or process.stdout is None:
        raise EOFError
    pickle.dump(question, process.stdin)
    process.stdin.flush()
    answer: tuple[bool, Any] = pickle.load(process.stdout)  # noqa: S301 - of a process of ours
    return answer


def answer_calls() -> None:
    """The child's side: calls on standard input, answers on standard output, until the parent is gone."""
    with os.fdopen(os.dup(0), "rb") as calls, os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)  # what a native runtime prints is no answer
        with contextlib.suppress(EOFError, BrokenPipeError):
            while True:
                call, args, kwargs = pickle.load(calls)  # noqa: S301 - of the process that started this one
                try:
                    answer = True, call(*args, **kwargs)
                except Exception as error:  # noqa: BLE001 - the caller is to have it, whatever it is
                    answer = False, error
                pickle.dump(answer, answers)
                answers.flush()


if __name__ == "__main__":
    answer_calls()
