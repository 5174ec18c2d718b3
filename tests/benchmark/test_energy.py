"""Power, from counters, programs and files that stand for meters."""

import os
import time

import pytest

from edgedigits.benchmark import energy
from edgedigits.benchmark.energy import HIDDEN, NONE, Pmic, Rapl, Reading, mean_watts, meter_here, read_csv
from edgedigits.errors import ResultsError

PMIC = """   VDD_CORE_A current(7)=2.00000000A
     3V3_SYS_A current(1)=0.50000000A
       EXT5V_V volt(24)=5.10000000V
    VDD_CORE_V volt(15)=0.75000000V
     3V3_SYS_V volt(9)=3.30000000V
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Puts a vcgencmd into the path that says this; it stands before any other."""

    def put(text):
        (tmp_path / "said").write_text(text)
        (tmp_path / "vcgencmd").write_text(f"#!/bin/sh\ncat {tmp_path / 'said'}\n")
        (tmp_path / "vcgencmd").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    return put


def package(folder, number, energy_uj, *, limit=1_000_000_000, name="package-0"):
    path = folder / f"intel-rapl:{number}"
    path.mkdir(parents=True, exist_ok=True)
    (path / "energy_uj").write_text(f"{energy_uj}\n")
    (path / "name").write_text(f"{name}\n")
    (path / "max_energy_range_uj").write_text(f"{limit}\n")
    return path


def test_counters_of_all_packages_give_the_mean_power_since_they_were_read(tmp_path):
    clock = iter((10.0, 12.0, 14.0))
    rapl = Rapl([package(tmp_path, 0, 5_000_000), package(tmp_path, 1, 1_000_000)], clock=lambda: next(clock))
    assert rapl.read() is None
    package(tmp_path, 0, 15_000_000), package(tmp_path, 1, 3_000_000)
    assert rapl.read() == Reading(11.0, pytest.approx(6.0))


def test_a_counter_that_began_again_is_followed(tmp_path):
    clock = iter((0.0, 1.0))
    rapl = Rapl([package(tmp_path, 0, 999_000_000)], clock=lambda: next(clock))
    rapl.read()
    package(tmp_path, 0, 1_000_000)
    assert rapl.read().watts == pytest.approx(2.0, rel=1e-3)


def test_the_meter_of_a_pc_is_its_packages_without_what_is_in_them(tmp_path):
    package(tmp_path, 0, 5), package(tmp_path, "0:0", 5, name="core"), package(tmp_path, 1, 9, name="psys")
    clock = iter((0.0, 1.0))
    meter = meter_here(powercap=tmp_path)
    assert isinstance(meter, Rapl)
    meter._clock = lambda: next(clock)
    meter.read()
    package(tmp_path, 0, 3_000_005), package(tmp_path, "0:0", 2_000_005, name="core")
    package(tmp_path, 1, 50_000_009, name="psys")
    assert meter.read().watts == pytest.approx(3.0)


def test_counters_that_may_not_be_read_are_told(tmp_path):
    package(tmp_path, 0, "")  # as root may read all, no number stands for no permission
    assert meter_here(powercap=tmp_path) == HIDDEN


def test_a_raspberry_pi_5_gives_volts_and_amperes_of_its_rails(tmp_path, program):
    program(PMIC)
    assert Pmic().read().watts == pytest.approx(2.0 * 0.75 + 0.5 * 3.3)
    assert isinstance(meter_here(powercap=tmp_path / "none"), Pmic)


def test_where_nothing_tells_the_cure_is_said(tmp_path, program):
    program("Command not registered")
    assert meter_here(powercap=tmp_path / "none") == NONE
    assert "--power" in NONE


@pytest.mark.parametrize(
    "text",
    [
        "time,power_w\n1000.5,4.5\n1001.5,5.5\n",
        "Timestamp,Voltage (V),Current (A)\n1000.5,5.0,0.9\n1001.5,5.0,1.1\n",
        "Timestamp,Current,Power (W)\n1970-01-01T00:16:40.5+00:00,9,4.5\n1970-01-01T00:16:41.5+00:00,9,5.5\n",
        "time,Current (mA),Power (W)\n1000.5,900,4.5\n1001.5,1100,5.5\n",
        "\ufeffPower,time\n5.5,1001.5\n4.5,1000.5\n",
    ],
)
def test_a_meters_file_is_read_whatever_its_columns_are_called(tmp_path, text):
    (tmp_path / "power.csv").write_text(text, encoding="utf-8")
    first, second = read_csv(tmp_path / "power.csv")
    assert (first.watts, second.watts) == (pytest.approx(4.5), pytest.approx(5.5))
    assert second.at_s - first.at_s == pytest.approx(1.0)
    assert first.at_s + time.time() - time.monotonic() == pytest.approx(1000.5, abs=0.1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "its columns are none"),
        ("a photo", "its columns are a photo"),
        ("time,volts\n1,5\n", "its columns are time, volts"),
        ("time,power\nyesterday,5\n", "yesterday"),
        ("time,power\n5\n", "out of range"),
        ("time,power\n5,nan\n", "'nan' is no number"),
        ("time,power\ninf,5\n", "inf"),
        ("time,power (mW)\n5,4500\n", r"power \(mW\) is in thousandths"),
        ("time,volts,current_ma\n5,5,900\n", "current_ma is in thousandths"),
        ("time,power\n5,much\n", "much"),
    ],
)
def test_a_file_without_readings_is_one_line(tmp_path, text, why):
    (tmp_path / "power.csv").write_text(text)
    with pytest.raises(ResultsError, match=why) as raised:
        read_csv(tmp_path / "power.csv")
    assert "expected columns time" in str(raised.value)


@pytest.mark.parametrize("last", ["1002.5,4", "1002.5", "1002.5,"])
def test_a_line_that_the_meter_is_still_writing_does_not_count(tmp_path, last):
    (tmp_path / "power.csv").write_text(f"time,power_w\n1000.5,4.5\n\n1001.5,5.5\n{last}")
    assert [each.watts for each in read_csv(tmp_path / "power.csv")] == [4.5, 5.5]


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(ResultsError, match=r"power.csv cannot be read \(No such file or directory\)"):
        read_csv(tmp_path / "power.csv")


def test_power_is_averaged_over_the_time_and_not_told_where_it_was_not_read():
    readings = [Reading(0.0, 2.0), Reading(1.0, 2.0), Reading(2.0, 4.0), Reading(9.0, 4.0), Reading(10.0, 4.0)]
    assert mean_watts(readings, 0.2, 0.8) == pytest.approx(2.0)
    assert mean_watts(readings, 1.0, 2.0) == pytest.approx(3.0, rel=0.01)
    assert mean_watts(readings, 3.0, 4.0) is None
    assert mean_watts(readings, 9.5, 11.0) is None
    assert mean_watts(readings, -1.0, 0.5) is None
    assert mean_watts([], 0.0, 1.0) is None
    assert energy.GAP_S < 7
