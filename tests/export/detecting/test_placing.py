import json
import shutil

import pytest
from typer.testing import CliRunner

from edgedigits.backends import open_detector
from edgedigits.bundle import Bundle
from edgedigits.cli import app
from edgedigits.errors import BundleError, ParityError, RunError
from edgedigits_export.bundling import Settings, export_network
from edgedigits_export.detecting import export, placing
from edgedigits_export.detecting.formats import FORMATS
from edgedigits_export.detecting.placing import detector_for, load_detector, put_detector
from edgedigits_export.reporting.detector import renew_reports
from edgedigits_export.selection import chosen


@pytest.fixture
def folder(exported, tmp_path):
    """A copy of the tiny network's bundle, into which the export put the shipped detector."""
    return shutil.copytree(exported.bundle.folder, tmp_path / "bundle")


@pytest.fixture
def quick(detector_export, monkeypatch):
    """Have exports make few files and take few scenes."""
    monkeypatch.setattr(export, "FORMATS", {name: FORMATS[name] for name in ("float32", "npz")})
    real = export.export_detector

    def few(model, folder, *, settings, on_step):
        wanted = export.DetectorSettings(
            proof_scenes=1, calibration_scenes=1, least_peaks=1, training=settings.training
        )
        return real(model, folder, settings=wanted, on_step=on_step)

    monkeypatch.setattr(export, "export_detector", few)


@pytest.fixture
def shipped(detecting_bundle, monkeypatch):
    """Have a bundle with a detector as the shipped one."""
    monkeypatch.setattr(placing, "default_bundle", lambda: detecting_bundle)
    return Bundle.load(detecting_bundle)


def test_a_trained_detector_is_put_into_a_bundle_with_its_proof_and_runs(folder, detector_run, quick):
    bundle = put_detector(folder, detector_run)
    assert bundle.detector.training["seed"] == 1
    assert set(bundle.detector.digests()) <= {path.name for path in folder.iterdir()}
    assert open_detector(bundle).explain() == "backend litert with float32"


def exported_with(trained, out, detector):
    settings = Settings(formats=chosen("npz"), calibration_images=100, detector=detector)
    return export_network(trained.network, out, data=trained.data, settings=settings).bundle


def test_an_export_takes_a_trained_detector_along_and_reports_it(trained, detector_run, tmp_path, quick):
    bundle = exported_with(trained, tmp_path / "new", detector_run)
    assert bundle.detector.training["seed"] == 1
    assert "| float32 | `detector_float32.tflite` |" in (bundle.folder / "README.md").read_text()
    assert json.loads((bundle.folder / "report.json").read_text())["detector"]["training"]["seed"] == 1


def test_an_export_copies_the_shipped_detector(trained, shipped, tmp_path):
    assert exported_with(trained, tmp_path / "new", None).detector == shipped.detector


def test_an_export_whose_detector_fails_leaves_the_old_bundle(trained, tmp_path, detector_run, shipped):
    kept = exported_with(trained, tmp_path / "new", None)
    (tmp_path / "run").mkdir()
    with pytest.raises(RunError):
        exported_with(trained, tmp_path / "new", tmp_path / "run")
    assert Bundle.load(tmp_path / "new") == kept


def test_the_shipped_detector_is_copied_byte_by_byte(folder, shipped):
    bundle = put_detector(folder)
    assert bundle.detector == shipped.detector
    for path in bundle.detector.digests():
        assert (folder / path).read_bytes() == (shipped.folder / path).read_bytes()


def test_files_of_the_detector_that_was_there_do_not_stay(folder, shipped, detector_run, quick):
    put_detector(folder, detector_run)
    put_detector(folder)
    assert {path.name for path in folder.glob("detector*")} == set(shipped.detector.digests())


def test_reports_tell_of_the_detector_once_however_often_it_is_put_in(folder, shipped):
    before = (folder / "README.md").read_text()
    for _ in range(2):
        put_detector(folder)
    after = (folder / "README.md").read_text()
    assert after.count("## Detector") == (folder / "report.md").read_text().count("## Detector") == 1
    assert (folder / "report.html").read_text().count('<h2 id="detector">') == 1
    assert "| npz | `detector.npz` |" in after
    assert json.loads((folder / "report.json").read_text())["detector"]["files"][0]["format"] == "npz"
    for line in before.split("## Detector", maxsplit=1)[0].splitlines():
        assert line in after


def test_reports_that_are_not_there_are_not_made(folder, shipped):
    for name in ("README.md", "report.md", "report.html", "report.json"):
        (folder / name).unlink()
    renew_reports(Bundle.load(folder))
    assert not (folder / "README.md").exists()


def test_reports_of_before_there_were_detectors_have_it_at_their_end(folder, shipped):
    (folder / "README.md").write_text("# Old\n\nText.\n")
    (folder / "report.html").write_text("<body>\n<p>Text.</p>\n</body>\n")
    put_detector(folder)
    assert (folder / "README.md").read_text().startswith("# Old\n\nText.\n\n## Detector\n\nA second network")
    html = (folder / "report.html").read_text()
    assert html.startswith('<body>\n<p>Text.</p>\n<h2 id="detector">')
    assert html.endswith("</body>\n")


def test_a_detector_that_fails_its_gate_leaves_the_bundle_as_it_was(folder, detector_run, monkeypatch):
    def fail(*_arguments, **_settings):
        raise ParityError("too far off")

    monkeypatch.setattr(export, "export_detector", fail)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(ParityError):
        put_detector(folder, detector_run)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_without_a_shipped_detector_there_is_none_to_copy(folder, random_bundle, tmp_path, monkeypatch):
    for place in (random_bundle, tmp_path / "none"):
        monkeypatch.setattr(placing, "default_bundle", lambda place=place: place)
        assert detector_for(folder, None) is None
        with pytest.raises(BundleError, match=r"has no detector|no manifest\.json"):
            put_detector(folder)


@pytest.mark.parametrize("name", ["detector.weights.h5", "training.json"])
def test_a_run_in_which_a_file_is_missing_is_refused(detector_run, tmp_path, name):
    run = shutil.copytree(detector_run, tmp_path / "run")
    (run / name).unlink()
    with pytest.raises(RunError, match=f"has no {name}; name a folder that `edgedigits train-detector` wrote"):
        load_detector(run)


def test_a_run_whose_files_are_of_something_else_is_refused(detector_run, trained, tmp_path):
    run = shutil.copytree(detector_run, tmp_path / "run")
    (run / "training.json").write_text("[1]")
    with pytest.raises(RunError, match="cannot be read as a JSON object"):
        load_detector(run)
    (run / "training.json").write_text("{}")
    trained.network.model.save_weights(run / "detector.weights.h5")
    with pytest.raises(RunError, match="holds no weights of the detector") as caught:
        load_detector(run)
    assert "\n" not in str(caught.value)


def test_the_command_says_what_it_put_in(folder, shipped):
    result = CliRunner().invoke(app, ["put-detector", str(folder)])
    assert result.exit_code == 0, result.output
    assert "npz" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("wrote ")
    assert Bundle.load(folder).detector == shipped.detector
