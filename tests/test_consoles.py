"""Texts reach the terminal as they are, and tables whole."""

import ast
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from rich.table import Table
from typer.testing import CliRunner

import edgedigits
from edgedigits.bundle import default_bundle
from edgedigits.cli import app
from edgedigits.cli.consoles import plain_console, print_whole
from edgedigits.cli.evaluate import show
from edgedigits.training.evaluate import Evaluation
from edgedigits.training.scores import score

COMMANDS = Path(edgedigits.__file__).parent / "cli"
CURE = "pip install 'edgedigits[export]'"


@pytest.mark.parametrize("path", sorted(COMMANDS.glob("*.py")), ids=lambda path: path.stem)
def test_no_console_of_a_command_takes_square_brackets_for_styles(path):
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    for call in calls:
        if isinstance(call.func, ast.Name) and call.func.id in {"Console", "PlainConsole"}:
            said = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            assert said.get("markup") == "False", f"line {call.lineno}"


def test_a_cure_is_printed_whole(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    result = CliRunner().invoke(app, ["inspect", str(default_bundle())])
    assert result.exit_code == 0, result.output
    assert CURE in result.stdout


def test_a_table_is_printed_whole_on_a_narrow_terminal(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "20")
    table = Table("number", "[bold]", title="[red]")
    table.add_row("1234567890.25", "[export] " * 5)
    print_whole(table)
    printed = capsys.readouterr().out
    assert "1234567890.25" in printed
    assert "[export] " * 4 in printed
    assert "[bold]" in printed
    assert "[red]" in printed


def test_tables_that_nobody_reads_any_more_are_no_error(monkeypatch):
    def left(_text):
        raise BrokenPipeError

    monkeypatch.setattr(sys.stdout, "write", left)
    table = Table("number")
    for write in (partial(print_whole, table), partial(plain_console().print, table)):
        with pytest.raises(BrokenPipeError):
            write()


def test_a_name_steers_no_terminal(capsys):
    name, shown = "\x1b[31mred\x07", r"\x1b[31mred\x07"
    table = Table(name, title=name)
    table.add_row(name)
    print_whole(table)
    plain_console().print(name, "and\nmore")
    printed = capsys.readouterr().out
    assert printed.count(shown) == 4
    assert "\x1b" not in printed
    assert printed.endswith(f"{shown} and\nmore\n")


def test_a_plain_console_prints_text_of_any_length_on_one_line(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "20")
    plain_console().print(f"a long line, with {CURE}")
    assert capsys.readouterr().out == f"a long line, with {CURE}\n"


def test_no_figure_of_an_evaluation_is_shortened(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    labels = np.repeat(np.arange(10), 1344).astype(np.uint8)
    show(
        Evaluation(
            runtime=f"litert, not onnx: {CURE}", scores=score(np.eye(10, dtype=np.float32)[labels], labels=labels)
        )
    )
    printed = capsys.readouterr().out
    assert printed.count("1344") == 10
    assert printed.count("1.0000") >= 10
    assert CURE in printed


def test_the_overview_of_a_bundle_fits_80_columns(monkeypatch):
    result = CliRunner().invoke(app, ["inspect", str(default_bundle())], env={"COLUMNS": "80"})
    rows = [line for line in result.stdout.splitlines() if line.startswith(("model", "detector", "file"))]
    assert len(rows) >= 3
    assert max(map(len, rows)) <= 80
    assert "model.npz " in result.stdout
