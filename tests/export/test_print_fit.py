"""What tells print from writing is fitted on drawn scenes and patches, measured, and put beside the judge."""

import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the extra `export` is not installed")
pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

from typer.testing import CliRunner

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.cli import app
from edgedigits.errors import BundleError
from edgedigits_camera.detection.detect import Detections
from edgedigits_camera.digits.candidates import Candidates
from edgedigits_camera.digits.judge import Judge
from edgedigits_camera.scene.shot import DrawnDigit
from edgedigits_camera.text.print import Print
from edgedigits_export.judging import print_fit, print_scenes
from edgedigits_export.judging.placing import put_print
from edgedigits_export.judging.print_fit import PrintFigures, figures, fit_print, network
from edgedigits_export.judging.print_patches import drawn_patches
from edgedigits_export.judging.print_scenes import read_digits, scene_with_print


@pytest.fixture(scope="module")
def drawn():
    return drawn_patches(400, seed=3)


@pytest.fixture(scope="module")
def shipped():
    return Print.of(Bundle.load(default_bundle()).judge)


def test_half_of_the_patches_are_printed_and_the_same_seed_gives_the_same(drawn):
    patches, _, printed = drawn
    assert (patches.shape, patches.dtype, printed.sum()) == ((400, 28, 28), np.uint8, 200)
    assert patches.reshape(400, -1).max(axis=1).min() > 100
    for array, again in zip(drawn, drawn_patches(400, seed=3), strict=True):
        assert np.array_equal(array, again)
    assert not np.array_equal(patches, drawn_patches(400, seed=4)[0])


def test_people_wrote_some_where_their_digits_are_given():
    glyphs = SimpleNamespace(images=np.zeros((10, 28, 28), np.uint8), labels=np.arange(10, dtype=np.uint8))
    glyphs.images[:, 4:24, 12:16] = 255
    patches, _, printed = drawn_patches(40, seed=3, glyphs=glyphs)
    assert not np.array_equal(patches[~printed], drawn_patches(40, seed=3)[0][~printed])


def test_several_networks_are_one_that_says_their_mean(drawn, monkeypatch):
    patches, names, printed = drawn
    monkeypatch.setattr(print_fit, "EPOCHS", 200)
    look = Print(*network(patches, names, printed), print_fit.NO_TREES, {}).look(patches, names)
    assert np.mean((look > 0) == printed) > 0.9
    monkeypatch.setattr(print_fit, "NETWORKS", 1)
    alone = Print(*network(patches, names, printed), print_fit.NO_TREES, {}).look(patches, names)
    assert np.corrcoef(look, alone)[0, 1] > 0.9
    assert not np.allclose(look, alone, atol=0.01)


def test_what_was_read_is_printed_or_written_or_neither(monkeypatch):
    boxes, one = np.array([(20, 20, 20, 30), (60, 20, 20, 30), (100, 20, 20, 30)], float), np.ones(3, np.float32)
    seen = Detections(boxes, one, one, one, np.eye(10, dtype=np.float32)[:3], one.astype(float), one)
    candidates = Candidates(seen, np.zeros((3, 28, 28), np.uint8), np.zeros((3, 1, 10), np.float32), one, one, boxes)
    found = SimpleNamespace(candidates=candidates, chosen=np.arange(3), probabilities=np.eye(10)[:3])
    monkeypatch.setattr(print_scenes, "find_digits", lambda *_, **__: found)
    scene = SimpleNamespace(
        image=np.zeros((60, 140, 3), np.uint8),
        digits=[DrawnDigit(1, (20, 21, 20, 30))],
        printed=[DrawnDigit(2, (61, 20, 20, 30))],
    )
    seen = read_digits(scene, None, profile=None)
    assert (seen.written.tolist(), seen.printed.tolist()) == ([True, False, False], [False, True, False])


def test_scenes_hold_print_and_writing():
    scenes = [scene_with_print(number) for number in range(500_000, 500_016)]
    assert sum(bool(scene.printed) for scene in scenes) >= 3
    assert sum(bool(scene.digits) for scene in scenes) >= 8


def test_figures_are_counted():
    read = SimpleNamespace(candidates=[0] * 4, named=[0] * 4, printed=np.array([1, 1, 0, 0], bool))
    read.written = ~read.printed
    told = SimpleNamespace(share=lambda *_: np.array([0.9, 0.6, 0.8, 0.1]))
    counted = figures(told, [read])
    assert counted == PrintFigures(printed=2, printed_told=1, written=2, written_lost=1)
    assert str(counted) == "50.0% of 2 printed digits told as print, 50.0% of 2 written ones"


@pytest.mark.slow
def test_it_is_fitted_on_scenes_and_measured_on_others(monkeypatch):
    monkeypatch.setattr(print_fit, "PATCHES", 600)
    monkeypatch.setattr(print_fit, "TREES", 20)
    steps = []
    told, known = fit_print(
        default_bundle(), scenes=24, seed=500_000, on_step=lambda name, total: steps.append((name, total))
    )
    assert steps == [*[("print", 24)] * 24, ("fit what tells print", 24)]
    assert known.printed + known.written > 10
    assert known.written_lost <= 0.2 * known.written
    assert Print.of(told.arrays()) is not None


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(default_bundle(), tmp_path / "bundle")


def test_it_is_put_beside_the_judge_which_stays_as_it_was(folder, shipped):
    before = Bundle.load(folder)
    other = replace(shipped, trees=replace(shipped.trees, bias=shipped.trees.bias - 1))
    put_print(folder, other)
    after = Bundle.load(folder)
    assert after.rejection == before.rejection
    assert Print.of(after.judge).trees.bias == pytest.approx(shipped.trees.bias - 1)
    for name in Judge.of(before.judge).arrays():
        assert np.array_equal(after.judge[name], before.judge[name]), name


def test_a_bundle_without_a_judge_takes_none(random_bundle, tmp_path, shipped):
    folder = shutil.copytree(random_bundle, tmp_path / "bundle")
    with pytest.raises(BundleError, match="has no judge of its own; fit both"):
        put_print(folder, shipped)


def test_the_command_fits_it_alone(folder, shipped, monkeypatch, tmp_path):
    blank = np.zeros((3, 28, 28), np.uint8)
    images, labels = {"x_train": blank, "x_test": blank}, dict.fromkeys(("y_train", "y_test"), np.zeros(3, np.uint8))
    np.savez(tmp_path / "mnist.npz", **images, **labels)
    other = replace(shipped, trees=replace(shipped.trees, bias=shipped.trees.bias - 1))
    monkeypatch.setattr(print_fit, "fit_print", lambda *_, **__: (other, PrintFigures(4, 3, 10, 1)))
    arguments = ["fit-judge", str(folder), "--print-only", "--data", str(tmp_path / "mnist.npz")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "75.0% of 4 printed digits told as print, 10.0% of 10 written ones" in result.stdout
    assert Print.of(Bundle.load(folder).judge).trees.bias == pytest.approx(shipped.trees.bias - 1)
