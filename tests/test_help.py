"""Help is for people: whole sentences, switches without values, words explained."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from edgedigits.cli import app
from edgedigits.cli.commands import COMMANDS

NAMES = list(COMMANDS)


def help_of(*command, flag="--help"):
    result = CliRunner().invoke(app, [*command, flag], env={"COLUMNS": "80"})
    assert result.exit_code == 0
    return result.stdout


def test_the_first_words_say_what_it_is_for_and_the_last_what_exit_codes_mean():
    told = help_of()
    assert "Handwritten digits: read them in photos" in " ".join(told.split())
    assert told.index("Commands:") < told.index("A bundle is") < told.index("Exit codes: 0 done")


def test_every_command_has_a_line_that_is_whole():
    told = help_of()
    for name, line in zip(NAMES, COMMANDS.values(), strict=True):
        assert f"  {name.ljust(max(map(len, NAMES)))}  {line}\n" in told


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_cut_off_and_no_switch_seems_to_take_a_value(name):
    told = help_of(name)
    assert told == help_of(name, flag="-h")
    assert "<bool>" not in told
    assert "…" not in told
    assert "..." not in told.replace("...\n", "").replace("{PICTURE...}...", "").replace("PICTURE...", "")


def test_a_command_does_not_wait_for_the_imports_of_others():
    told = "import sys; from edgedigits.cli import app; app(['service', '--help'], standalone_mode=False);"
    told += "print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "edgedigits.cli.service" in loaded
    assert not loaded & {f"edgedigits.cli.{name.replace('-', '_')}" for name in NAMES if name != "service"}
    assert "numpy" not in loaded
