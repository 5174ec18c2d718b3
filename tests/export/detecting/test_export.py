import shutil

import numpy as np
import onnx
import pytest

from edgedigits.backends.detectors import open_detector_file
from edgedigits.bundle.detector import KnownMaps
from edgedigits.bundle.metadata import read_metadata, section_sha256
from edgedigits.errors import ContentsError, ExportError, ParityError
from edgedigits.files import sha256
from edgedigits.graphs import read_graph
from edgedigits_export.convert import tflite
from edgedigits_export.detecting import export, formats, proof
from edgedigits_export.detecting.contents import check_contents, contents_of
from edgedigits_export.detecting.export import DetectorSettings, export_detector
from edgedigits_export.detecting.formats import FORMATS, Traced
from edgedigits_export.detecting.network import build, folded_weights
from edgedigits_export.detecting.proof import DetectorQuestions, prove_detector
from edgedigits_export.detecting.scenes import calibration_windows, golden_canvases, proof_canvases


@pytest.fixture(scope="module")
def questions(detector_export):
    """What the files are asked: small canvases of different sizes."""
    golden = golden_canvases()
    canvases = proof_canvases(2)[1][:256, :320], golden[0]
    return DetectorQuestions.ask(detector_export.model, canvases=canvases, golden=golden, least_peaks=20)


def test_every_file_passes_in_every_runtime_that_is_here(detector_export):
    exported = detector_export.exported
    assert [made.format for made in exported.proofs] == list(FORMATS)
    backends = {report.backend for made in exported.proofs for report in made.reports}
    assert {"onnxruntime", "opencv", "numpy"} <= backends
    assert all(made.passed and made.reports for made in exported.proofs)
    for file in exported.section.files:
        assert file.parity.scenes == 3
        assert file.parity.peaks >= 20
        assert sha256(detector_export.folder / file.path) == file.sha256


def test_the_section_lists_what_was_written_and_how_it_came_to_be(detector_export):
    section, folder = detector_export.exported.section, detector_export.folder
    assert {path.name for path in folder.iterdir()} == set(section.digests())
    assert (section.training["steps"], len(section.training["weights_sha256"])) == (0, 64)
    assert {"edgedigits", "tensorflow", "numpy"} <= set(section.made_with)


def test_integers_store_contrast_less_128_and_each_output_has_a_scale_of_its_own(detector_export):
    file = detector_export.exported.section.file("int8")
    assert (file.input.dtype, file.input.zero_point) == ("int8", 0)
    assert file.input.scale == pytest.approx(1 / 127, rel=1e-6)
    opened = open_detector_file(detector_export.folder / file.path, backend="litert")
    assert opened._stored.tolist() == list(range(-128, 128))
    assert [output.name for output in file.outputs] == ["heat", "box", "kind"]
    assert len({output.scale for output in file.outputs}) == 3


def test_files_say_what_they_are_and_are_tied_to_their_section(detector_export):
    section = detector_export.exported.section
    for name in ("float32", "int8", "onnx"):
        metadata = read_metadata(detector_export.folder / section.file(name).path)
        assert (metadata["name"], metadata["format"], metadata["labels"][:2]) == ("detector", name, ["heat", "x"])
        assert metadata["section_sha256"] == section_sha256(section.training, section.made_with)


def test_known_maps_are_each_files_own(detector_export):
    known = KnownMaps.load(detector_export.folder)
    assert set(known.maps) == set(FORMATS)
    assert {canvas.shape for canvas in known.canvases} == {(64, 96), (96, 64)}
    opened = open_detector_file(detector_export.folder / "detector_int8.tflite", backend="litert")
    assert np.array_equal(opened.maps(known.canvases[0]), known.maps["int8"][0])


def test_all_files_cost_the_same(detector_export):
    graphs = {
        file.format: read_graph(detector_export.folder / file.path) for file in detector_export.exported.section.files
    }
    assert len({graph.macs for graph in graphs.values()}) == 1
    assert graphs["npz"].macs / 256**2 == pytest.approx(1114, abs=1)
    parameters = sum(weight.size for pair in folded_weights(detector_export.model).values() for weight in pair)
    assert graphs["npz"].weight_bytes == 4 * parameters


def test_a_detector_that_finds_nothing_is_not_exported_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(export, "FORMATS", {name: FORMATS[name] for name in ("float32", "npz")})
    settings = DetectorSettings(proof_scenes=1, calibration_scenes=1, least_peaks=1)
    with pytest.raises(ParityError, match="not learned to find digits") as caught:
        export_detector(build(), tmp_path / "files", settings=settings)
    assert "the detector's float32, npz failed the gate, nothing was exported" in str(caught.value)
    assert not (tmp_path / "files").exists()


def test_a_converter_that_fails_is_named(detector_export, tmp_path, monkeypatch):
    def fail(_model, _scenes):
        raise RuntimeError("out of\nmemory")

    monkeypatch.setitem(formats.FORMATS, "onnx", formats.DetectorFormat("detector.onnx", fail, formats.EXACT))
    with pytest.raises(ExportError, match="conversion of the detector to onnx failed: out of memory"):
        export.write_file(detector_export.model, "onnx", tmp_path, scenes=1)


def proved(path, name, questions):
    """The proof of one file."""
    return prove_detector({name: path}, formats=FORMATS, questions=questions)[0]


@pytest.fixture
def copied(detector_export, tmp_path):
    """Folder with a copy of the files."""
    return shutil.copytree(detector_export.folder, tmp_path / "files")


@pytest.mark.parametrize("name", FORMATS)
def test_a_whole_file_passes(copied, questions, name):
    assert proved(copied / FORMATS[name].file, name, questions).passed


def test_weights_that_were_changed_fail(copied, questions):
    with np.load(copied / "detector.npz") as arrays:
        weights = dict(arrays)
    weights["eighth_2/kernel"] *= 0.9
    np.savez(copied / "detector.npz", **weights)
    made = proved(copied / "detector.npz", "npz", questions)
    with pytest.raises(ParityError, match="FAILED numpy largest difference"):
        made.file()


def test_heads_in_another_order_fail(detector_export, copied, questions):
    weights = folded_weights(detector_export.model)
    kernel, bias = weights["box"]
    swapped = Traced(weights | {"box": (kernel[..., ::-1], bias)})
    (copied / "detector_float32.tflite").write_bytes(tflite.float32(swapped))
    assert not proved(copied / "detector_float32.tflite", "float32", questions).passed


def test_integers_calibrated_on_faint_canvases_fail_by_the_scale_of_their_input(detector_export, copied, questions):
    faint = [window / 4 for window in calibration_windows(2, 256)]
    (copied / "detector_int8.tflite").write_bytes(
        tflite.quantised(Traced(folded_weights(detector_export.model)), faint)
    )
    made = proved(copied / "detector_int8.tflite", "int8", questions)
    failed = {finding.check for finding in made.findings if not finding.passed}
    assert "input scale" in failed
    with pytest.raises(ContentsError, match="calibrated on canvases that do not span all of contrast"):
        made.file()


def test_a_file_for_one_size_of_canvas_fails(copied, questions):
    model = onnx.load(copied / "detector.onnx")
    for dimension in model.graph.input[0].type.tensor_type.shape.dim:
        dimension.dim_value = dimension.dim_value or 64
    onnx.save(model, copied / "detector.onnx")
    made = proved(copied / "detector.onnx", "onnx", questions)
    assert "onnxruntime run" in {finding.check for finding in made.findings if not finding.passed}


def test_float_files_in_place_of_integers_fail_by_their_types(copied, questions):
    shutil.copyfile(copied / "detector_float32.tflite", copied / "detector_int8.tflite")
    made = proved(copied / "detector_int8.tflite", "int8", questions)
    with pytest.raises(ContentsError, match="FAILED types float32 -> float32, float32, float32"):
        made.file()


def test_a_network_of_another_kind_and_a_file_that_is_none_fail(copied, questions, exported):
    shutil.copyfile(exported.bundle.folder / "model_float32.tflite", copied / "detector_float32.tflite")
    contents = contents_of(copied / "detector_float32.tflite")
    wrong = {finding.check for finding in check_contents(contents, dtype="float32") if not finding.passed}
    assert {"names", "shapes"} <= wrong
    (copied / "detector.onnx").write_bytes(b"nothing")
    made = proved(copied / "detector.onnx", "onnx", questions)
    assert (made.contents, made.reports, made.passed) == (None, (), False)


def test_a_file_that_no_runtime_here_runs_does_not_pass(copied, questions, monkeypatch):
    monkeypatch.setattr(proof, "DETECTORS", {})
    monkeypatch.setattr(proof, "SECOND_OPINIONS", {})
    made = proved(copied / "detector.npz", "npz", questions)
    with pytest.raises(ParityError, match="FAILED runtimes none answered"):
        made.file()


def test_calibration_spans_all_of_contrast_and_draws_no_scene_of_the_proof():
    first, second = calibration_windows(2, 64)
    assert (first.shape, first.dtype) == ((1, 64, 64, 1), np.float32)
    assert (first.min(), first.max()) == (np.float32(-128 / 127), 1)
    assert not np.array_equal(first, second)
    assert not {canvas.tobytes() for canvas in proof_canvases(2)} & {first.tobytes(), second.tobytes()}
