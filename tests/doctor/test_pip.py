"""The command lines that install packages."""

import json
import shlex
import subprocess
import sys
from dataclasses import replace

import pytest

from edgedigits.doctor.pip import Pip, is_32_bit_on_64, is_managed, own_source


def test_pip_belongs_to_the_python_that_runs_this(pip):
    assert pip.command(["numpy<2"]) == "/venv/bin/python -m pip install 'numpy<2'"
    assert pip.command(["b"], uninstall=["a", "b"]) == (
        "/venv/bin/python -m pip uninstall -y a b && /venv/bin/python -m pip install b"
    )
    assert pip.command(["a==1"], again=True) == "/venv/bin/python -m pip install --force-reinstall --no-deps a==1"


def test_a_path_with_spaces_is_quoted(pip):
    assert replace(pip, python="/my venv/bin/python").command(["a"]) == "'/my venv/bin/python' -m pip install a"


def test_without_pip_it_is_uv_or_pip_is_brought_first(pip):
    bare = replace(pip, has_pip=False)
    assert bare.command(["a"]) == "/venv/bin/python -m ensurepip && /venv/bin/python -m pip install a"
    assert replace(bare, uv=True).command(["a"], uninstall=["b"]) == (
        "uv pip uninstall --python /venv/bin/python b && uv pip install --python /venv/bin/python a"
    )


def test_under_a_64_bit_kernel_pip_is_told_of_the_32_bits(pip):
    assert replace(pip, linux32=True).command(["a"]) == "linux32 /venv/bin/python -m pip install a"
    assert is_32_bit_on_64(pointer_bytes=4, machine="aarch64")
    assert not is_32_bit_on_64(pointer_bytes=4, machine="armv7l")
    assert not is_32_bit_on_64(pointer_bytes=8, machine="aarch64")


def test_the_systems_own_python_gets_an_environment(pip):
    assert replace(pip, managed=True).command(["a"]) == (
        "python3 -m venv --system-site-packages ~/edgedigits-venv && "
        "~/edgedigits-venv/bin/pip install '/src/edgedigits[headless]'"
    )


def test_managed_is_what_has_the_mark_and_is_no_environment(tmp_path):
    assert not is_managed(prefix="/usr", base="/usr", stdlib=str(tmp_path))
    (tmp_path / "EXTERNALLY-MANAGED").touch()
    assert is_managed(prefix="/usr", base="/usr", stdlib=str(tmp_path))
    assert not is_managed(prefix="/venv", base="/usr", stdlib=str(tmp_path))


@pytest.mark.parametrize(
    ("url", "source", "requirement"),
    [
        (None, "edgedigits", "edgedigits[camera]"),
        ("file:///home/pi/edge%20digits", "/home/pi/edge digits", "/home/pi/edge digits[camera]"),
        ("https://example.org/e.whl", "https://example.org/e.whl", "edgedigits[camera] @ https://example.org/e.whl"),
    ],
)
def test_the_project_comes_from_where_it_came_from(url, source, requirement):
    assert own_source(direct_url=json.dumps({"url": url} if url else {})) == source
    assert Pip("python", source=source).with_extra("camera") == requirement


def test_the_command_of_this_python_can_be_run():
    here = Pip.here()
    assert here.python == sys.executable
    line = [*shlex.split(replace(here, managed=False).command(["numpy"])), "--dry-run", "--no-index", "--quiet"]
    if here.has_pip:
        assert subprocess.run(line, capture_output=True, check=False).returncode == 0
