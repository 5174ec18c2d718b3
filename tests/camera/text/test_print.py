"""Print is told from writing, and is left out where that is asked for."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

import cv2
from typer.testing import CliRunner

from edgedigits import read, read_many
from edgedigits.bundle import Bundle, default_bundle
from edgedigits.cli import app
from edgedigits.errors import BundleError
from edgedigits.files import sha256
from edgedigits.recognizer import Recognizer
from edgedigits_camera.detection.detect import Detections
from edgedigits_camera.digits.candidates import Candidates
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import SceneSpec, draw_scene
from edgedigits_camera.scoring import Mark, compare
from edgedigits_camera.text.print import ALONE, FEATURES, Print, features_of


@pytest.fixture(scope="module")
def recognizer():
    with Recognizer.load(backend="numpy") as opened:
        yield opened


@pytest.fixture(scope="module")
def scene():
    """A worksheet: sums in print, answers in writing."""
    return draw_scene(SEED, spec=SceneSpec(layout="worksheet", digit_px=34), size_px=(800, 600))


SEED = 4


def marks(page):
    return [Mark(reading.digit, reading.box_xywh_px) for reading in page.readings]


def found(true, page):
    outcome = compare([Mark(digit.digit, digit.box_xywh_px) for digit in true], marks(page))
    return outcome.counts.found


def test_most_print_is_left_out_and_writing_stays(scene, recognizer):
    whole, told = (read_page(scene.image, recognizer, print=how) for how in ("read", "ignore"))
    assert found(scene.printed, whole) >= 10
    assert found(scene.printed, told) <= 0.3 * found(scene.printed, whole)
    assert found(scene.digits, told) >= 0.9 * found(scene.digits, whole) > 0
    assert "".join(told.lines) == "".join(str(reading.digit) for reading in told.readings)


def test_what_is_read_says_how_likely_it_is_print_and_is_else_what_it_was(scene, recognizer):
    plain, told = read_page(scene.image, recognizer), read_page(scene.image, recognizer, print="read")
    assert {reading.print for reading in plain.readings} == {None}
    assert all(0 <= reading.print <= 1 for reading in told.readings)
    assert tuple(replace(reading, print=None) for reading in told.readings) == plain.readings


def test_a_picture_without_digits_has_no_print(recognizer):
    assert read_page(np.full((60, 80), 200, np.uint8), recognizer, print="ignore").readings == ()


def digits(patches, boxes):
    one = np.ones(len(boxes), np.float32)
    boxes = np.array(boxes, float)
    found = Detections(boxes, one, one, one, np.eye(10, dtype=np.float32)[: len(boxes)], one.astype(float), one)
    return Candidates(found, patches, np.zeros((len(boxes), 1, 10), np.float32), one, one, boxes)


def test_a_digit_is_seen_with_its_line_its_page_and_its_like():
    patches = np.zeros((4, 28, 28), np.uint8)
    patches[:2, 5:20, 10], patches[2:, 10, 5:20] = 255, 255
    some = digits(patches, [(0, 0, 10, 20), (15, 0, 10, 22), (30, 0, 10, 30), (300, 400, 10, 20)])
    rows = features_of(np.array([1, 2, -3, 6], np.float32), some, np.array([7, 7, 1, 7]))
    first, *_, last = (dict(zip(FEATURES, row.tolist(), strict=True)) for row in rows)
    assert first == pytest.approx(
        {
            "look": 1,
            "line_mean": -0.5,
            "line_highest": 2,
            "line_lowest": -3,
            "line_beside": -0.5,
            "line_digits": 2,
            "line_height": 0.1,
            "page_mean": 5 / 3,
            "same_shape": 1,
            "same_named": 2,
        },
        abs=1e-5,
    )
    assert (last["line_digits"], last["line_height"], last["page_mean"]) == (0, ALONE, 0)
    assert last["same_shape"] < 0.3


@pytest.fixture
def arrays():
    return dict(Bundle.load(default_bundle()).judge)


def test_what_was_taken_apart_is_put_together(arrays):
    again = Print.of(arrays).arrays()
    assert again.keys() == {name for name in arrays if name.startswith("print_")}
    for name, array in again.items():
        assert np.allclose(array, arrays[name], atol=1e-3), name


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda a: a.update(print_version=np.array(9)), "tells print by version 9, expected 1"),
        (lambda a: a.pop("print_out"), "what tells print is not whole"),
        (lambda a: a.update(print_hidden=a["print_hidden"][1:]), "not whole"),
        (lambda a: a.update(print_feature=a["print_feature"] + 200), "not whole"),
        (lambda a: a.update(print_out=-a["print_out"]), "otherwise than when fitted"),
        (lambda a: a.update(print_leaf=a["print_leaf"] * np.float32("nan")), "otherwise than when fitted"),
        (lambda a: a.update(print_feature=(a["print_feature"] + 1) % 10), "otherwise than when fitted"),
    ],
    ids=["version", "missing", "cut", "columns", "turned round", "no numbers", "other columns"],
)
def test_what_is_damaged_is_refused(arrays, change, says):
    change(arrays)
    with pytest.raises(BundleError, match=says) as error:
        Print.of(arrays)
    assert "fit-judge BUNDLE --print-only" in str(error.value)


@pytest.fixture
def older(tmp_path, arrays):
    """A bundle as it was before print was told."""
    folder = shutil.copytree(default_bundle(), tmp_path / "older")
    np.savez(folder / "judge.npz", **{n: array for n, array in arrays.items() if not n.startswith("print_")})
    replace(Bundle.read(folder), judge_sha256=sha256(folder / "judge.npz")).save()
    return folder


def test_an_older_bundle_reads_and_does_not_ignore(scene, older, tmp_path):
    cv2.imwrite(str(tmp_path / "sheet.png"), scene.image)
    with Recognizer.load(older, backend="numpy") as old:
        assert {r.print for r in read(tmp_path / "sheet.png", recognizer=old).readings} == {None}
        with pytest.raises(BundleError, match="does not tell print from writing; fit that"):
            read(tmp_path / "sheet.png", recognizer=old, print="ignore")
    arguments = ["recognize", str(tmp_path / "sheet.png"), "--bundle", str(older), "--print", "ignore"]
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "does not tell print from writing" in result.stderr


def test_commands_and_python_leave_print_out_alike(scene, tmp_path):
    sheet = tmp_path / "sheet.png"
    cv2.imwrite(str(sheet), scene.image)

    def told(*arguments):
        (line,) = CliRunner().invoke(app, [*arguments, "--quiet"]).stdout.splitlines()
        return json.loads(line)

    kept, whole = (told("recognize", str(sheet), "--json", "--print", how) for how in ("ignore", "read"))
    assert len(kept["digits"]) < len(whole["digits"])
    assert max(digit["print"] for digit in kept["digits"]) < 0.7 <= max(digit["print"] for digit in whole["digits"])
    assert list(read(sheet, print="ignore").lines) == kept["lines"]
    assert [list(page.lines) for page in read_many([sheet], print="ignore")] == [kept["lines"]]
    live = ("camera", "--source", str(sheet), "--display", "none", "--json=frames", "--print")
    assert len(told(*live, "ignore")["digits"]) < len(told(*live, "read")["digits"])
