"""Percentiles and means of timings, and how sure they are.

Runs of one process resemble those beside them, and processes differ by where their memory lies. So intervals come from
a bootstrap in two stages (Kalibera and Jones, ISMM 2013): processes are drawn with replacement, then blocks of
consecutive runs in each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

BLOCKS, LEVEL = 16, 0.95
# Of a comparison of many cases, intervals reach further out.
RESAMPLES, MANY = 500, 2000
QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
# Of fewer runs, a 99th percentile is but the slowest of them.
LEAST_FOR = {"p50": 1, "p90": 10, "p99": 100, "mean": 1}
# Quantiles of resamples are found among so many of the whole.
FINE = 1000
# Of a histogram: what is further off would leave no room for the rest.
LOWEST, HIGHEST, FAR = 0.005, 0.97, 1.3


def blocks_of(runs: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """A process's runs (N,) in blocks of consecutive ones."""
    return np.array_split(runs, min(BLOCKS, len(runs)))


def figures(processes: Sequence[NDArray[np.float64]]) -> dict[str, float | None]:
    """Percentiles and mean of the runs (N,) of all processes; None where there are too few of them."""
    runs = np.concatenate(processes)
    found = {name: float(np.quantile(runs, share)) for name, share in QUANTILES.items()} | {"mean": float(runs.mean())}
    return {name: value if len(runs) >= LEAST_FOR[name] else None for name, value in found.items()}


def intervals(processes: Sequence[NDArray[np.float64]], *, seed: int = 0) -> dict[str, tuple[float, float]]:
    """95 % intervals of :func:`figures`, (low, high) by name."""
    runs = np.concatenate(processes)
    blocks = [block for process in processes for block in blocks_of(process)]
    often = multiplicities([len(blocks_of(process)) for process in processes], seed=seed)
    edges = np.unique(np.quantile(runs, np.linspace(0, 1, FINE)))
    counts = np.stack([np.bincount(np.searchsorted(edges, block), minlength=len(edges)) for block in blocks])
    shares = np.cumsum(often @ counts, axis=1)
    shares /= shares[:, -1:]
    found = {name: edges[(shares < share).sum(axis=1)] for name, share in QUANTILES.items()}
    found["mean"] = (often @ [block.sum() for block in blocks]) / (often @ [len(block) for block in blocks])
    points = figures(processes)
    return {
        name: between(point + widened(values - point, len(processes)))
        for name, values in found.items()
        if (point := points[name]) is not None
    }


def ratio(
    one: Sequence[Sequence[float]], other: Sequence[Sequence[float]], *, level: float = LEVEL
) -> tuple[float, tuple[float, float]]:
    """How many times the second is the first, by figures of each block of each process, and its interval."""
    (first, those), (second, these) = (logarithms(each, seed=seed) for seed, each in enumerate((one, other)))
    low, high = between(second + these - first - those, level=level)
    return float(np.exp(second - first)), (float(np.exp(low)), float(np.exp(high)))


def logarithms(processes: Sequence[Sequence[float]], *, seed: int) -> tuple[float, NDArray[np.float64]]:
    """Logarithm of the mean of blocks, and by how much it differs in resamples (MANY,)."""
    often = multiplicities([len(process) for process in processes], seed=seed, resamples=MANY)
    values = np.log(np.concatenate(processes))
    point = float(values.mean())
    return point, widened(often @ values / often.sum(axis=1) - point, len(processes))


def widened(off: NDArray[np.float64], processes: int) -> NDArray[np.float64]:
    """How far resamples are off, had they been drawn from more than so few: these vary by the root of (n - 1) / n."""
    return off * np.sqrt(processes / (processes - 1)) if processes > 1 else off


def multiplicities(counts: Sequence[int], *, seed: int, resamples: int = RESAMPLES) -> NDArray[np.float64]:
    """How often each block is in each resample, (resamples, sum of counts), for so many blocks of each process."""
    rng = np.random.default_rng(seed)
    sizes = np.array(counts)
    starts, often, rows = np.cumsum(sizes) - sizes, np.zeros((resamples, sizes.sum())), np.arange(resamples)[:, None]
    for process in rng.integers(len(sizes), size=(len(sizes), resamples, 1)):
        drawn = starts[process] + (rng.random((resamples, sizes.max())) * sizes[process]).astype(int)
        np.add.at(often, (rows, drawn), np.arange(sizes.max()) < sizes[process])
    return often


def between(values: NDArray[np.float64], *, level: float = LEVEL) -> tuple[float, float]:
    """The middle of so great a share of the values (N,)."""
    low, high = np.quantile(values, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)


def histogram(processes: Sequence[NDArray[np.float64]]) -> Mapping[str, list[float]]:
    """Share of runs in bins of equal ratio, as ``edges`` and ``shares``, without the ends."""
    runs = np.concatenate(processes)
    low, high = np.quantile(runs, LOWEST, method="lower"), np.quantile(runs, HIGHEST, method="higher")
    high = max(min(high, FAR * np.median(runs)), 1.01 * low)
    bins = round(2 * len(runs) ** (1 / 3))  # Rice's rule
    counts, edges = np.histogram(runs, np.geomspace(low, high, bins + 1))
    return {"edges": edges.tolist(), "shares": (counts / len(runs)).tolist()}
