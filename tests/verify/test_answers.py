"""Every runtime gives the recorded answers."""

from dataclasses import replace

import numpy as np
import pytest

from edgedigits.bundle import Bundle
from edgedigits.files import sha256
from edgedigits.verify.bundle import verify_bundle
from tests.verify.checking import wrong

pytestmark = pytest.mark.slow


def test_other_answers_than_the_recorded_ones_are_found_although_every_file_is_whole(folder):
    golden = Bundle.load(folder).golden
    np.savez(folder / "golden.npz", **{**golden, "npz": golden["npz"] + np.float32(0.001)})
    replace(Bundle.read(folder), golden_sha256=sha256(folder / "golden.npz")).save()
    assert wrong(folder) == {("npz in numpy", "answers")}


def test_another_digit_is_found_however_near_it_is(folder):
    golden = Bundle.load(folder).golden
    known = np.full((len(golden["patches"]), 10), 0.1, np.float32)
    with np.load(folder / "model.npz") as arrays:
        weights = {name: np.zeros_like(array) for name, array in arrays.items()}
    weights["dense2/bias"][3] = 1e-6
    np.savez(folder / "model.npz", **weights)
    np.savez(folder / "golden.npz", patches=golden["patches"], labels=golden["labels"], npz=known)
    bundle = Bundle.read(folder)
    artifact = replace(bundle.artifacts[0], sha256=sha256(folder / "model.npz"))
    replace(bundle, artifacts=(artifact,), golden_sha256=sha256(folder / "golden.npz")).save()
    assert wrong(folder) == {("npz in numpy", "answers")}


def test_missing_answers_are_found(folder):
    golden = Bundle.load(folder).golden
    np.savez(folder / "golden.npz", patches=golden["patches"], labels=golden["labels"])
    replace(Bundle.read(folder), golden_sha256=sha256(folder / "golden.npz")).save()
    assert wrong(folder) == {("npz in numpy", "answers")}


def answers_with(onnxruntime, folder, tmp_path, monkeypatch):
    """What runtimes are found to do with an ONNX file that is none, where a module of this content is onnxruntime."""
    (tmp_path / "onnxruntime.py").write_text(onnxruntime)
    monkeypatch.syspath_prepend(tmp_path)
    bundle = Bundle.read(folder)
    (folder / "model.onnx").write_bytes(b"model")
    np.savez(folder / "golden.npz", **{**bundle.golden, "onnx": bundle.golden["npz"]})
    onnx = replace(bundle.artifacts[0], format="onnx", path="model.onnx", sha256=sha256(folder / "model.onnx"))
    replace(bundle, artifacts=(*bundle.artifacts, onnx), golden_sha256=sha256(folder / "golden.npz")).save()
    return {check.subject: check for check in verify_bundle(folder).checks if check.check == "answers"}


def test_a_runtime_that_crashes_is_a_failed_check(folder, tmp_path, monkeypatch):
    crashed = answers_with("import os; os.abort()", folder, tmp_path, monkeypatch)["onnx in onnxruntime"]
    assert crashed.passed is False
    assert "SIGABRT" in crashed.found


def test_a_runtime_that_cannot_load_a_file_counts_as_not_here(folder, tmp_path, monkeypatch):
    refuses = "def SessionOptions():\n    raise RuntimeError('no operator Gemm')"
    answers = answers_with(refuses, folder, tmp_path, monkeypatch)
    refused = answers["onnx in onnxruntime"], answers["onnx in opencv"]
    assert [check.passed for check in refused] == [None, None]
    assert refused[0].found == "not here: onnxruntime raised RuntimeError: no operator Gemm"
    assert "cannot load model.onnx" in refused[1].found


def test_a_bundle_that_nothing_here_can_run_does_not_pass(folder, tmp_path, monkeypatch):
    (tmp_path / "ai_edge_litert.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    bundle = Bundle.read(folder)
    lone = replace(bundle.artifacts[0], format="int8", path="model.npz")
    replace(bundle, artifacts=(lone,)).save()
    result = verify_bundle(folder)
    assert not any(check.passed for check in result.checks if check.check == "answers")
    assert not result.passed


def test_the_command_in_a_folder_that_holds_other_modules_is_not_led_astray(folder, tmp_path, monkeypatch):
    (tmp_path / "numpy.py").write_text("raise SystemExit('led astray')")
    monkeypatch.chdir(tmp_path)
    assert verify_bundle(folder).passed


def test_weights_that_are_none_are_a_failed_check_although_every_file_is_whole(shipped):
    np.savez(shipped / "model.npz", **{"conv1/kernel": np.array([None], object)})
    bundle = Bundle.read(shipped)
    artifact = replace(bundle.artifact("npz"), sha256=sha256(shipped / "model.npz"))
    replace(bundle, artifacts=(artifact,)).save()
    assert ("npz in numpy", "answers") in wrong(shipped)
