"""What is found on the machine itself."""

from dataclasses import replace

import pytest

from edgedigits.doctor import machine
from edgedigits.doctor.finding import Finding, State


def test_a_64_bit_and_a_32_bit_system_are_told(pip):
    found = machine.system(pip, pointer_bytes=8, machine="aarch64", model="Raspberry Pi 5")
    assert found == Finding("system", State.OK, "Raspberry Pi 5, aarch64, 64-bit")
    assert machine.system(pip, pointer_bytes=4, machine="armv7l", model="Raspberry Pi 3").state is State.OK


def test_a_32_bit_system_under_a_64_bit_kernel_is_installed_under_linux32(pip):
    found = machine.system(replace(pip, linux32=True), pointer_bytes=4, machine="aarch64", model="Raspberry Pi 4")
    assert found.state is State.NOTE
    assert "32-bit under a 64-bit kernel" in found.found
    assert found.command == "linux32 /venv/bin/python -m pip install '/src/edgedigits[headless]'"


def test_a_python_without_a_runtime_is_told(pip):
    assert machine.python(pip, version=(3, 11), pointer_bytes=4).state is State.OK
    assert machine.python(pip, version=(3, 13), pointer_bytes=8).state is State.OK
    found = machine.python(pip, version=(3, 13), pointer_bytes=4)
    assert (found.state, "NumPy runs the network" in found.found) == (State.NOTE, True)


def test_the_systems_own_python_is_told_with_what_makes_an_environment(pip):
    found = machine.python(replace(pip, managed=True), version=(3, 11), pointer_bytes=8)
    assert found.state is State.NOTE
    assert found.command.startswith("python3 -m venv --system-site-packages")


def test_a_full_disk_is_told_with_what_frees_it(pip):
    assert machine.disk(pip, free_bytes=lambda _: 2_000_000_000).state is State.OK
    found = machine.disk(pip, free_bytes=lambda path: 5_000_000 if path.name == "tmp" else 10**10)
    assert (found.state, found.found) == (State.WARNING, "0.0 GB free in /tmp")
    assert found.command == "sudo apt-get clean && /venv/bin/python -m pip cache purge"
    assert machine.disk(replace(pip, has_pip=False, uv=True), free_bytes=lambda _: 0).command.endswith("uv cache clean")


@pytest.mark.parametrize(("celsius", "state"), [(55.0, State.OK), (80.0, State.WARNING)])
def test_heat_is_told(celsius, state):
    assert machine.temperature(lambda: celsius).state is state


def test_what_has_no_sensor_is_not_told():
    assert machine.temperature(lambda: None) is None
    assert machine.power(lambda: None) is None


@pytest.mark.parametrize(
    ("bits", "state", "words"),
    [
        (0x0, State.OK, "never slowed down"),
        (0x50005, State.WARNING, "its power supply gives too little voltage, it is throttled; use the power supply"),
        (0x10000, State.NOTE, "since it was started there was too little voltage; use the power supply"),
        (0x80008, State.WARNING, "it is hot; give it air"),
    ],
)
def test_what_slows_a_pi_down_is_told(bits, state, words):
    found = machine.power(lambda: bits)
    assert found.state is state
    assert words in found.found


def test_the_firmware_is_asked_by_its_file_or_by_its_program(tmp_path, monkeypatch):
    (tmp_path / "get_throttled").write_text("50005\n")
    assert machine.throttled(tmp_path / "get_throttled") == 0x50005
    program = tmp_path / "vcgencmd"
    program.write_text("#!/bin/sh\necho throttled=0x$(test $1 = get_throttled && echo 80008)\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert machine.throttled(tmp_path / "none") == 0x80008
    program.write_text("#!/bin/sh\necho VCHI initialization failed\n")
    assert machine.throttled(tmp_path / "none") is None
    program.unlink()
    assert machine.throttled(tmp_path / "none") is None
