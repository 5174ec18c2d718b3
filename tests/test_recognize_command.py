"""``edgedigits recognize`` as a user runs it."""

import errno
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.backends import Candidate, Opened
from edgedigits.cli import app
from edgedigits.cli.notes import Notes
from edgedigits.strokes import draw_digit

cv2 = pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")
Image = pytest.importorskip("PIL.Image", reason="neither the extra `camera` nor `headless` is installed")

ORIENTATION = 0x0112
# How a picture must be stored to be upright once its EXIF orientation is applied.
STORED = {
    1: lambda image: image,
    2: np.fliplr,
    3: lambda image: np.rot90(image, 2),
    4: np.flipud,
    5: lambda image: np.swapaxes(image, 0, 1),
    6: lambda image: np.rot90(image, 1),
    7: lambda image: np.swapaxes(np.rot90(image, 2), 0, 1),
    8: lambda image: np.rot90(image, -1),
}


def drawn(text="3507", height_px=60):
    """A page (H, W, 3) uint8 with a row of digits."""
    rng = np.random.default_rng(20)
    page = np.full((200, 360, 3), 225, np.uint8)
    for place, digit in enumerate(text):
        ink = draw_digit(int(digit), rng=rng, height_px=height_px, pen_px=6)
        y, x = 70, 40 + 75 * place
        page[y : y + ink.shape[0], x : x + ink.shape[1]] -= (0.8 * ink[:, :, None]).astype(np.uint8)
    return page


@pytest.fixture
def page_path(tmp_path):
    path = tmp_path / "page.png"
    Image.fromarray(drawn()).save(path)
    return path


def recognize(*arguments):
    return CliRunner().invoke(app, ["recognize", *map(str, arguments)])


def errors(result):
    """Lines on stderr; where the fastest way to run the network works, there are none for that."""
    return result.stderr.splitlines()


def objects(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_json_is_one_object_per_picture_and_line_in_the_documented_form(page_path, tmp_path):
    blank = tmp_path / "blank.png"
    Image.fromarray(np.full((90, 80), 225, np.uint8)).save(blank)
    result = recognize(page_path, blank, "--json")
    assert result.exit_code == 0
    assert not errors(result)
    page, empty = objects(result)
    assert list(page) == ["version", "source", "width", "height", "digits", "lines"]
    assert (page["source"], page["width"], page["height"], page["lines"]) == (str(page_path), 360, 200, ["3507"])
    assert [digit["digit"] for digit in page["digits"]] == [3, 5, 0, 7]
    for place, digit in enumerate(page["digits"]):
        assert list(digit) == ["digit", "confidence", "box", "line", "print"]
        assert 0 < digit["confidence"] <= 1
        x, y, w, h = digit["box"]
        assert all(isinstance(number, int) for number in digit["box"])
        assert (x, y) == pytest.approx((40 + 75 * place, 70), abs=4)
        assert (y + h, w) == pytest.approx((130, 40), abs=20)
    assert empty == {"version": 1, "source": str(blank), "width": 80, "height": 90, "digits": [], "lines": []}


def test_without_json_each_picture_is_a_line_of_text(page_path, tmp_path):
    blank = tmp_path / "blank.png"
    Image.fromarray(np.full((90, 80), 225, np.uint8)).save(blank)
    result = recognize(page_path, blank)
    assert result.stdout.splitlines() == [f"{page_path}: 3507", f"{blank}: no digits"]


def test_it_works_from_any_folder_and_names_pictures_as_they_were_given(page_path, tmp_path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    line = [sys.executable, "-m", "edgedigits", "recognize", "page.png", "--json"]
    done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    page = json.loads(done.stdout)
    assert (page["source"], page["lines"]) == ("page.png", ["3507"])
    assert not done.stderr


def test_save_writes_annotated_copies_and_leaves_the_pictures(page_path, tmp_path):
    before = page_path.read_bytes()
    assert recognize(page_path, "--save", tmp_path / "new" / "folder").exit_code == 0
    copy = cv2.imread(str(tmp_path / "new" / "folder" / "page.jpg"))
    assert copy.shape == (200, 360, 3)
    assert (np.abs(copy.astype(int) - drawn()).max(axis=2) > 60).sum() > 500
    assert page_path.read_bytes() == before


def test_pictures_of_one_name_get_copies_of_their_own(page_path, tmp_path):
    paths = [tmp_path / "a" / "page.png", tmp_path / "b" / "page.png", tmp_path / "b" / "page.webp"]
    for size, path in enumerate(paths, start=1):
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(drawn()[:, : 300 + 10 * size]).save(path)
    assert recognize(*paths, "--save", tmp_path / "out").exit_code == 0
    copies = {path.name: cv2.imread(str(path)).shape[1] for path in (tmp_path / "out").iterdir()}
    assert copies == {"page.jpg": 310, "page-2.jpg": 320, "page-3.jpg": 330}


def test_saving_beside_the_pictures_overwrites_none_of_them(page_path, tmp_path):
    photo = tmp_path / "photo.jpg"
    Image.fromarray(drawn()).save(photo)
    before = photo.read_bytes()
    assert recognize(photo, "--save", tmp_path / "new" / "..").exit_code == 0
    assert recognize(photo, "--save", tmp_path).exit_code == 0
    assert photo.read_bytes() == before
    assert (tmp_path / "photo-2.jpg").is_file()


def test_a_folder_that_cannot_be_written_to_is_one_line(page_path, tmp_path):
    (tmp_path / "file").write_text("")
    result = recognize(page_path, "--save", tmp_path / "file")
    assert result.exit_code == 1
    assert len(errors(result)) == 1
    assert "cannot be written" in errors(result)[0]


def test_what_cannot_be_read_is_one_line_each_and_the_rest_is_read(page_path, tmp_path):
    bad = {
        "missing.png": "does not exist",
        "folder.png": "is a folder without pictures",
        "empty.png": "is empty",
        "text.png": "is no picture that can be read",
        "cut.png": "is damaged",
        "huge.png": "has 144 megapixels",
        "loop.png": "is damaged or cannot be opened",
    }
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("no picture\n")
    (tmp_path / "cut.png").write_bytes(page_path.read_bytes()[:-800])
    Image.new("1", (12_000, 12_000)).save(tmp_path / "huge.png")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    paths = [tmp_path / name for name in bad]
    result = recognize(paths[0], page_path, *paths[1:], page_path, "--json", "--save", tmp_path / "out")
    assert result.exit_code == 1
    assert [entry.get("lines") for entry in objects(result)] == [None, ["3507"], *[None] * 6, ["3507"]]
    assert [f"edgedigits: {entry['error']}" for entry in objects(result) if "error" in entry] == errors(result)
    lines = errors(result)
    assert len(lines) == len(bad)
    for line, (name, what) in zip(lines, bad.items(), strict=True):
        assert line.startswith(f"edgedigits: {tmp_path / name} {what}")


def test_no_picture_is_a_usage_error_and_a_bundle_that_is_none_an_error(page_path, tmp_path):
    assert recognize().exit_code == 2
    result = recognize(page_path, "--bundle", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("edgedigits: no manifest.json in ")
    result = recognize(page_path, "--backend", "abacus")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'abacus'" in result.stderr
    assert "tflite-runtime" in result.stderr


@pytest.mark.parametrize("orientation", STORED)
def test_boxes_of_a_turned_picture_are_in_pixels_as_stored(orientation, tmp_path):
    path, exif = tmp_path / "turned.png", Image.Exif()
    exif[ORIENTATION] = orientation
    stored = np.ascontiguousarray(STORED[orientation](drawn()))
    Image.fromarray(stored).save(path, exif=exif)
    (page,) = objects(recognize(path, "--json"))
    assert (page["height"], page["width"]) == stored.shape[:2]
    assert page["lines"] == ["3507"]
    left = stored[:, :, 0] < 180
    assert left.sum() > 1000
    for x, y, w, h in (digit["box"] for digit in page["digits"]):
        assert left[y : y + h, x : x + w].any()
        left[y - 2 : y + h + 2, x - 2 : x + w + 2] = False
    assert not left.any()


def test_boxes_that_are_not_turned_back_would_miss_the_ink():
    stored = STORED[6](drawn())
    assert not (stored[70:130, 40:315, 0] < 180).all(axis=0).any()
    assert (stored[70:130, 40:315, 0] < 180).sum() < 0.5 * (drawn()[70:130, 40:315, 0] < 180).sum()


def test_of_several_pages_the_first_is_read_and_that_is_said(page_path, tmp_path):
    pages = [Image.fromarray(drawn(text)) for text in ("35", "70", "72")]
    for suffix in ("tif", "gif", "webp", "png"):
        pages[0].save(tmp_path / f"pages.{suffix}", save_all=True, append_images=pages[1:])
        result = recognize(tmp_path / f"pages.{suffix}", page_path)
        assert result.stdout.splitlines() == [f"{tmp_path}/pages.{suffix}: 35", f"{page_path}: 3507"]
        assert errors(result) == [f"{tmp_path}/pages.{suffix}: the first of 3 pages is read"]
    assert not errors(recognize(tmp_path / "pages.tif", "--quiet"))


def test_a_full_disk_costs_the_copies_and_no_answer(page_path, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    result = recognize(page_path, page_path, "--save", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stdout.count(": 3507\n") == 2
    for line, name in zip(errors(result), ("page.jpg", "page-2.jpg"), strict=True):
        assert line.startswith(f"edgedigits: {tmp_path}/out/{name} cannot be written (no space left on device); free")


@pytest.mark.parametrize("refused", [0, 1, 12])
def test_what_runs_the_network_is_a_matter_of_course_or_a_short_line(capsys, refused):
    reasons = tuple((Candidate("litert", "int8"), 150 * "why") for _ in range(refused))
    opened = Opened(None, Candidate("numpy", "npz"), reasons)
    for notes in (Notes(), Notes(verbose=True), Notes(quiet=True)):
        notes.runtime(opened)
    short = ["runs in numpy; a faster way does not work here, --verbose says why"] if refused == 1 else []
    short += ["runs in numpy; 12 faster ways do not work here, --verbose says why"] if refused == 12 else []
    assert capsys.readouterr().err.splitlines() == [*short, opened.explain()]
