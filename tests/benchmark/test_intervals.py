"""Intervals hold what they say: of timings whose truth is known."""

import numpy as np
import pytest

from edgedigits.benchmark.intervals import figures, histogram, intervals, multiplicities, ratio


def processes_of(rng, *, centre=20.0, between=0.01, within=0.05, count=5, runs=640):
    """Timings whose processes differ by a share ``between``, and runs in each by a share ``within``."""
    shifts = rng.normal(0, between, count)
    return [centre * np.exp(shift + rng.normal(0, within, runs)) for shift in shifts]


def medians(processes):
    return [[float(np.median(block)) for block in np.array_split(process, 16)] for process in processes]


def test_figures_are_those_of_all_runs():
    found = figures([np.arange(1.0, 51), np.arange(51.0, 102)])
    assert found == {"p50": 51.0, "p90": 91.0, "p99": 100.0, "mean": 51.0}


def test_of_few_runs_there_is_no_99th_percentile():
    few = [np.arange(1.0, 100)]
    assert figures(few)["p99"] is None
    assert "p99" not in intervals(few)
    assert set(intervals([np.arange(1.0, 101)])) == {"p50", "p90", "p99", "mean"}


def test_most_intervals_hold_the_truth_and_they_are_not_wide():
    held = 0
    for seed in range(40):
        low, high = intervals(processes_of(np.random.default_rng(seed)))["p50"]
        held += low <= 20.0 <= high
        assert high - low < 1.5
    assert held >= 30  # five processes are few: a bootstrap of them holds 85 % rather than 95


def test_intervals_of_runs_alone_would_not():
    held = 0
    for seed in range(40):
        runs = np.concatenate(processes_of(np.random.default_rng(seed)))
        means = [np.random.default_rng(n).choice(runs, len(runs)).mean() for n in range(100)]
        held += np.quantile(means, 0.025) <= 20.0 * np.exp(0.05**2 / 2) <= np.quantile(means, 0.975)
    assert held < 20


def test_a_ratio_of_the_same_thing_holds_one_and_that_of_a_slower_one_does_not():
    one, same, slower = (medians(processes_of(np.random.default_rng(seed), centre=centre)) for seed, centre in
                         ((1, 20.0), (2, 20.0), (3, 23.0)))  # fmt: skip
    _, (low, high) = ratio(one, same)
    assert low < 1 < high
    point, (low, high) = ratio(one, slower)
    assert 1 < low < point < high
    assert point == pytest.approx(1.15, rel=0.03)


def test_processes_are_drawn_whole_and_blocks_as_often_as_there_are():
    often = multiplicities([4, 2], seed=0)
    assert set(often.sum(axis=1)) <= {4 + 4, 4 + 2, 2 + 2}
    assert (often[:, :4].sum(axis=1) % 4 == 0).all()


def test_a_histogram_leaves_out_what_is_far_off():
    runs = np.concatenate([np.linspace(10, 12, 998), [5000.0, 9000.0]])
    found = histogram([runs])
    assert len(found["edges"]) == len(found["shares"]) + 1
    assert max(found["edges"]) < 13
    assert sum(found["shares"]) == pytest.approx(0.965, abs=0.005)


def test_a_histogram_of_one_value_is_one():
    assert sum(histogram([np.full(10, 7.0)])["shares"]) == pytest.approx(1.0)
