"""Pictures whose digits are known, but not their places: scored as bags, in regions where there are some."""

import json
import sys
from contextlib import nullcontext

import cv2
import numpy as np
import pytest

from benchmarks import cases
from benchmarks.cases import Bags, Case, cases_in, group_of, read_all, score, table
from edgedigits_camera.profiles import STILL
from edgedigits_camera.scene import SceneSpec, draw_scene
from edgedigits_camera.scoring import Mark


def marks(text, *, x=0.0):
    return [Mark(int(digit), (x + 20 * number, 0, 10, 20)) for number, digit in enumerate(text)]


@pytest.mark.parametrize(
    ("true", "said", "bags"),
    [
        ("123", "321", Bags(1, 1, 3, 3, 3)),
        ("1223", "2", Bags(1, 0, 4, 1, 1)),
        ("12", "1112", Bags(1, 0, 2, 4, 2)),
        ("", "7", Bags(1, 0, 0, 1, 0)),
        ("", "", Bags(1, 1, 0, 0, 0)),
    ],
)
def test_digits_count_as_a_bag_in_any_order(tmp_path, true, said, bags):
    assert score(Case(tmp_path, true), marks(said)) == bags


def test_a_region_is_a_bag_of_its_own_and_what_is_elsewhere_does_not_count(tmp_path):
    regions = ((0, 0, 40, 20, "12"), (100, 0, 140, 20, "34"))
    reported = [*marks("12"), *marks("39", x=100), *marks("5", x=300)]
    assert score(Case(tmp_path, "1234", regions), reported) == Bags(2, 1, 4, 4, 3)
    assert score(Case(tmp_path, "1234", regions), marks("12", x=100)) == Bags(2, 0, 4, 2, 0)


def test_rates_are_of_the_true_and_of_the_reported_digits():
    bags = Bags(2, 1, digits=10, reported=8, right=6)
    assert (bags.read, bags.precision, Bags().read) == (0.6, 0.75, 0)
    assert bags.as_object()["exact"] == 1


@pytest.mark.parametrize(
    ("digits", "regions", "group"),
    [("7", (), "one digit"), ("77", (), "several"), ("7", ((0, 0, 1, 1, "7"),), "in places")],
)
def test_cases_are_grouped_by_what_they_are(tmp_path, digits, regions, group):
    assert group_of(Case(tmp_path, digits, regions)) == group


@pytest.fixture
def root(tmp_path):
    """Two folders: a page of digits as stored turned by a right angle, and one of which a region counts."""
    scene = draw_scene(2, spec=SceneSpec(pen="marker", strength=0.1, tilt=0.0, digit_px=26), size_px=(320, 240))
    text = "".join(str(digit.digit) for digit in scene.digits)
    for name in ("pages", "places"):
        (tmp_path / name).mkdir()
        cv2.imwrite(str(tmp_path / name / "page.png"), scene.image)
        row = f'page.png,{text},"{"|".join(scene.lines)}","a page, drawn"'
        (tmp_path / name / "labels.csv").write_text(f"file,digits,rows,note\n{row}\n")
    first = scene.digits[0].box_xywh_px
    region = [first[0] - 2, first[1] - 2, first[0] + first[2] + 2, first[1] + first[3] + 2, text[0]]
    (tmp_path / "places" / "regions.json").write_text(json.dumps({"page.png": [region]}))
    return tmp_path, scene


def test_every_labelled_picture_is_read_and_counted_by_folder(root, told):
    folder, scene = root
    found = list(cases_in([folder]))
    assert [len(case.regions) for case in found] == [0, 1]
    recognizer = told([digit.box_xywh_px for digit in scene.digits])
    result = read_all(found, recognizer, profile=STILL)
    count = len(scene.digits)
    assert (result["pages"].digits, result["places"].digits, result["all"].digits) == (count, 1, count + 1)
    assert result["pages"].read > 0.8
    assert set(result) == {"all", "several", "in places", "pages", "places"}
    assert "places" in table({"still": result})


def test_a_picture_without_what_is_labelled_is_not_read(root, told):
    folder, _ = root
    cv2.imwrite(str(folder / "pages" / "page.png"), np.full((240, 320), 200, np.uint8))
    result = read_all(cases_in([folder / "pages"]), told(), profile=STILL)
    assert (result["all"].right, result["all"].exact) == (0, 0)


@pytest.mark.parametrize(("folders", "said"), [(None, "EDGEDIGITS_CASES is not set"), ("empty", "no labels.csv in")])
def test_without_cases_one_line_says_so(monkeypatch, capsys, tmp_path, folders, said):
    monkeypatch.delenv("EDGEDIGITS_CASES", raising=False)
    if folders:
        monkeypatch.setenv("EDGEDIGITS_CASES", str(tmp_path / folders))
    monkeypatch.setattr(sys, "argv", ["cases", "--out", str(tmp_path / "o.json")])
    cases.main()
    out = capsys.readouterr().out
    assert out.startswith(said)
    assert out.count("\n") == 1
    assert not (tmp_path / "o.json").exists()


def test_what_was_counted_is_printed_and_saved(monkeypatch, capsys, root, told):
    folder, scene = root

    opened = nullcontext(told([digit.box_xywh_px for digit in scene.digits]))
    monkeypatch.setattr(cases.Recognizer, "load", lambda *_bundle: opened)
    monkeypatch.setattr(cases, "measured_with", lambda _recognizer: {"bundle": "told"})
    monkeypatch.setenv("EDGEDIGITS_CASES", f"{folder / 'pages'}{cases.os.pathsep}{folder / 'places'}")
    monkeypatch.setattr(sys, "argv", ["cases", "--out", str(folder / "o.json")])
    cases.main()
    assert "exactly" in capsys.readouterr().out
    saved = json.loads((folder / "o.json").read_text())
    assert set(saved["profiles"]) == {"still", "live"}
    assert saved["profiles"]["still"]["all"]["digits"] == len(scene.digits) + 1
