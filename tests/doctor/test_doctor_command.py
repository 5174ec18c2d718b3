"""``edgedigits doctor``."""

import json
import re
import shutil

import pytest
from typer.testing import CliRunner

from edgedigits import doctor
from edgedigits.cli import app
from edgedigits.doctor.finding import Finding, State

pytestmark = pytest.mark.slow


def run(*arguments):
    return CliRunner().invoke(app, ["doctor", *arguments])


@pytest.fixture
def found(monkeypatch):
    """Let these things be found."""

    def let(*findings):
        monkeypatch.setattr(doctor, "examine", lambda _bundle, **_options: iter(findings))

    return let


def test_what_is_wrong_comes_with_the_command_below_it(found):
    found(Finding("disk", State.WARNING, "0.0 GB free in /tmp", "sudo apt-get clean"))
    result = run()
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "WRONG  disk                    0.0 GB free in /tmp",
        "       run: sudo apt-get clean",
        "this device can read digits",
    ]


@pytest.mark.parametrize(("state", "code"), [("ok", 0), ("note", 0), ("warning", 0), ("fault", 1)])
def test_only_what_keeps_digits_from_being_read_is_exit_code_1(state, code, found):
    found(Finding("a", State.OK, "right"), Finding("b", State(state), "found"))
    assert run().exit_code == code
    result = run("--json")
    assert result.exit_code == code
    content = json.loads(result.stdout)
    assert content["reads"] is (code == 0)
    assert content["findings"][1] == {"name": "b", "state": state, "found": "found", "command": ""}


def test_a_look_that_fails_is_a_finding_and_the_others_go_on(monkeypatch):
    def fail(*_arguments):
        raise RuntimeError("no\nsuch thing")

    monkeypatch.setattr(doctor, "on_machine", fail)
    monkeypatch.setattr(doctor, "on_packages", lambda *_: [])
    monkeypatch.setattr(doctor, "on_cameras", lambda: [Finding("camera", State.OK, "webcam")])
    monkeypatch.setattr(doctor, "on_reading", lambda *_: [None])
    assert [(each.name, each.state, each.found) for each in doctor.examine()] == [
        ("machine", State.WARNING, "cannot be looked at: no such thing"),
        ("camera", State.OK, "webcam"),
    ]


def test_this_device_reads_digits_with_the_shipped_bundle():
    pytest.importorskip("cv2")
    result = run("--json")
    content = json.loads(result.stdout)
    assert result.exit_code == 0, content
    names = [each["name"] for each in content["findings"]]
    assert names[:3] == ["system", "python", "disk"]
    assert {"opencv", "video", "window", "bundle", "runtime numpy", "reading"} <= set(names)


def test_a_damaged_bundle_is_found(random_bundle, tmp_path):
    folder = shutil.copytree(random_bundle, tmp_path / "mine")
    (folder / "model.npz").write_bytes(b"other")
    result = run("--bundle", str(folder))
    assert result.exit_code == 1
    assert re.search(r"^FAULT  bundle .*model.npz has SHA-256", result.stdout, re.MULTILINE)
    assert result.stdout.splitlines()[-1] == "this device cannot read digits, see FAULT"
