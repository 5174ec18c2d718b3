"""Model files asked in a process of its own: a native runtime that crashes takes that process with it, not this one.

The child is a module that is run with its arguments and the files; for each file it prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from edgedigits.errors import (
    BackendError,
    CrashError,
    EdgeDigitsError,
    LoadError,
    MissingExtraError,
    ParityError,
    SlowError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

# NumPy's linear algebra takes its number of threads from the environment alone.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
T = TypeVar("T")


def ask_apart(
    module: str, arguments: Sequence[str], models: Sequence[Path], *, log: Path, timeout_s: float
) -> Iterator[dict[str, Any] | ParityError]:
    """Lines in the order of the files; the last one may be the error of the file at which the child ended.

    Args:
        module: that is run; its first argument is the runtime's name.
        arguments: of it, before the files.
        models: files.
        log: takes what the child says on stderr.
        timeout_s: for each file.

    """
    command = [sys.executable, "-P", "-m", module, *arguments, *map(os.fspath, models)]
    with (
        log.open("wb") as stderr,
        subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=stderr, text=True) as child,
    ):
        limit_s, late = timeout_s * len(models), threading.Event()

        def give_up() -> None:
            late.set()
            child.kill()

        alarm = threading.Timer(limit_s, give_up)
        alarm.start()
        try:
            answered = 0
            for line in child.stdout or ():
                yield json.loads(line)
                answered += 1
        except BaseException:  # Ctrl-C among them, which a child does not hear while a native runtime computes
            child.kill()
            raise
        finally:
            alarm.cancel()
    if answered < len(models) and late.is_set():
        given_up = f"{arguments[0]} gave no answer within {limit_s:g} s, its limit, and was ended"
        yield SlowError(f"{given_up}; is the device busy? ask again when it is not")
    elif answered < len(models):
        last_line = (log.read_text(errors="replace").strip().splitlines() or ["without a word"])[-1]
        yield CrashError(f"{arguments[0]} ended with {status(child.returncode)}: {last_line}")


def environment() -> dict[str, str]:
    """A child's: it takes one core, and sees the same packages, also where they were found through sys.path alone."""
    path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return os.environ | dict.fromkeys(THREAD_VARIABLES, "1") | path


def status(code: int) -> str:
    """A return code in words: a negative one is the number of the signal that ended the process."""
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def serve(models: Sequence[str], answer: Callable[[int, str], dict[str, Any]]) -> int:
    """The child's side: print a line for each file, given its number and path."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as report:
        os.dup2(2, 1)  # what a native runtime prints is no result
        for number, model in enumerate(models):
            report.write(json.dumps(answer(number, model)) + "\n")
            report.flush()
    return 0


def attempt(backend: str, opened: Callable[[], T], asked: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    """A line: what was asked, ``absent`` or ``unloaded`` where there was none to ask, or ``failed`` where it raised."""
    try:
        adapter = opened()
    except LoadError as error:
        return {"unloaded": str(error)}
    except (BackendError, MissingExtraError) as error:
        return {"absent": str(error)}
    except EdgeDigitsError as error:
        return {"failed": str(error)}
    except Exception as error:  # noqa: BLE001 - native runtimes raise anything: SystemError, ValueError, cv2.error
        return {"unloaded": _raised(backend, error)}
    try:
        return asked(adapter)
    except Exception as error:  # noqa: BLE001 - as above
        return {"failed": _raised(backend, error)}


def refusal(line: dict[str, Any]) -> BackendError | ParityError | None:
    """Why there is no answer in a line of :func:`attempt`, or None if there is one."""
    kinds: dict[str, type[BackendError | ParityError]] = {
        "absent": BackendError,
        "unloaded": LoadError,
        "failed": ParityError,
    }
    return next((kind(line[name]) for name, kind in kinds.items() if name in line), None)


def _raised(backend: str, error: Exception) -> str:
    return f"{backend} raised {type(error).__name__}: {' '.join(str(error).split())[:200]}"
