from __future__ import annotations

import csv
import dataclasses
import errno
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from edgedigits.errors import DataError, RunError, WriteError
from edgedigits.files import writing
from edgedigits.training import train as module
from edgedigits.training.recipes import FAST, ROBUST
from edgedigits.training.runs import Run, recorded_recipe, start, take_back
from edgedigits.training.train import Launch, train

if TYPE_CHECKING:
    from pathlib import Path

    from edgedigits.training.data import Mnist

TINY = dataclasses.replace(ROBUST, epochs=3, batch_size=16)
# A training in a process of its own, so that it can be killed; it stops by itself only when it is done.
SCRIPT = """
import sys
from pathlib import Path
from edgedigits.training.data import load_mnist
from edgedigits.training.runs import Run, recorded_recipe, start
from edgedigits.training.train import Launch, train
from tests_recipe import TINY

run, mode = Run(Path(sys.argv[2])), sys.argv[3]
recipe = recorded_recipe(run) if mode == "resume" else TINY
say = lambda position: print(position.epoch, position.step, flush=True)
train(recipe, data=load_mnist(Path(sys.argv[1])), run=run, launch=Launch(existing=mode), on_progress=say)
"""


@pytest.fixture(scope="module")
def finished(mnist: Mnist, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = Run(tmp_path_factory.mktemp("runs") / "tiny")
    train(TINY, data=mnist, run=run)
    return run


def weights(run: Run) -> list[np.ndarray]:
    import keras

    return keras.saving.load_model(run.model, compile=False).get_weights()


def test_a_run_folder_holds_everything_and_nothing_else(finished: Run) -> None:
    pictures = {"architecture.png", "confusion.png", "curves.png", "first.png", "mistakes.png"}
    files = {"history.csv", "metrics.json", "model.keras", "recipe.json", "state.npz"}
    assert {path.name for path in finished.folder.iterdir()} == files | pictures


def test_the_recipe_is_recorded_with_every_value_versions_and_data(finished: Run, mnist: Mnist) -> None:
    content = json.loads(finished.recipe.read_text())
    assert recorded_recipe(finished) == TINY
    assert content["data"] == {"sha256": mnist.sha256, "train": 270, "validation": 30}
    assert set(content["versions"]) == {"edgedigits", "python", "tensorflow", "keras", "numpy"}


def test_history_and_metrics_hold_the_figures(finished: Run) -> None:
    rows = list(csv.DictReader(finished.history.open()))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert {"accuracy", "loss", "val_accuracy", "val_loss", "time_s"} < set(rows[0])
    metrics = json.loads(finished.metrics.read_text())
    assert (metrics["parameters"], metrics["epochs"]) == (93_322, 3)
    assert metrics["test"]["images"] == 80
    assert set(metrics["validation"]) == {"val_accuracy", "val_loss"}
    assert len(metrics["test"]["recall"]) == 10


def test_pictures_are_png_files_of_some_size(finished: Run) -> None:
    for path in finished.folder.glob("*.png"):
        content = path.read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) > 5_000


def test_a_run_is_not_overwritten_unasked(finished: Run, mnist: Mnist) -> None:
    before = finished.metrics.read_bytes()
    with pytest.raises(RunError, match="holds a run already; --resume goes on with it, --force replaces it"):
        train(TINY, data=mnist, run=finished)
    assert finished.metrics.read_bytes() == before


def test_a_run_is_replaced_when_asked(mnist: Mnist, tmp_path: Path) -> None:
    run = Run(tmp_path)
    start(run, recipe=TINY, data=mnist, force=False)
    for path in (run.metrics, run.model, run.state, run.picture("curves"), tmp_path / "notes.txt"):
        path.touch()
    start(run, recipe=FAST, data=mnist, force=True)
    assert recorded_recipe(run) == FAST
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "recipe.json"]


def test_a_training_that_cannot_begin_leaves_nothing_behind_and_an_old_run_as_it_was(
    mnist: Mnist, tmp_path: Path
) -> None:
    none = dataclasses.replace(mnist, train=mnist.train[:0])
    run = Run(tmp_path / "run")
    with pytest.raises(DataError, match="no images are left to train on"):
        train(TINY, data=none, run=run)
    assert not list(tmp_path.iterdir())
    start(run, recipe=TINY, data=mnist, force=False)
    run.metrics.touch()
    with pytest.raises(DataError, match="no images are left to train on"):
        train(FAST, data=none, run=run, launch=Launch(existing="replace"))
    assert recorded_recipe(run) == TINY
    assert run.metrics.exists()


def test_a_training_that_fails_before_its_first_epoch_is_taken_back_and_later_ones_are_kept(
    mnist: Mnist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(tmp_path / "run")

    def full(path: Path, **_: object) -> None:
        with writing(path):
            raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(module, "save_state", full)
        with pytest.raises(WriteError, match=r"state\.npz cannot be written \(no space left on device\)"):
            train(TINY, data=mnist, run=run)
        assert not list(tmp_path.iterdir())
        start(run, recipe=TINY, data=mnist, force=False)
        run.state.touch()
        take_back(run)
        assert run.recipe.exists()
    with pytest.raises(RunError, match=r"state\.npz cannot be resumed from"):
        train(TINY, data=mnist, run=run, launch=Launch(existing="resume"))
    assert run.recipe.exists()


def test_resuming_with_other_data_is_refused(finished: Run, mnist: Mnist) -> None:
    other = dataclasses.replace(mnist, sha256="0" * 64)
    with pytest.raises(RunError, match="was trained on data with SHA-256"):
        train(TINY, data=other, run=finished, launch=Launch(existing="resume"))


def test_there_must_be_a_run_to_resume(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no run; `edgedigits train` makes one"):
        recorded_recipe(Run(tmp_path / "absent"))


def test_a_broken_recipe_is_refused(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.recipe.write_text("{")
    with pytest.raises(RunError, match=r"recipe.json cannot be read .* start again with --force"):
        recorded_recipe(run)
    run.recipe.write_text('{"recipe": {"name": "x", "augmentation": null}, "data": {}}')
    with pytest.raises(RunError, match="is not a recipe of this version"):
        recorded_recipe(run)


def start_training(folder: Path, archive: Path, run: Run, *, mode: str) -> subprocess.Popen[str]:
    (folder / "tests_recipe.py").write_text(f"from edgedigits.training.recipes import *\nTINY = {TINY!r}\n")
    paths = os.pathsep.join([str(folder), *filter(None, sys.path)])
    command = [sys.executable, "-c", SCRIPT, str(archive), str(run.folder), mode]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": paths})


def test_a_killed_training_resumes_and_ends_with_the_same_weights(finished: Run, archive: Path, tmp_path: Path) -> None:
    run = Run(tmp_path / "killed")
    killed = start_training(tmp_path, archive, run, mode="refuse")
    # In the middle of the second epoch.
    while killed.stdout.readline() != "2 16\n":
        assert killed.poll() is None
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert not run.metrics.exists()
    resumed = start_training(tmp_path, archive, run, mode="resume")
    positions, _ = resumed.communicate()
    assert resumed.returncode == 0
    assert positions.startswith("2 16\n")
    assert all(np.array_equal(one, other) for one, other in zip(weights(run), weights(finished), strict=True))
    known, found = (json.loads(path.read_text())["test"] for path in (finished.metrics, run.metrics))
    assert found == known
