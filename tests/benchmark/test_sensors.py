"""What a machine tells about itself, of folders that stand for it."""

import pytest

from edgedigits.benchmark import sensors
from edgedigits.benchmark.sensors import SLOWED, Load, Slowing, clock_mhz, governor, slowed


def cpus(tmp_path, name, *texts):
    for number, text in enumerate(texts):
        path = tmp_path / f"cpu{number}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_the_clock_is_that_of_the_fastest_core(tmp_path):
    assert clock_mhz(cpus=cpus(tmp_path, "cpufreq/scaling_cur_freq", "600000\n", "1800000\n")) == 1800


def test_without_a_governor_a_pc_tells_its_clock_elsewhere(tmp_path):
    (tmp_path / "cpuinfo").write_text("cpu MHz\t\t: 2596.154\nflags : sse\ncpu MHz\t\t: 3100.0\n")
    assert clock_mhz(cpus=tmp_path, cpu_info=tmp_path / "cpuinfo") == 3100.0


def test_a_machine_that_tells_nothing_is_none(tmp_path):
    assert clock_mhz(cpus=tmp_path, cpu_info=tmp_path / "none") is None
    assert governor(cpus=tmp_path) is None
    assert Load.now(stat=tmp_path / "none") is None


def test_governors_are_named_once(tmp_path):
    assert governor(cpus=cpus(tmp_path, "cpufreq/scaling_governor", "ondemand\n", "ondemand\n")) == "ondemand"


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [
        (Slowing(0, None), Slowing(0, None), ()),
        (Slowing(0, None), Slowing(0x4, None), ("it is throttled",)),
        (Slowing(0, None), Slowing(0x40000, None), ("it is throttled",)),
        (Slowing(0x40000, None), Slowing(0x40000, None), ()),
        (Slowing(0x50000, None), Slowing(0x50005, None), tuple(SLOWED[bit] for bit in (0, 2))),
        (Slowing(None, 3), Slowing(None, 3), ()),
        (Slowing(None, 3), Slowing(None, 4), ("its processor is hot",)),
        (Slowing(None, None), Slowing(None, None), None),
    ],
)
def test_slowing_down_is_told_where_it_happened_in_between(before, after, reasons):
    assert after.since(before) == reasons


def test_what_is_slowed_down_is_counted_over_all_cores(tmp_path):
    assert slowed(cpus=cpus(tmp_path, "thermal_throttle/core_throttle_count", "2\n", "3\n")).count == 5


def test_the_load_of_others_is_what_is_not_ours():
    before = Load(at_s=10.0, machine_s=100.0, own_s=5.0)
    assert Load(at_s=20.0, machine_s=118.0, own_s=14.0).others_since(before) == pytest.approx(0.9)
    assert Load(at_s=20.0, machine_s=108.0, own_s=14.0).others_since(before) == 0.0


def test_waiting_is_no_load_and_what_a_hypervisor_took_is(tmp_path):
    ticks = sensors.os.sysconf("SC_CLK_TCK")
    user, nice, system, idle, wait, irq, softirq, steal, guest = 10, 1, 4, 900, 80, 2, 3, 5, 7
    counts = (user, nice, system, idle, wait, irq, softirq, steal, guest, 0)
    (tmp_path / "stat").write_text(f"cpu  {' '.join(map(str, counts))}\ncpu0\n")
    assert Load.now(stat=tmp_path / "stat").machine_s == pytest.approx(25 / ticks)
