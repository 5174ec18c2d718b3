"""What the processes of one case said, summed up."""

from __future__ import annotations

import statistics
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.benchmark.case import Network
from edgedigits.benchmark.intervals import blocks_of, figures, histogram, intervals
from edgedigits.benchmark.results import Measured
from edgedigits.benchmark.trial import Start
from edgedigits.benchmark.turns import WARM_UP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from edgedigits.benchmark.case import Case
    from edgedigits.benchmark.turns import Taken
    from edgedigits.bundle import Artifact, Bundle
    from edgedigits.bundle.detector import DetectorFile


def summed_up(case: Case, taken: Taken, *, bundle: Bundle, joules: Callable[[float, float], float | None]) -> Measured:
    """A row of the results; ``joules`` gives the energy between two times, or None."""
    runs_us, trials = taken.runs_us, [each.trial for each in taken.said]
    found, file = figures(runs_us), file_of(bundle, case)
    blocks, starts = [blocks_of(process) for process in runs_us], [asdict(trial.start) for trial in trials]
    others = [each.others_cores for each in taken.said if each.others_cores is not None]
    return Measured(
        **asdict(case),
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        warm_up=WARM_UP[Network(case.network)],
        runs=sum(map(len, runs_us)),
        p50_us=rounded(found["p50"]) or 0.0,
        p90_us=rounded(found["p90"]),
        p99_us=rounded(found["p99"]),
        mean_us=rounded(found["mean"]) or 0.0,
        interval_us={name: both(values) for name, values in intervals(runs_us).items()},
        per_s=round(1e6 / (found["mean"] or 1.0), 1),
        start=Start(**{name: round(statistics.median(each[name] for each in starts), 1) for name in starts[0]}),
        peak_mb=largest(trial.peak_mb for trial in trials),
        resident_mb=largest(trial.resident_mb for trial in trials),
        energy_mj=energy_mj(taken, joules),
        others_cores=round(max(others), 3) if others else None,
        histogram={name: tuple(round(each, 5) for each in values) for name, values in histogram(runs_us).items()},
        p50_blocks_us=tuple(both(np.median(block) for block in process) for process in blocks),
        mean_blocks_us=tuple(both(block.mean() for block in process) for process in blocks),
    )


def file_of(bundle: Bundle, case: Case) -> Artifact | DetectorFile:
    """The file that a case runs."""
    return (bundle.artifact if case.network == Network.NAMING else bundle.its_detector().file)(case.format)


def energy_mj(taken: Taken, joules: Callable[[float, float], float | None]) -> float | None:
    """Millijoule for one run, over the processes during which the power was told; None where it never was."""
    told = [
        (found, len(each.runs_us))
        for each in taken.said
        if (found := joules(each.trial.began_s, each.trial.ended_s)) is not None
    ]
    return round(1000 * sum(found for found, _ in told) / sum(runs for _, runs in told), 4) if told else None


def largest(values: Iterable[float | None]) -> float | None:
    """Of those that are known, in megabytes with one decimal."""
    found = [value for value in values if value is not None]
    return round(max(found), 1) if found else None


def rounded(value: float | None) -> float | None:
    """Microseconds to hundredths: a clock's step is some ten nanoseconds."""
    return None if value is None else round(value, 2)


def both(values: Iterable[float]) -> tuple[float, ...]:
    """Several of them."""
    return tuple(round(float(value), 2) for value in values)
