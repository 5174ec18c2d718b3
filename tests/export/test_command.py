import json
import sys
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.cli import app
from edgedigits.cli.export import show
from edgedigits.training.model import build_model
from edgedigits.training.recipes import FAST
from edgedigits.training.runs import Run, start
from edgedigits_export.bundling import Exported


@pytest.fixture
def command(tmp_path, monkeypatch):
    monkeypatch.delenv("EDGEDIGITS_MNIST", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "none"))
    return lambda *arguments: CliRunner().invoke(app, ["export", *map(str, arguments)])


def test_a_run_becomes_a_bundle_and_a_table(command, trained, tmp_path):
    out = tmp_path / "bundle"
    result = command(
        *(trained.run.folder, "--quantize", "--data", trained.data_path, "--out", out, "--calibration-images", 60),
    )
    assert result.exit_code == 0, result.output
    assert {artifact.format for artifact in Bundle.load(out).artifacts} == {"float32", "int8", "onnx", "npz"}
    assert json.loads((out / "report.json").read_text())["calibration"] == {
        "images": 60,
        "seed": 0,
        "split": "training",
    }
    for word in ("float32", "litert", "onnxruntime", "numpy", "report.md"):
        assert word in result.stdout


@pytest.mark.parametrize("fitted", [False, True])
def test_the_next_step_after_an_export_is_a_judge_unless_there_is_one(capsys, fitted):
    bundle = Bundle.read(default_bundle())
    show(Exported(bundle if fitted else replace(bundle, judge_sha256=None), proofs=()))
    assert (f"fit it with: edgedigits fit-judge {bundle.folder}" in capsys.readouterr().out) != fitted


def test_formats_are_named_and_their_p50_is_shown(command, trained, tmp_path):
    out = tmp_path / "bundle"
    result = command(*(trained.run.folder, "--formats", "npz,uint8", "--data", trained.data_path, "--out", out))
    assert result.exit_code == 0, result.output
    assert [artifact.format for artifact in Bundle.load(out).artifacts] == ["uint8", "npz"]
    assert "p50 us" in result.stdout
    formats = json.loads((out / "report.json").read_text())["formats"]
    assert "raw pixels" in formats[0]["notes"][0]
    assert all(runtime["p50_us"] > 0 for made in formats for runtime in made["runtimes"])


def test_an_unknown_format_is_one_line_with_all_there_are(command, trained, tmp_path):
    result = command(trained.run.folder, "--formats", "int4", "--data", trained.data_path)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "no format or profile 'int4'; choose from float32, float16" in result.stderr


def test_a_run_that_is_not_there_is_one_line(command, tmp_path):
    result = command(tmp_path / "nothing")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "nothing holds no run; `edgedigits train` makes one" in result.stderr


def test_data_that_are_not_there_are_one_line(command, trained, tmp_path):
    result = command(trained.run.folder, "--data", tmp_path / "gone.npz")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "gone.npz does not exist" in result.stderr


def test_too_many_calibration_images_are_one_line(command, trained):
    result = command(trained.run.folder, "--data", trained.data_path, "--calibration-images", 70_000)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "10 to 1080 training images, got 70000" in result.stderr


def test_a_missing_extra_is_one_line_with_the_command_that_installs_it(command, trained, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    result = command(trained.run.folder, "--data", trained.data_path)
    assert result.exit_code == 1
    assert "pip install 'edgedigits[export]'" in result.stderr


def test_a_failed_gate_exits_1_with_every_number_and_its_limit_and_leaves_the_old_bundle(command, trained, tmp_path):
    run, out = Run(tmp_path / "run"), tmp_path / "bundle"
    out.mkdir()
    start(run, recipe=FAST, data=trained.data, force=False)
    model = build_model()
    model.set_weights(trained.network.model.get_weights())
    # Of the same shapes, but not the documented network: it takes one of four values in place of the largest.
    model.layers[1].pool_size = (1, 1)
    model.save(run.model)
    (out / "manifest.json").write_text("the old one")
    result = command(run.folder, "--data", trained.data_path, "--out", out)
    assert result.exit_code == 1
    assert "float32, onnx, npz failed the gate, nothing was exported" in result.stderr
    assert result.stderr.count("FAILED litert agreement") == 1
    assert [line.split(":")[0] for line in result.stderr.splitlines()[-3:]] == ["  float32", "  onnx", "  npz"]
    assert "(at least 100.00 %)" in result.stderr
    assert (out / "manifest.json").read_text() == "the old one"
