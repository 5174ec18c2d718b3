"""Photos with boxes are found and scored; where there are none, one line says so."""

import sys

import pytest

from benchmarks import wild
from benchmarks.wild import Result, photos_in, table
from edgedigits_camera.profiles import STILL
from edgedigits_camera.scene import SceneSpec, draw_scene
from edgedigits_camera.written import save_picture

DIGITS = 8


@pytest.fixture
def root(tmp_path):
    """A folder with a page of digits of which the last counts neither way, and one of a page said to have none."""
    scene = draw_scene(2, spec=SceneSpec(pen="marker", strength=0.1, tilt=0.0, digit_px=26), size_px=(320, 240))
    lines = ["file,x,y,w,h,label,kind"]
    for number, digit in enumerate(scene.digits):
        box, kind = ",".join(map(str, digit.box_xywh_px)), "handwritten" if number < DIGITS else "printed"
        lines.append(f"page.png,{box},{digit.digit},{kind}")
    assert len(scene.digits) > DIGITS
    for folder in ("pages", "negatives"):
        (tmp_path / folder).mkdir()
        save_picture(tmp_path / folder / "page.png", scene.image)
    (tmp_path / "pages" / "boxes.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "negatives" / "labels.csv").write_text("file\n")
    return tmp_path, [digit.box_xywh_px for digit in scene.digits]


def test_photos_are_scored_by_folder_and_those_without_digits_apart(root, told):
    folder, boxes = root
    result = wild.read_all(photos_in(folder), told(boxes), profile=STILL)
    assert (result.total.digits, result.total.false) == (DIGITS, 0)
    assert result.total.right >= DIGITS - 1
    assert result.negatives.pictures == 1
    assert result.negatives.false > DIGITS
    assert len(result.read_ms) == 2
    assert result.as_object()["folders"]["pages"]["digits"] == DIGITS


def test_a_table_has_a_row_for_each_folder():
    result = Result({"pages": wild.Counts(1, 3, 3, 3, 0)}, (1.0,))
    assert "pages" in table({"still": result})


@pytest.mark.parametrize("place", [None, "empty"])
def test_without_photos_one_line_says_so(monkeypatch, capsys, tmp_path, place):
    monkeypatch.delenv("EDGEDIGITS_WILD", raising=False)
    monkeypatch.setattr(sys, "argv", ["wild", *([str(tmp_path)] if place else []), "--out", str(tmp_path / "o.json")])
    wild.main()
    assert capsys.readouterr().out.count("\n") == 1
    assert not (tmp_path / "o.json").exists()
