from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from edgedigits.cli import app
from edgedigits.cli.evaluate import confusion_table
from edgedigits.training.model import build_model, probabilities
from edgedigits.training.runs import Run, recorded_recipe
from edgedigits.training.scores import score

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def edgedigits(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def trained(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = Run(tmp_path_factory.mktemp("runs") / "fast")
    options = (
        "--recipe",
        "fast",
        "--data",
        archive,
        "--epochs",
        2,
        "--batch-size",
        32,
        "--seed",
        3,
        "--out",
        run.folder,
    )
    result = edgedigits("train", *options)
    assert result.exit_code == 0, result.output
    assert "epoch 2/2  accuracy" in result.stderr
    assert f"{run.folder}: test accuracy" in result.stdout
    return run


def test_options_end_up_in_the_recipe(trained: Run) -> None:
    recipe = recorded_recipe(trained)
    assert (recipe.name, recipe.epochs, recipe.batch_size, recipe.seed) == ("fast", 2, 32, 3)


def test_an_existing_run_is_one_line_and_exit_code_1(trained: Run, archive: Path) -> None:
    result = edgedigits("train", "--data", archive, "--out", trained.folder)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "holds a run already; --resume goes on with it, --force replaces it" in result.stderr


@pytest.mark.parametrize("command", ["train", "evaluate", "export", "fit-judge", "train-detector"])
def test_what_can_be_refused_is_refused_before_mnist_is_looked_for(trained: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "training.json").write_text("{}")
    (tmp_path / "no-mnist.npz").touch()
    arguments = {
        "train": ("--out", trained.folder),
        "evaluate": (tmp_path / "absent",),
        "export": (trained.folder, "--formats", "int4"),
        "fit-judge": (tmp_path / "absent",),
        "train-detector": ("--out", tmp_path),
    }
    result = edgedigits(command, *arguments[command], "--data", tmp_path / "no-mnist.npz")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "no-mnist" not in result.stderr


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "network.keras",
            None,
            r"network\.keras cannot be loaded \(it unpacks to 1,100 MB, at most 1,000 MB are read\)",
        ),
        (
            "network.h5",
            None,
            r"network\.h5 cannot be loaded \(its arrays unpack to 1,200 MB, at most 1,000 MB are read\)",
        ),
        ("network.keras", b"no network", "network\\.keras cannot be loaded \\(it is no zip archive"),
        ("network.h5", b"no network", "network\\.h5 cannot be loaded"),
        ("network.onnx", b"no network", "network\\.onnx is no ONNX file"),
        ("network.txt", b"no network", "is no network that can be read; name a Keras file"),
    ],
    ids=["keras bomb", "h5 bomb", "no keras", "no h5", "no onnx", "unknown"],
)
def test_files_that_hold_no_network_or_too_much_are_one_line(
    archive: Path, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    elif name.endswith(".h5"):
        with h5py.File(path, "w") as file:
            file.create_dataset("kernel", (300_000_000,), "f4", chunks=(1_000_000,), compression="gzip")
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as entries:
            for number in range(11):
                entries.writestr(f"{number}", bytes(100_000_000))
    assert path.stat().st_size < 6_000_000
    result = edgedigits("export", "--from", path, "--out", tmp_path / "bundle", "--data", archive)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert re.search(said, result.stderr)
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_finished_run_can_be_resumed_and_stays_as_it_is(trained: Run, archive: Path) -> None:
    before = json.loads(trained.metrics.read_text())
    result = edgedigits("train", "--resume", "--data", archive, "--epochs", 2, "--out", trained.folder)
    assert result.exit_code == 0, result.output
    assert json.loads(trained.metrics.read_text()) == before


@pytest.mark.parametrize(("option", "value"), [("--epochs", 3), ("--recipe", "robust"), ("--seed", 0)])
def test_resuming_with_other_numbers_is_refused(trained: Run, archive: Path, option: str, value: object) -> None:
    result = edgedigits("train", "--resume", "--data", archive, "--out", trained.folder, option, value)
    assert result.exit_code == 1
    assert "--resume goes on with the run's own numbers" in result.stderr


@pytest.mark.parametrize(("option", "value"), [("--recipe", "slow"), ("--strategy", "cloud"), ("--epochs", 0)])
def test_values_outside_the_choice_are_usage_errors(option: str, value: object) -> None:
    assert edgedigits("train", option, value).exit_code == 2


def test_evaluate_prints_the_figures_of_a_run(trained: Run, archive: Path) -> None:
    known = json.loads(trained.metrics.read_text())["test"]
    result = edgedigits("evaluate", trained.folder, "--data", archive, "--json")
    found = json.loads(result.stdout)
    assert found["runtime"].startswith("Keras")
    assert {name: found[name] for name in known} == known
    table = edgedigits("evaluate", trained.folder, "--data", archive).stdout
    assert f"accuracy {known['accuracy']:.4f}" in table
    assert "recall" in table
    assert "…" not in table


def test_evaluate_tells_a_run_from_a_bundle(trained: Run, archive: Path, tmp_path: Path) -> None:
    result = edgedigits("evaluate", trained.folder, "--data", archive, "--backend", "numpy")
    assert result.exit_code == 1
    assert "is no bundle" in result.stderr
    result = edgedigits("evaluate", tmp_path, "--data", archive)
    assert "has neither manifest.json nor model.keras; name a run folder or a bundle" in result.stderr
    Run(tmp_path).state.touch()
    result = edgedigits("evaluate", tmp_path, "--data", archive)
    assert "its training is not finished; --resume goes on" in result.stderr
    Run(tmp_path).model.write_bytes(b"no model")
    result = edgedigits("evaluate", tmp_path, "--data", archive)
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr


def test_a_bundle_is_evaluated_in_its_own_runtime_without_tensorflow(archive: Path) -> None:
    from edgedigits.bundle import default_bundle

    command = [
        "-c",
        "import sys; from edgedigits.cli import app; app(standalone_mode=False); sys.exit('tensorflow' in sys.modules)",
    ]
    arguments = ["evaluate", str(default_bundle()), "--data", str(archive), "--backend", "numpy", "--json"]
    result = subprocess.run(
        [sys.executable, *command, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["runtime"].startswith("backend numpy")
    assert found["accuracy"] > 0.5


def test_help_needs_no_tensorflow() -> None:
    code = "import sys; import edgedigits.cli.train, edgedigits.cli.evaluate; sys.exit('tensorflow' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], check=False, env={"PYTHONPATH": ":".join(sys.path)}).returncode
        == 0
    )


def test_a_fresh_network_gives_probabilities() -> None:
    answers = probabilities(build_model(), np.zeros((501, 28, 28), np.uint8))
    assert answers.shape == (501, 10)
    assert np.allclose(answers.sum(axis=1), 1)


def test_the_recall_of_a_digit_is_shown_whole_in_eighty_columns() -> None:
    confusion = np.full((10, 10), 10) + np.eye(10, dtype=int) * 1000
    labels = np.repeat(np.arange(10).repeat(10), confusion.ravel()).astype(np.uint8)
    answers = np.eye(10, dtype=np.float32)[np.repeat(np.tile(np.arange(10), 10), confusion.ravel())]
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(confusion_table(score(answers, labels=labels)))
    assert "0.9182" in console.export_text()
