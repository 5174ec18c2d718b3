import json

import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.cli import app


@pytest.fixture
def command(trained, monkeypatch):
    monkeypatch.delenv("EDGEDIGITS_MNIST", raising=False)
    arguments = ["export", str(trained.run.folder), "--data", str(trained.data_path), "--formats", "npz"]
    return lambda *more: CliRunner().invoke(app, [*arguments, *map(str, more)])


def test_another_set_is_in_every_report(command, trained, tmp_path):
    test = trained.data.test[:30]
    np.savez(tmp_path / "own.npz", x_test=test.images, y_test=test.labels)
    np.savez(tmp_path / "wrong.npz", x_test=test.images, y_test=(test.labels + 1) % 10)
    out = tmp_path / "bundle"
    sets = ("--also", f"my own={tmp_path / 'own.npz'}", "--also", f"wrong labels={tmp_path / 'wrong.npz'}")
    result = command("--out", out, *sets)
    assert result.exit_code == 0, result.output
    own, wrong = json.loads((out / "report.json").read_text())["others"]
    assert (own["name"], own["images"], wrong["name"]) == ("my own", 30, "wrong labels")
    assert own["formats"]["npz"] == own["keras"] > 0.9
    assert wrong["formats"]["npz"] == wrong["keras"] < 0.1
    for name in ("README.md", "report.md", "report.html"):
        assert "my own" in (out / name).read_text()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("own.npz",), "expected NAME=PATH, got 'own.npz'"),
        (("=own.npz",), "expected NAME=PATH"),
        (("own=",), "expected NAME=PATH"),
        (("a=1.npz", "a=2.npz"), "'a' is given twice"),
    ],
)
def test_a_set_without_name_or_path_or_named_twice_is_refused(command, given, said):
    result = command(*(word for each in given for word in ("--also", each)))
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_set_that_is_not_there_is_one_line_before_anything_is_done(command, tmp_path):
    result = command("--also", f"gone={tmp_path / 'gone.npz'}")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "gone.npz does not exist" in result.stderr
