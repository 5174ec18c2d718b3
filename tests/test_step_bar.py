"""The progress of a long work: lines now and then where there is no terminal."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("rich", reason="neither the extra `train` nor `export` is installed")

from edgedigits.cli.steps import StepBar


def lines_until(wanted, capfd):
    """What is written on stderr until a line is."""
    lines = []
    while wanted not in lines:
        lines += capfd.readouterr().err.splitlines()
    return lines


def test_without_a_terminal_a_line_is_written_now_and_then_also_while_one_step_takes_long(capfd):
    with StepBar("load", line_every_s=0.05) as bar:
        bar.show("look", 3000)
        assert lines_until("look: 1 of 3000", capfd)[0] == "look: 1 of 3000"
        lines_until("look: 1 of 3000", capfd)
        bar.show("look", 3000)
        bar.show("fit")
        assert set(lines_until("fit", capfd)) <= {"look: 1 of 3000", "look: 2 of 3000", "fit"}
    assert bar.stream.closed
    assert not bar.teller.is_alive()


def test_steps_in_quick_succession_are_one_line(capfd):
    with StepBar("load") as bar:
        for _ in range(1000):
            bar.show("look", 1000)
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_lines_are_seen_while_stderr_is_kept_off(tmp_path):
    code = """
import os
from edgedigits.cli.steps import StepBar
from edgedigits.silence import silence
with StepBar("load") as bar, silence():
    os.write(2, b"a native library")
    bar.show("convert int8", 4)
"""
    environment = os.environ | {"PYTHONPATH": ":".join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == "convert int8: 1 of 4\n"
