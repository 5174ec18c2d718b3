"""Two benchmarks of the same cases: how many times one is the other, and which differences are real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgedigits.benchmark.intervals import LEVEL, ratio
from edgedigits.errors import ResultsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgedigits.benchmark.results import Measured, Results

# Of two processes all four together are the extremes of what they may be in one case of eight, whatever the level.
LEAST_PROCESSES = 4


@dataclass(frozen=True, slots=True)
class Difference:
    """One case in both: the second's median is so many times the first's.

    The interval is that in which all ratios of the comparison lie at once with 95 % (Bonferroni): among many cases, one
    of twenty would else seem to differ by chance.
    """

    network: str
    backend: str
    format: str
    threads: int
    first_us: float
    second_us: float
    ratio: float
    interval: tuple[float, float]
    processes: int
    """In which it was measured, of both the lesser number."""

    @property
    def real(self) -> bool:
        """Whether the interval leaves out one; of few processes it is not known how they compare with others."""
        low, high = self.interval
        return self.processes >= LEAST_PROCESSES and not low <= 1 <= high

    @property
    def verdict(self) -> str:
        """In a word."""
        if self.processes < LEAST_PROCESSES:
            return f"not known: {self.processes} process{'es' * (self.processes > 1)}"
        return ("faster" if self.ratio < 1 else "slower") if self.real else "no difference shown"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All cases that two benchmarks share, what else differs between them, and what only one of them has."""

    cautions: tuple[str, ...]
    rows: tuple[Difference, ...]
    notes: tuple[str, ...]


def compare(first: Results, second: Results) -> Comparison:
    """Compare the second with the first.

    Raises:
        ResultsError: they share no case.

    """
    ours, theirs = ({case.key: case for case in results.cases} for results in (first, second))
    shared = [key for key in ours if key in theirs]
    if not shared:
        raise ResultsError("the two files have no case in common: the same network, backend, format and threads")
    level = 1 - (1 - LEVEL) / len(shared)
    rows = tuple(difference(ours[key], theirs[key], level=level) for key in shared)
    alone = [f"only in {name}: {case.format} in {case.backend}" for name, mine, other in
             (("A", ours, theirs), ("B", theirs, ours)) for key, case in mine.items() if key not in other]  # fmt: skip
    return Comparison(tuple(cautions(first, second)), rows, tuple(alone))


def difference(one: Measured, other: Measured, *, level: float) -> Difference:
    """One row."""
    point, interval = ratio(one.p50_blocks_us, other.p50_blocks_us, level=level)
    processes = min(len(one.p50_blocks_us), len(other.p50_blocks_us))
    return Difference(*one.key, one.p50_us, other.p50_us, point, interval, processes)


def cautions(first: Results, second: Results) -> Iterator[str]:
    """What else than speed may make a difference."""
    for name, results in (("A", first), ("B", second)):
        yield from (f"{name}: {warning}" for warning in results.warnings)
    one, other = first.machine.device, second.machine.device
    if (one.model, one.machine) != (other.model, other.machine):
        yield f"other machines: A on {one.model}, B on {other.model}"
    if one.versions != other.versions or first.edgedigits != second.edgedigits:
        yield "other versions of edgedigits or of runtimes"
    ours = {case.key: case.sha256 for case in first.cases}
    if any(ours.get(case.key, case.sha256) != case.sha256 for case in second.cases):
        yield "other model files under the same names"
