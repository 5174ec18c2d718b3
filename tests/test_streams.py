"""Standard streams as shells and daemons leave them: no command ends in a traceback, and exit codes say what was."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

Image = pytest.importorskip("PIL.Image", reason="neither the extra `camera` nor `headless` is installed")
pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

FULL = Path("/dev/full")
COMMANDS = {
    "recognize": ["recognize", "page.png"],
    "explain": ["explain", "page.png"],
    "camera": ["camera", "--source", "page.png", "--display", "none", "--json=frames"],
    "help": ["--help"],
    "help of a command": ["recognize", "-h"],
    "version": ["--version"],
}
EACH = pytest.mark.parametrize("name", COMMANDS)


@pytest.fixture
def shell(tmp_path):
    """Run a line of a shell in which ``edgedigits`` is the command and page.png a page without digits."""
    Image.fromarray(np.full((60, 80), 225, np.uint8)).save(tmp_path / "page.png")

    def shell(line, **environment):
        path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        script = f'set -o pipefail; edgedigits() {{ "{sys.executable}" -m edgedigits "$@"; }}; {line}'
        return subprocess.run(
            ["/bin/bash", "-c", script],
            cwd=tmp_path,
            env=os.environ | path | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return shell


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@EACH
def test_a_full_disk_under_the_output_is_one_line_and_exit_code_1(shell, name):
    done = shell(f"edgedigits {' '.join(COMMANDS[name])} >{FULL}", PYTHONUNBUFFERED="1" if name == "camera" else "")
    assert done.returncode == 1
    *said, error = done.stderr.splitlines()
    assert error == "edgedigits: the output cannot be written (no space left on device)"
    assert not said or name == "camera"  # which says what it opens, and what it did


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("name", ["recognize", "camera", "help"])
def test_a_closed_stream_is_no_error(shell, name, closed):
    done = shell(f"edgedigits {' '.join(COMMANDS[name])} {closed}")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


@EACH
def test_a_reader_that_has_seen_enough_is_no_error(shell, name):
    done = shell(f"edgedigits {' '.join(COMMANDS[name])} | true")
    assert done.returncode == 0
    assert not [line for line in done.stderr.splitlines() if "rror" in line or "Broken" in line]


def test_an_error_that_nobody_can_read_has_its_exit_code(shell):
    assert shell("edgedigits recognize gone.png 2>&-").returncode == 1
    assert shell("edgedigits recognize gone.png <&- >&- 2>&-").returncode == 1


def test_names_that_an_encoding_has_no_signs_for_are_escaped(shell):
    done = shell(
        "cp page.png 数.png; edgedigits explain 数.png; edgedigits recognize 数.png", PYTHONIOENCODING="latin-1"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-2:] == [r"wrote \u6570-explained.jpg", r"\u6570.png: no digits"]


def test_names_steer_no_terminal_and_stay_on_their_line(shell):
    done = shell(r"""cp page.png $'a\nb\e[31m.png'; edgedigits recognize *.png; edgedigits recognize $'\e2J'""")
    assert done.stdout.splitlines() == [r"a\nb\x1b[31m.png: no digits", "page.png: no digits"]
    assert done.stderr == "edgedigits: \\x1b2J does not exist\n"
