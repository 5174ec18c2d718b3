"""Time shared out over cases, by a clock of the tests."""

import numpy as np
import pytest

from edgedigits.benchmark.case import Case
from edgedigits.benchmark.trial import Start, Trial
from edgedigits.benchmark.turns import LEAST_RUNS, PROCESSES, Said, in_turns
from edgedigits.errors import BackendError

FAST, SLOW, FINDING = (
    Case("naming", "numpy", "npz"),
    Case("naming", "litert", "int16x8"),
    Case("detector", "numpy", "npz"),
)


class Machine:
    """Takes a set time for each run of a case, and for starting a process."""

    def __init__(self, run_s, *, start_s=0.5, breaks=None):
        self.run_s, self.start_s, self.breaks = run_s, start_s, breaks
        self.now_s, self.taken = 0.0, []

    def take(self, case, round):
        if case == self.breaks:
            raise BackendError("crashed with SIGSEGV")
        runs = max(round.least_runs, int(round.least_s / self.run_s[case]))
        took_s = min(runs * self.run_s[case], max(round.most_s, self.run_s[case]))
        began_s = self.now_s + self.start_s
        self.now_s = began_s + took_s
        self.taken.append((case, runs, took_s))
        start = Start(python_ms=1, import_ms=1, load_ms=1, first_ms=1)
        return Said(Trial(start, began_s, self.now_s, None, None), np.ones(runs), None)

    def measure(self, *cases, time_s):
        return in_turns(cases, self.take, time_s=time_s, clock=lambda: self.now_s)


def test_cases_take_turns_and_the_time_is_used_up_and_no_more():
    machine = Machine({FAST: 2e-5, SLOW: 2e-3})
    found = machine.measure(FAST, SLOW, time_s=30)
    assert [case for case, *_ in machine.taken] == [FAST, SLOW] * PROCESSES
    assert {len(taken.said) for taken in found.values()} == {PROCESSES}
    assert 25 < machine.now_s < 31


def test_each_has_1024_images_in_its_first_process_and_the_detector_fewer():
    machine = Machine({FAST: 2e-5, SLOW: 2e-3, FINDING: 0.1})
    machine.measure(FAST, SLOW, FINDING, time_s=60)
    first = {case: runs for case, runs, _ in machine.taken[:3]}
    assert min(first[FAST], first[SLOW]) >= LEAST_RUNS["naming"] == 1024
    assert first[FINDING] >= LEAST_RUNS["detector"] == 32


def test_a_slow_machine_starts_fewer_processes_and_still_ends_in_time():
    cases = [Case("naming", "litert", str(number)) for number in range(20)]
    machine = Machine(dict.fromkeys(cases, 1e-4), start_s=1.2)
    found = machine.measure(*cases, time_s=45)
    assert min(len(taken.said) for taken in found.values()) >= 1
    assert max(len(taken.said) for taken in found.values()) < PROCESSES
    assert machine.now_s < 48
    counts = [len(taken.said) for taken in found.values()]
    assert max(counts) - min(counts) <= 1


def test_where_time_is_short_the_next_turn_begins_with_what_the_one_before_left_out():
    cases = [Case("naming", "litert", str(number)) for number in range(20)]
    machine = Machine(dict.fromkeys(cases, 1e-4), start_s=1.2)
    found = machine.measure(*cases, time_s=90)
    counts = [len(taken.said) for taken in found.values()]
    assert min(counts) >= 2
    assert max(counts) - min(counts) <= 1


def test_one_that_is_very_slow_does_not_take_the_time_of_the_others():
    machine = Machine({SLOW: 0.1, FAST: 2e-5})
    machine.measure(SLOW, FAST, time_s=40)
    assert machine.taken[0][2] == pytest.approx(0.2 * 40)
    assert machine.now_s < 42


def test_without_any_time_each_is_measured_once():
    machine = Machine({FAST: 2e-5, SLOW: 2e-3})
    found = machine.measure(FAST, SLOW, time_s=0)
    assert [len(taken.said) for taken in found.values()] == [1, 1]


def test_one_that_crashes_is_not_tried_again_and_the_rest_goes_on():
    machine = Machine({FAST: 2e-5}, breaks=SLOW)
    found = machine.measure(SLOW, FAST, time_s=30)
    assert found[SLOW].failure == "crashed with SIGSEGV"
    assert (len(found[SLOW].said), len(found[FAST].said)) == (0, PROCESSES)
