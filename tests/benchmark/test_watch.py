"""The machine while something is measured, and what makes a measurement doubtful."""

import itertools
import threading
import time
from dataclasses import replace

import pytest

from edgedigits.benchmark import watch as watch_module
from edgedigits.benchmark.energy import Reading
from edgedigits.benchmark.sensors import Slowing
from edgedigits.benchmark.watch import BUSY_CORES, Watch, warnings_of


class Meter:
    """A meter that always tells four watts."""

    name = "meter of the tests"
    every_s = 0.01

    def read(self):
        return Reading(time.monotonic(), 4.0)


@pytest.fixture
def often(monkeypatch):
    """Looks at the machine all the time; set when it was looked at a few times."""
    few, looks = threading.Event(), itertools.count()
    monkeypatch.setattr(watch_module, "EVERY_S", 0.01)
    monkeypatch.setattr(watch_module, "clock_mhz", lambda: few.set() if next(looks) > 3 else None)
    return few


def test_it_is_looked_at_before_during_and_after(often):
    with Watch() as watch:
        assert often.wait(60)
    course = watch.machine().course
    assert len(course.at_s) == len(course.clock_mhz) > 4
    assert list(course.at_s) == sorted(course.at_s)


def test_what_slowed_the_machine_down_for_a_moment_is_told(often, monkeypatch):
    bits = itertools.chain([0, 0, 0x4], itertools.repeat(0))
    monkeypatch.setattr(watch_module, "slowed", lambda: Slowing(next(bits), None))
    with Watch() as watch:
        assert often.wait(60)
    assert watch.machine().throttled == ("it is throttled",)


def test_energy_is_power_times_duration(often, monkeypatch):
    monkeypatch.setattr(watch_module, "meter_here", Meter)
    with Watch() as watch:
        began_s = time.monotonic()
        assert often.wait(60)
    ended_s = watch._readings[-1].at_s
    assert watch.joules(began_s + 0.01, ended_s) == pytest.approx(4 * (ended_s - began_s - 0.01))
    assert watch.joules(began_s + 1000, began_s + 1001) is None
    assert watch.machine().energy == "meter of the tests"


def test_a_machine_without_a_meter_says_so_and_gives_no_energy(monkeypatch):
    monkeypatch.setattr(watch_module, "meter_here", lambda: "no meter")
    with Watch() as watch:
        began_s = time.monotonic()
    assert watch.joules(began_s, began_s + 0.01) is None
    assert watch.machine().energy == "no meter"


def test_readings_of_a_meter_are_taken_from_its_file_at_the_end(tmp_path):
    path = tmp_path / "power.csv"
    with Watch(power=path) as watch:
        began_s, now_s = time.monotonic(), time.time()
        path.write_text(f"time,power\n{now_s - 1},4\n{now_s + 1},4\n")
    assert watch.joules(began_s, began_s + 0.5) == pytest.approx(2.0)
    assert str(path) in watch.machine().energy


@pytest.mark.parametrize("content", [None, "a photo"])
def test_a_file_without_readings_costs_the_energy_alone(tmp_path, content):
    path = tmp_path / "power.csv"
    if content:
        path.write_text(content)
    with Watch(power=path) as watch:
        began_s = time.monotonic()
    assert watch.joules(began_s, began_s) is None
    assert "power.csv" in watch.machine().energy


def test_a_machine_that_was_busy_or_slowed_down_is_doubted(measured):
    quiet = replace(measured.machine, throttled=(), others_cores=BUSY_CORES)
    assert warnings_of(quiet) == ()
    assert warnings_of(replace(quiet, throttled=None, others_cores=None)) == ()
    (busy,) = warnings_of(replace(quiet, others_cores=0.8))
    assert "other programs kept 0.80 of 2 cores busy" in busy
    (slow,) = warnings_of(replace(quiet, throttled=("it is hot",)))
    assert "slowed down (it is hot)" in slow
