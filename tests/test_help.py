"""Help is for people: whole sentences, switches without values, words explained."""

import pytest
from typer.testing import CliRunner

from edgedigits.cli import COMMANDS, app

NAMES = [command.__name__.replace("_", "-") for command in COMMANDS]


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
    assert "..." not in told.replace("...\n", "").replace("PICTURE...", "")
