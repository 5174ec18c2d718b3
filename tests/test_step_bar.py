"""The progress of a long work: lines now and then where there is no terminal."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("rich", reason="neither the extra `train` nor `export` is installed")

from edgedigits.cli import steps
from edgedigits.cli.steps import StepBar


def test_without_a_terminal_the_first_step_and_then_one_now_and_then_is_a_line(monkeypatch, capfd):
    clock_s = [100.0]
    monkeypatch.setattr(steps.time, "monotonic", lambda: clock_s[0])
    with StepBar("load") as bar:
        for now_s in (100.0, 101.0, 119.0, 121.0, 122.0, 150.0):
            clock_s[0] = now_s
            bar.show("look", 3000)
        bar.show("put in")
    assert capfd.readouterr().err == "look: 1 of 3000\nlook: 4 of 3000\nlook: 6 of 3000\n"


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
