"""What a measurement says about the machine."""

import platform

import pytest

from edgedigits.machine import Device, model_name, peak_memory_mb, resident_memory_mb, temperature_c


def test_a_raspberry_pi_gives_its_own_name(tmp_path):
    (tmp_path / "model").write_bytes(b"Raspberry Pi 4 Model B Rev 1.4\0")
    assert model_name(device_tree=tmp_path / "model", cpu_info=tmp_path / "none") == "Raspberry Pi 4 Model B Rev 1.4"


def test_a_pc_gives_its_processor(tmp_path):
    (tmp_path / "cpuinfo").write_text("processor : 0\nmodel name : Fast 3000\nprocessor : 1\nmodel name : Fast 3000\n")
    assert model_name(device_tree=tmp_path / "none", cpu_info=tmp_path / "cpuinfo") == "Fast 3000"


def test_a_machine_that_tells_nothing_gives_its_architecture(tmp_path):
    assert model_name(device_tree=tmp_path / "none", cpu_info=tmp_path / "none") == platform.machine()


def test_the_hottest_sensor_counts_and_broken_ones_do_not(tmp_path):
    for number, content in enumerate(("41000\n", "55500\n", "asleep")):
        zone = tmp_path / f"thermal_zone{number}"
        zone.mkdir()
        (zone / "temp").write_text(content)
    assert temperature_c(thermal=tmp_path) == pytest.approx(55.5)


def test_no_sensor_is_none(tmp_path):
    assert temperature_c(thermal=tmp_path) is None


def test_memory_is_in_millions_of_bytes_and_none_where_nobody_tells(tmp_path):
    (tmp_path / "status").write_text("Name:\tpython\nVmHWM:\t   50000 kB\nVmRSS:\t   40000 kB\n")
    assert peak_memory_mb(status=tmp_path / "status") == pytest.approx(51.2)
    assert resident_memory_mb(status=tmp_path / "status") == pytest.approx(40.96)
    assert peak_memory_mb(status=tmp_path / "none") is None


def test_this_machine_has_a_name_cores_and_numpy():
    device = Device.here()
    assert device.model
    assert device.cores >= 1
    assert "numpy" in device.versions
