import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.errors import BundleError, ContentsError, ExportError, ParityError, RunError
from edgedigits.machine import processor_kind
from edgedigits.training.model import build_model
from edgedigits.verify.bundle import verify_bundle
from edgedigits_export.bundling import Settings, export_network
from edgedigits_export.convert import npz, tflite
from edgedigits_export.formats import FORMATS
from edgedigits_export.gates.limits import Wishes
from edgedigits_export.keeping import detector_in
from edgedigits_export.networks.bundled import load_bundled
from edgedigits_export.pipeline import Request, export
from edgedigits_export.selection import chosen

# The quickest one, where the format does not matter.
NPZ = {"npz": FORMATS["npz"]}


def contents_of(folder):
    """Name to bytes, of all files in a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def before(trained, tmp_path):
    """A bundle that an export will meet, and its files."""
    out = tmp_path / "bundle"
    export_network(trained.network, out, data=trained.data, settings=Settings(formats=NPZ, min_confidence=0.25))
    return out, contents_of(out)


def test_a_bundle_holds_files_answers_manifest_and_reports(exported):
    assert {path.name for path in exported.bundle.folder.iterdir()} == {
        *("model_float32.tflite", "model_int8.tflite", "model_float32.onnx", "model.npz"),
        *("detector_float32.tflite", "detector_int8.tflite", "detector.onnx", "detector.npz", "detector_golden.npz"),
        *("golden.npz", "manifest.json", "README.md", "report.html", "report.json", "report.md", "SHA256SUMS"),
    }
    bundle = Bundle.load(exported.bundle.folder)
    assert bundle.rejection.keys() == {"min_confidence", "temperature"}
    assert bundle.training["recipe"] == "fast"
    assert bundle.labels == tuple("0123456789")
    assert {"tensorflow", "onnx", "numpy"} <= set(bundle.made_with)
    assert {artifact.format for artifact in bundle.artifacts} == {"float32", "int8", "onnx", "npz"}


def test_golden_patches_begin_with_one_of_each_digit_and_have_an_answer_of_each_file(exported):
    golden = Bundle.load(exported.bundle.folder).golden
    assert golden["patches"].shape == (64, 28, 28)
    assert sorted(golden["labels"][:10]) == list(range(10))
    for name in ("float32", "int8", "onnx", "npz"):
        assert golden[name].shape == (64, 10)
        assert golden[name].dtype == np.float32
        assert np.allclose(golden[name].sum(axis=1), 1, atol=0.03)


def test_int8_is_made_only_where_it_is_wanted():
    assert set(chosen(quantize=False)) == {"float32", "onnx", "npz"}
    assert set(chosen(quantize=True)) == {"float32", "onnx", "npz", "int8"}


def test_the_same_export_gives_the_same_bytes_but_for_times(trained, exported, tmp_path):
    settings = Settings(formats=chosen(quantize=True), calibration_images=100)
    again = export_network(trained.network, tmp_path / "again", data=trained.data, settings=settings)
    timed = {"report.html", "report.json", "report.md", "manifest.json", "SHA256SUMS"}
    first, second = (contents_of(each.bundle.folder) for each in (exported, again))
    assert {name for name in first if first[name] != second[name]} <= timed
    assert set(first) == set(second)
    assert replace(exported.bundle, folder=again.bundle.folder, measured=again.bundle.measured) == again.bundle


def test_the_manifest_has_the_time_of_each_file_in_each_runtime_on_this_kind_of_processor(exported):
    measured = Bundle.load(exported.bundle.folder).measured
    assert {each.processor for each in measured} == {processor_kind()}
    assert {(each.backend, each.format) for each in measured} >= {("numpy", "npz"), ("onnxruntime", "onnx")}
    assert min(each.p50_us for each in measured) > 0


def test_the_report_names_every_format_with_its_figures(exported):
    text = (exported.bundle.folder / "report.md").read_text()
    for artifact in exported.bundle.artifacts:
        assert f"| {artifact.format} | `{artifact.path}` |" in text
        assert artifact.sha256 in text
    assert "100 images of MNIST's training split, drawn with seed 0" in " ".join(text.split())


def spoilt(network, _):
    """The npz file with a layer's weights turned round."""
    weights = network.weights()
    weights["conv2/kernel"] = -weights["conv2/kernel"]
    return npz.archive(weights)


def unmakable(_network, _calibration):
    raise ValueError("converter\nbroke")


SPOILT = {"npz": replace(FORMATS["npz"], convert=spoilt), "float32": FORMATS["float32"]}


def test_a_failed_file_that_the_old_bundle_has_leaves_it_and_every_number_is_told(trained, before):
    out, files = before
    with pytest.raises(ParityError) as caught:
        export_network(trained.network, out, data=trained.data, settings=Settings(formats=SPOILT))
    first, *lines = str(caught.value).splitlines()
    assert re.match(
        r"npz failed: numpy accuracy \d+\.\d+ %, -\d+\.\d+ points against Keras \(at most 0\.00 points", first
    )
    assert first.endswith(f"; {out} stays as it was, name another --out for the rest")
    assert lines[0] == "npz:"
    for line, check in zip(lines[1:], ("accuracy", "agreement", "largest difference"), strict=False):
        assert line.startswith(f"  FAILED numpy {check} ")
    rest = lines[lines.index("float32:") :]
    assert not any("FAILED" in line for line in rest)
    assert any("largest difference" in line for line in rest)
    assert contents_of(out) == files
    assert [path.name for path in out.parent.iterdir()] == ["bundle"]


@pytest.mark.parametrize("convert", [spoilt, unmakable])
def test_what_passed_is_written_and_what_failed_is_left_out_and_told_first(trained, tmp_path, convert):
    formats = {"npz": replace(FORMATS["npz"], convert=convert), "float32": FORMATS["float32"]}
    made = export_network(trained.network, tmp_path / "new", data=trained.data, settings=Settings(formats=formats))
    (failed,) = made.left_out
    assert failed.format == "npz"
    assert [artifact.format for artifact in Bundle.load(tmp_path / "new").artifacts] == ["float32"]
    assert verify_bundle(tmp_path / "new").passed
    assert not (tmp_path / "new" / "model.npz").exists()
    report = json.loads((tmp_path / "new" / "report.json").read_text())
    assert [each["format"] for each in report["formats"]] == ["float32"]
    assert report["left_out"][0]["format"] == "npz"
    text = " ".join((tmp_path / "new" / "report.md").read_text().split())
    assert text.index("## Left out") < text.index("## Measured")
    assert f"npz failed: {failed.failure}" in text
    assert ("converter broke" in text) == (convert is unmakable)


def test_a_bundle_that_has_no_file_of_the_format_that_failed_is_replaced(trained, before):
    out, files = before
    formats = {"float32": replace(FORMATS["float32"], convert=unmakable), "npz": FORMATS["npz"]}
    made = export_network(trained.network, out, data=trained.data, settings=Settings(formats=formats))
    assert [proof.format for proof in made.left_out] == ["float32"]
    assert contents_of(out)["model.npz"] == files["model.npz"]
    assert contents_of(out)["README.md"] != files["README.md"] or b"Left out" in contents_of(out)["report.md"]


def test_a_converter_that_fails_alone_leaves_the_old_bundle_and_its_words_are_whole(trained, before):
    out, files = before
    formats = {"npz": replace(FORMATS["npz"], convert=unmakable)}
    with pytest.raises(ExportError, match="npz failed: conversion ended with: converter broke") as caught:
        export_network(trained.network, out, data=trained.data, settings=Settings(formats=formats))
    assert "nothing was exported\n" in str(caught.value)
    assert contents_of(out) == files


def test_a_refused_export_writes_its_report_beside_the_bundle_and_never_into_it(trained, before, monkeypatch):
    out, files = before
    monkeypatch.setitem(FORMATS, "npz", replace(FORMATS["npz"], convert=spoilt))
    with pytest.raises(ParityError) as caught:
        export(Request(source=trained.run.folder, out=out, formats="npz", data=trained.data_path))
    report = out.with_name("bundle-refused.txt")
    assert str(caught.value).endswith(f"; see {report}")
    assert "\n" not in str(caught.value)
    assert "FAILED numpy largest difference" in report.read_text()
    assert contents_of(out) == files


def test_limits_that_were_set_are_written_down_and_say_what_they_let_through(trained, tmp_path):
    """A wide limit passes a file that the format's own would refuse: openly, in manifest and report."""
    settings = Settings(formats={"uint8": replace(FORMATS["uint8"], convert=coarse)})
    with pytest.raises(ParityError, match="uint8 failed: litert a"):
        export_network(trained.network, tmp_path / "own", data=trained.data, settings=settings)
    wide = replace(settings, wishes=Wishes(accuracy_loss=1.0, agreement=0.2))
    made = export_network(trained.network, tmp_path / "wide", data=trained.data, settings=wide)
    manifest = json.loads((tmp_path / "wide" / "manifest.json").read_text())
    assert manifest["training"]["limits"] == {"agreement_percent": 20.0, "int8_drop_points": 100.0}
    (note,) = [note for note in made.proofs[0].notes if "its own limits" in note]
    assert re.search(r"FAILED litert agreement \d+\.\d+ % \(at least 99\.95 %\)", note)
    for name in ("report.md", "report.html", "report.json"):
        assert "taken as it was asked for, although outside of its own limits" in (tmp_path / "wide" / name).read_text()
    assert verify_bundle(tmp_path / "wide").passed


def coarse(network, calibration):
    """An uint8 file whose weights have lost all but their signs and a few steps."""
    weights = [
        np.round(2 * array / np.abs(array).max()) / 2 * np.abs(array).max() for array in network.model.get_weights()
    ]
    model = build_model()
    model.set_weights(weights)
    return FORMATS["uint8"].convert(replace(network, model=model), calibration)


def test_no_limit_that_can_be_set_lets_a_file_through_that_is_broken_in_form(trained, tmp_path):
    def blank(network, calibration):
        return tflite.quantised(network, (0 * image for image in calibration.images()))

    settings = Settings(formats={"int8": replace(FORMATS["int8"], convert=blank)}, wishes=Wishes(1.0, 0.0))
    with pytest.raises(ContentsError, match=r"int8 failed: input scale .*calibrated on blank images"):
        export_network(trained.network, tmp_path / "bundle", data=trained.data, settings=settings)
    assert not (tmp_path / "bundle").exists()


def test_without_wishes_the_manifest_is_as_it_was(exported):
    assert "limits" not in json.loads((exported.bundle.folder / "manifest.json").read_text())["training"]


def test_a_killed_export_leaves_the_old_bundle_and_the_next_one_clears_up(trained, before):
    out, files = before
    code = """
import os, signal, sys
from pathlib import Path
from edgedigits.training.data import load_mnist
from edgedigits.training.runs import Run
from edgedigits_export.formats import FORMATS
from edgedigits.machine import processor_kind
from edgedigits_export.bundling import Settings, export_network
from edgedigits_export.networks.network import load_network
run, data, out = map(Path, sys.argv[1:])
export_network(
    load_network(Run(run)), out, data=load_mnist(data), settings=Settings(formats={"npz": FORMATS["npz"]}),
    on_step=lambda step: step == "prove npz in numpy" and os.kill(os.getpid(), signal.SIGKILL),
)
"""
    arguments = [trained.run.folder, trained.data_path, out]
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path)), "HOME": str(Path.home())}
    done = subprocess.run([sys.executable, "-c", code, *arguments], env=environment, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert contents_of(out) == files
    Bundle.load(out)
    (left,) = set(out.parent.iterdir()) - {out}
    assert (left / "model.npz").is_file()
    export_network(trained.network, out, data=trained.data, settings=Settings(formats=NPZ))
    assert [path.name for path in out.parent.iterdir()] == ["bundle"]


def test_a_bundle_is_replaced_whole(trained, before):
    out, files = before
    (out / "left-over.txt").touch()
    export_network(trained.network, out, data=trained.data, settings=Settings(formats=NPZ))
    assert set(contents_of(out)) == set(files)
    assert Bundle.load(out).rejection["min_confidence"] == 0.5


def test_a_folder_that_is_no_bundle_is_never_replaced(trained, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years of work")
    with pytest.raises(ExportError, match=r"precious exists and is no bundle \(no manifest\.json\)"):
        export_network(trained.network, precious, data=trained.data, settings=Settings(formats=NPZ))
    assert (precious / "thesis.txt").read_text() == "years of work"


def test_other_data_than_the_run_was_trained_on_are_refused(trained, tmp_path):
    with np.load(trained.data_path) as arrays:
        other = dict(arrays)
    other["x_test"] = other["x_train"][: len(other["x_test"])]
    np.savez(tmp_path / "other.npz", **other)
    request = Request(source=trained.run.folder, out=tmp_path / "bundle", formats="npz", data=tmp_path / "other.npz")
    with pytest.raises(RunError, match="was trained on data with SHA-256"):
        export(request)


def test_a_bundle_is_called_as_its_folder_or_as_the_run_that_it_lies_in(tmp_path):
    run = tmp_path / "fast"
    assert Request(source=run, out=tmp_path / "mine").name == "mine"
    assert Request(source=run, out=run / "bundle").name == "fast"


def test_a_bundle_is_made_anew_from_its_own_weights(trained, before):
    out, files = before
    known = Bundle.load(out)
    assert json.loads(files["report.json"])["recipe"]["name"] == "fast"
    (out / "README.md").write_text("a card of before")
    Bundle.load(out).save()
    again = export(Request(source=out, out=out, data=trained.data_path)).bundle
    assert again.training == known.training
    assert [artifact.sha256 for artifact in again.artifacts] == [artifact.sha256 for artifact in known.artifacts]
    assert (out / "README.md").read_text().startswith("# Model card: bundle")
    assert json.loads((out / "report.json").read_text())["recipe"]["name"] == "fast"


def test_weights_of_another_network_do_not_pass_for_the_bundles_own(before):
    out, _ = before
    replace(Bundle.load(out), training={"weights_sha256": "0" * 64}).save()
    with pytest.raises(BundleError, match=r"model\.npz holds other weights than .* was exported with"):
        load_bundled(out)


def test_a_detector_that_was_put_into_a_bundle_stays_there_and_that_is_said(detecting_bundle, tmp_path):
    old = Bundle.load(detecting_bundle)
    kept, (said,) = detector_in(tmp_path, old=old, run=None)
    assert kept.digests() == old.detector.digests()
    assert {path.name for path in tmp_path.iterdir()} == set(kept.digests())
    assert f"kept the detector that {detecting_bundle} had; the shipped one instead: edgedigits put-detector" in said
    (tmp_path / "new").mkdir()
    shipped = Bundle.load(default_bundle())
    assert detector_in(tmp_path / "new", old=shipped, run=None) == (shipped.detector, [])
