"""The command that trains the detector."""

import contextlib
import json
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

pytest.importorskip("tensorflow", reason="the extra `export` is not installed")
pytest.importorskip("sklearn", reason="the extra `export` is not installed")
pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

from edgedigits.cli import app
from edgedigits.cli.train_detector import STAGES, StageBar, row_line
from edgedigits.training.data import load_mnist
from edgedigits_camera.scoring import Counts
from edgedigits_export.detecting.fit import Position
from edgedigits_export.detecting.network import build
from edgedigits_export.detecting.reading import Measured
from edgedigits_export.detecting.recipe import DetectorRecipe
from edgedigits_export.detecting.runs import DetectorRun, finish, recorded_recipe, start


def edgedigits(*arguments):
    return CliRunner().invoke(app, ["train-detector", *map(str, arguments)])


@pytest.fixture
def finished(archive, tmp_path):
    """A folder as a training leaves it, of an untrained network."""
    run = DetectorRun(tmp_path / "run")
    start(run, recipe=DetectorRecipe(scenes=20, steps=50, seed=3), data=load_mnist(archive), force=False)
    finish(run, model=build(), measured=[Measured(0.3, Counts(1, 10, 9, 8, 1))], scenes=1)
    return run


def test_a_finished_run_tells_how_it_does_and_stays_as_it_is(finished, archive):
    before = finished.training.read_bytes()
    result = edgedigits("--resume", "--data", archive, "--out", finished.folder, "--scenes", 20, "--seed", 3)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{finished.folder}: heat 0.3: recall 90.0%, precision 90.0%\n"
    assert finished.training.read_bytes() == before


def test_an_existing_run_is_one_line_and_exit_code_1(finished, archive):
    result = edgedigits("--data", archive, "--out", finished.folder)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "holds a run already; --resume goes on with it, --force replaces it" in result.stderr


@pytest.mark.parametrize(("option", "value"), [("--scenes", 30), ("--steps", 51), ("--seed", 0)])
def test_resuming_with_other_numbers_is_refused(finished, archive, option, value):
    result = edgedigits("--resume", "--data", archive, "--out", finished.folder, option, value)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "--resume goes on with the run's own numbers" in result.stderr


def test_there_must_be_a_run_to_resume_and_data_to_train_on(tmp_path, archive):
    result = edgedigits("--resume", "--data", archive, "--out", tmp_path / "absent")
    assert result.exit_code == 1
    assert "absent holds no run; `edgedigits train-detector` makes one" in result.stderr
    result = edgedigits("--data", tmp_path / "gone.npz", "--out", tmp_path / "new")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "gone.npz does not exist" in result.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(("option", "value"), [("--scenes", 19), ("--steps", 0), ("--seed", -1)])
def test_values_outside_the_range_are_usage_errors(option, value):
    assert edgedigits(option, value).exit_code == 2


def test_an_interrupt_says_how_to_go_on(archive, tmp_path):
    command = [sys.executable, "-c", "from edgedigits.cli import main; main()", "train-detector"]
    run = DetectorRun(tmp_path / "run")
    process = subprocess.Popen(
        [*command, "--data", str(archive), "--out", str(run.folder), "--scenes", "60", "--seed", "5"],
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path), "PATH": ""},
    )
    labels = run.scenes / "scenes.jsonl"
    while not (labels.is_file() and labels.stat().st_size):
        assert process.poll() is None
        time.sleep(0.05)
    said = None
    while said is None:  # Python loses an interrupt that comes while an object is finalised
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert said == f"stopped; go on with: edgedigits train-detector --resume --out {run.folder}\n"
    assert (recorded_recipe(run).scenes, recorded_recipe(run).seed) == (60, 5)
    lines = labels.read_text().splitlines()
    assert 0 < len(lines) < 60
    assert all((run.scenes / f"{json.loads(line)['number']}.png").is_file() for line in lines)


def test_a_row_of_losses_leaves_a_line():
    row = {"step": 200.0, "heat": 1.25, "box": 0.5, "time_s": 30.0}
    assert row_line(Position("train", 200, 12_000, row)) == "step 200/12000  heat 1.250  box 0.500"
    with StageBar() as bar, bar.console.capture() as captured:
        for stage in STAGES:
            bar.show(Position(stage, 1, 10))
        bar.show(Position("train", 200, 12_000, row))
    assert captured.get() == "step 200/12000  heat 1.250  box 0.500\n"
