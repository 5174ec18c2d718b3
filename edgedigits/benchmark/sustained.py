"""One case on all cores for a long time: whether the machine keeps its speed when it gets warm.

``python -m edgedigits.benchmark.sustained ORDER PIECES`` prints a line for each piece: median and 99th percentile in
microseconds.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import numpy as np

from edgedigits.apart.timing import time_each
from edgedigits.benchmark.process import command_of, environment_of, reason
from edgedigits.benchmark.results import Sustained
from edgedigits.benchmark.subjects import Naming
from edgedigits.benchmark.trial import Order, failing_in_one_line
from edgedigits.bundle import Bundle
from edgedigits.errors import BackendError
from edgedigits.machine import usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from edgedigits.benchmark.case import Case
    from edgedigits.benchmark.watch import Watch

# So many points are a curve, and in each are enough runs for its percentiles.
POINTS, LEAST_PIECE_S = 120, 0.5


def sustain(
    folder: Path, case: Case, *, duration_s: float, watch: Watch, on_point: Callable[[], None] = lambda: None
) -> Sustained:
    """Run a case in processes on all cores that may be used; what one of them says is the curve, told at each point.

    Raises:
        BackendError: it failed or crashed; says why in one line.

    """
    piece_s = max(LEAST_PIECE_S, duration_s / POINTS)
    pieces, cores = max(1, round(duration_s / piece_s)), max(1, usable_cores() // case.threads)
    order = Order(
        folder=str(folder), **asdict(case), warm_up=0, least_runs=1, least_s=piece_s, most_s=piece_s, spawned_s=0.0
    )
    command = command_of("edgedigits.benchmark.sustained", json.dumps(asdict(order)), str(pieces))
    began_s, points = time.monotonic(), []
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile("w+"))
        told, *_ = [stack.enter_context(running(command, threads=case.threads, stderr=log)) for _ in range(cores)]
        for line in told.stdout or ():
            seen, at_s = watch.latest(), round(time.monotonic() - began_s, 2)
            p50_us, p99_us = json.loads(line)
            points.append((at_s, p50_us, p99_us, seen.temperature_c, seen.clock_mhz))
            on_point()
        if told.wait():
            log.seek(0)
            raise BackendError(reason(told.returncode, log.read()))
    times, p50s, p99s, heats, clocks = zip(*points, strict=True)
    return Sustained(
        **asdict(case),
        processes=cores,
        at_s=times,
        p50_us=p50s,
        p99_us=p99s,
        temperature_c=heats,
        clock_mhz=clocks,
    )


@contextlib.contextmanager
def running(command: Sequence[str], *, threads: int, stderr: TextIO) -> Iterator[subprocess.Popen[str]]:
    """A process, ended at the end."""
    environment = environment_of(threads)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def main(order: str, pieces: str) -> None:
    """Print the percentiles of one piece after the other."""
    what = Order(**json.loads(order))
    with failing_in_one_line():
        subject = Naming(Bundle.read(Path(what.folder)), what)
        ask = subject.open()
        for _ in range(int(pieces)):
            durations_ns, answers = time_each(ask, subject.questions, enough=what.enough)
            subject.check(answers)
            p50_us, p99_us = np.percentile(durations_ns, (50, 99)) / 1000
            sys.stdout.write(f"[{p50_us:.2f}, {p99_us:.2f}]\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
