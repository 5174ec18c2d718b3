"""Userlands of Raspberry Pis."""

import pytest

from benchmarks.arm import debian
from benchmarks.arm.debian import unpack
from benchmarks.arm.install import platforms, write_launcher
from benchmarks.arm.systems import PI_32, PI_64_TRIXIE, SYSTEMS


def test_platforms_are_those_that_the_systems_glibc_runs():
    assert "manylinux_2_36_armv7l" in platforms(PI_32)
    assert "manylinux_2_39_armv7l" not in platforms(PI_32)
    assert {"manylinux_2_41_aarch64", "manylinux2014_aarch64"} < set(platforms(PI_64_TRIXIE))


def test_each_system_has_a_name_and_a_runtime_of_its_own():
    assert {name: system.runtime for name, system in SYSTEMS.items()} == {
        "pi64": "litert",
        "pi64-trixie": "litert",
        "pi32": "tflite-runtime",
        "pi32-numpy": "numpy",
    }


def test_a_launcher_hands_its_arguments_on_and_gives_the_exit_code_back(tmp_path, monkeypatch):
    monkeypatch.setattr(PI_32.__class__, "folder", tmp_path)
    write_launcher(PI_32.launcher(), ["/bin/sh"])
    found = PI_32.run("-c", 'echo "$0|$1"; exit 3', "a b", "c")
    assert (found.stdout, found.returncode) == ("a b|c\n", 3)


def test_what_was_unpacked_is_not_unpacked_again(tmp_path):
    (tmp_path / ".packages").write_text("bookworm arm64 busybox\n", encoding="utf-8")
    (tmp_path / "kept").touch()
    assert unpack(tmp_path, suite="bookworm", arch="arm64", packages=["busybox"]) == tmp_path
    assert (tmp_path / "kept").exists()


def test_without_debians_keys_the_command_that_brings_them_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(debian, "KEYRING", tmp_path / "none.gpg")
    with pytest.raises(FileNotFoundError, match="run: apt-get install debian-archive-keyring"):
        unpack(tmp_path / "system", suite="bookworm", arch="arm64", packages=["busybox"])
