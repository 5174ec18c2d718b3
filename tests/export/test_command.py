import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.cli import app
from edgedigits.cli.export import show
from edgedigits.training.model import build_model
from edgedigits.training.recipes import FAST
from edgedigits.training.runs import Run, start
from edgedigits_export.bundling import Exported
from edgedigits_export.formats import FORMATS


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "gone.tflite", "--out", "mine"), "gone.tflite does not exist; name a Keras file"),
        (("--from", "there.pt", "--out", "mine"), "there.pt cannot be read here: in PyTorch"),
        (("--from", "there.onnx", "--out", "mine", "--data", "gone.npz"), "gone.npz does not exist"),
        (("--from", "there.onnx", "--out", "mine", "--also", "own=gone"), "gone does not exist"),
        (("--from", "there.onnx", "--out", "mine", "--detector", "gone"), "gone has no detector.weights.h5"),
        (("--from", "there.onnx", "--out", "mine", "--formats", "foo"), "'foo'; choose from float32, float16, dynamic"),
        (("there", "--formats", "float32,foo"), "no format or profile 'foo'; choose from float32, float16, dynamic"),
        (
            ("--from", "there.onnx", "--out", "mine", "--pixels", "0..2"),
            "no pixels are like '0..2'; choose 0..1, -1..1",
        ),
    ],
)
def test_what_is_not_there_or_no_word_is_told_before_tensorflow_is_imported(
    command, tmp_path, monkeypatch, arguments, message
):
    monkeypatch.chdir(tmp_path)
    for name in ("there.pt", "there.onnx"):
        (tmp_path / name).touch()
    monkeypatch.setattr("edgedigits.silence.import_tensorflow", lambda: pytest.fail("TensorFlow is imported"))
    result = command(*arguments)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert message in result.stderr


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


def test_a_failed_gate_exits_1_with_one_number_tells_all_in_a_report_and_leaves_the_old_bundle(
    command, trained, tmp_path
):
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
    line = result.stderr.splitlines()[-1]
    assert line.startswith("edgedigits: float32 failed: litert agreement ")
    assert f"; onnx, npz failed too; nothing was exported; see {tmp_path / 'bundle-refused.txt'}" in line
    report = (tmp_path / "bundle-refused.txt").read_text()
    assert report.count("FAILED litert agreement") == 1
    assert "(at least 100.00 %)" in report
    assert [line for line in report.splitlines() if line.endswith("z:") or line in ("float32:", "onnx:")] == [
        "float32:",
        "onnx:",
        "npz:",
    ]
    assert (out / "manifest.json").read_text() == "the old one"


def test_what_failed_is_the_first_line_and_the_exit_code_is_1_although_the_rest_is_written(
    command, trained, tmp_path, monkeypatch
):
    def unmakable(_network, _calibration):
        raise ValueError("no such operator " * 100)

    monkeypatch.setitem(FORMATS, "onnx", replace(FORMATS["onnx"], convert=unmakable))
    out = tmp_path / "bundle"
    result = command(trained.run.folder, "--formats", "onnx,npz", "--data", trained.data_path, "--out", out)
    assert result.exit_code == 1
    line = result.stderr.splitlines()[-1]
    assert line.startswith("edgedigits: onnx failed: conversion ended with: no such operator")
    assert line.endswith(f"; left out, see {out / 'report.md'}")
    assert len(line) < 300
    assert f"wrote {out}" in result.stdout
    assert [artifact.format for artifact in Bundle.load(out).artifacts] == ["npz"]


def test_limits_are_set_in_points_and_percent(command, trained, tmp_path):
    out = tmp_path / "bundle"
    wishes = ("--int8-drop", 1.5, "--agreement", 97)
    result = command(trained.run.folder, "--formats", "int8", "--data", trained.data_path, "--out", out, *wishes)
    assert result.exit_code == 0, result.output
    limits = json.loads((out / "manifest.json").read_text())["training"]["limits"]
    assert limits == {"agreement_percent": 97.0, "int8_drop_points": 1.5}
    assert "(97 %)" in (out / "report.md").read_text()
    assert command(trained.run.folder, "--agreement", 101).exit_code == 2


def test_other_sets_stand_in_the_table(command, trained, tmp_path):
    test = trained.data.test[:30]
    np.savez(tmp_path / "own.npz", x_test=255 - test.images, y_test=(test.labels + 1) % 10)
    out, arguments = tmp_path / "bundle", ("--formats", "npz", "--data", trained.data_path)
    result = command(trained.run.folder, *arguments, "--out", out, "--also", f"wrong={tmp_path / 'own.npz'}")
    assert result.exit_code == 0, result.output
    head, _, keras, file = result.stdout.splitlines()[:4]
    assert head.split()[-1] == "wrong"
    assert keras.split()[0] == "Keras"
    assert keras.split()[-2:] == file.split()[-2:] == ["0.00", "%"]
    assert "own.npz: x_test is black ink on white, and was inverted" in result.stdout
