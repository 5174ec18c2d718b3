"""Cases measured in turns, each several times in fresh processes, within a budget of time.

In turns, so that what changes on the machine meanwhile (heat, load) meets all alike; several times, because processes
differ. MLPerf's rule for single streams: at least 1,024 images, and at least so long.
"""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from edgedigits.benchmark.case import Network
from edgedigits.benchmark.process import command_of, run_apart
from edgedigits.benchmark.sensors import Load
from edgedigits.benchmark.trial import Order, Trial
from edgedigits.errors import BackendError
from edgedigits.typed import read_as

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from edgedigits.benchmark.case import Case

PROCESSES = 5
# A canvas of the detector takes as long as some hundred patches.
LEAST_RUNS = {Network.NAMING: 1024, Network.DETECTOR: 32}
WARM_UP = {Network.NAMING: 100, Network.DETECTOR: 1}
LEAST_S = 0.1
# What a process takes besides, as long as none has been seen.
START_S = 0.4
# However slow, a case takes no more than this share of what is left.
MOST = 0.2
HANGS_S = 60.0


class Round(NamedTuple):
    """How long a process is to measure."""

    least_runs: int
    least_s: float
    most_s: float


class Said(NamedTuple):
    """What a process said, the microseconds (N,) of each run, and how many cores others kept busy meanwhile."""

    trial: Trial
    runs_us: NDArray[np.float64]
    others_cores: float | None


@dataclass(slots=True)
class Taken:
    """What came of one case so far; ``besides_s`` is what its last process took besides measuring."""

    said: list[Said] = field(default_factory=list)
    besides_s: float = START_S
    failure: str = ""

    @property
    def runs_us(self) -> list[NDArray[np.float64]]:
        """Microseconds (N,) of the runs of each process."""
        return [each.runs_us for each in self.said]


def in_turns(
    cases: Sequence[Case],
    take: Callable[[Case, Round], Said],
    *,
    time_s: float,
    on_case: Callable[[Case], None] = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
) -> dict[Case, Taken]:
    """Measure cases in turns until the time is used up, each once at the least; one that fails is not tried again.

    Args:
        cases: what to measure.
        take: measures one in a process, or raises ``BackendError``.
        time_s: for all of them.
        on_case: told what is measured next.
        clock: monotonic, in seconds.

    """
    found, ends_s = {case: Taken() for case in cases}, clock() + time_s
    for turn in range(PROCESSES):
        # Those with the fewest processes first: where time is short, one turn leaves out what the next begins with.
        waiting = sorted((case for case in cases if not found[case].failure), key=lambda case: len(found[case].said))
        for number, case in enumerate(waiting):
            taken, began_s = found[case], clock()
            left_s = ends_s - began_s
            share_s = left_s / (len(waiting) - number)
            if turn and taken.besides_s + LEAST_S > share_s:
                continue
            on_case(case)
            least_s = max(LEAST_S, share_s / (PROCESSES - turn) - taken.besides_s)
            least_runs = 1 if turn else LEAST_RUNS[Network(case.network)]
            try:
                said = take(case, Round(least_runs, least_s, max(least_s, MOST * left_s)))
            except BackendError as error:
                taken.failure = str(error)
                continue
            taken.said.append(said)
            taken.besides_s = clock() - began_s - (said.trial.ended_s - said.trial.began_s)
    return found


def take_apart(folder: Path, case: Case, round: Round) -> Said:
    """Measure a case of the bundle in this folder in a fresh process.

    Raises:
        BackendError: it failed, crashed or hung; says why in one line.

    """
    warm_up, before = WARM_UP[Network(case.network)], Load.now()
    order = Order(folder=str(folder), **asdict(case), warm_up=warm_up, spawned_s=time.monotonic(), **round._asdict())
    with tempfile.TemporaryDirectory() as name:
        durations = Path(name, "durations.npy")
        command = command_of("edgedigits.benchmark.child", json.dumps(asdict(order)), str(durations))
        said = run_apart(command, threads=case.threads, limit_s=HANGS_S + round.most_s)
        runs_us = np.load(durations) / 1000
    after = Load.now()
    others_cores = after.others_since(before) if before and after else None
    return Said(read_as(Trial, said, at="trial"), runs_us, others_cores)
