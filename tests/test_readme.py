"""README names every command; its figures are held by tests/benchmarks/test_figures.py."""

import re
from pathlib import Path

import pytest

from edgedigits.cli.commands import COMMANDS

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_named(command):
    assert re.search(rf"(edgedigits|make) {command}\b", README)
