"""Other calibrations are tried where a file fails by its answers, and only there."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from edgedigits.apart.answers import measure
from edgedigits.bundle import Bundle
from edgedigits.errors import ContentsError
from edgedigits.verify.bundle import verify_bundle
from edgedigits_export import recalibration
from edgedigits_export.bundling import Settings, export_network
from edgedigits_export.convert import tflite
from edgedigits_export.convert.calibration import Calibration
from edgedigits_export.convert.ranges import METHODS, MIN_MAX
from edgedigits_export.formats import FORMATS

pytestmark = pytest.mark.slow


def by_count(least):
    """Converts to int8 with weights that are spoilt unless so many calibration images are given."""

    def convert(network, calibration):
        if calibration.count >= least:
            return FORMATS["int8"].convert(network, calibration)
        model = keras.models.clone_model(network.model)
        model.set_weights([np.round(2 * array / np.abs(array).max()) for array in network.model.get_weights()])
        return FORMATS["int8"].convert(replace(network, model=model), calibration)

    return convert


@pytest.fixture
def made(trained, tmp_path, monkeypatch):
    """Exports int8 by a converter that needs so many images."""
    monkeypatch.setattr(recalibration, "SIZES", (50, 200))

    def export(least, **more):
        formats = {"int8": replace(FORMATS["int8"], convert=by_count(least)), **more}
        settings = Settings(formats=formats, calibration_images=60)
        return export_network(trained.network, tmp_path / "bundle", data=trained.data, settings=settings)

    return export


def test_a_calibration_that_serves_is_found_and_told(made, tmp_path):
    result = made(least=200)
    assert not result.left_out
    (proof,) = result.proofs
    assert proof.notes[0].startswith("calibrated on 200 images by ")
    assert "; on 60 images by min-max it failed: litert a" in proof.notes[0]
    report = (tmp_path / "bundle" / "report.md").read_text()
    assert "## Calibrations that were tried" in report
    assert report.count("| int8 | 200 |") == report.count("| int8 | 50 |") == len(METHODS)
    assert verify_bundle(tmp_path / "bundle").passed


def test_where_none_serves_the_first_ones_numbers_are_told_and_no_file_is_left(made, tmp_path):
    result = made(least=10_000, npz=FORMATS["npz"])
    assert [proof.format for proof in result.left_out] == ["int8"]
    assert not (tmp_path / "bundle" / "model_int8.tflite").exists()
    assert [artifact.format for artifact in Bundle.load(tmp_path / "bundle").artifacts] == ["npz"]
    assert "| int8 | 60 | min-max |" in (tmp_path / "bundle" / "report.md").read_text()


def test_nothing_is_tried_where_all_pass_or_the_file_is_broken_in_form(trained, made, tmp_path, monkeypatch):
    monkeypatch.setattr(recalibration, "try_out", lambda *_, **__: pytest.fail("nothing is wrong with a calibration"))
    assert not made(least=0).left_out

    def blank(network, calibration):
        return tflite.quantised(network, (0 * image for image in calibration.images()))

    settings = Settings(formats={"int8": replace(FORMATS["int8"], convert=blank)})
    with pytest.raises(ContentsError, match="input scale"):
        export_network(trained.network, tmp_path / "other", data=trained.data, settings=settings)


@pytest.mark.parametrize("method", METHODS)
def test_every_way_to_take_ranges_gives_a_file_that_answers_as_the_network_does(trained, tmp_path, method):
    calibration = Calibration(trained.data, 100, method=method)
    expected = trained.network.answers(trained.data.test.images).argmax(axis=1)
    for name, backend in (("int8", "litert"), ("uint8", "litert"), ("onnx-int8", "onnxruntime")):
        path = tmp_path / FORMATS[name].file
        path.write_bytes(FORMATS[name].convert(trained.network, calibration))
        contents = FORMATS[name].contents(path)
        assert contents.input.dtype == FORMATS[name].layout.dtype
        said = measure(path, trained.data.test.images, backend=backend).argmax(axis=1)
        assert np.mean(said == expected) > 0.98


def test_a_rare_value_stretches_the_least_and_largest_but_not_the_other_ranges(trained):
    images = [np.float32(0.2) * image for image in Calibration(trained.data, 100).images()]
    rare = [*images, np.ones((1, 28, 28, 1), np.float32)]
    scales = {}
    for method in METHODS:
        content = tflite.quantised(trained.network, rare, method=method)
        scales[method] = tflite.read(content, name=method).logit_scale
    assert scales["percentile"] < scales[MIN_MAX]
    assert scales["entropy"] < scales[MIN_MAX]
