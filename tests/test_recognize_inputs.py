"""What ``edgedigits recognize`` may be given, and what becomes of it in a folder of anything."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.cli import app
from edgedigits.cli.inputs import gather
from edgedigits.strokes import draw_digit

pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")
Image = pytest.importorskip("PIL.Image", reason="neither the extra `camera` nor `headless` is installed")


@pytest.fixture
def folder(tmp_path):
    """A folder with pictures, a folder in it, a text, hidden files."""
    folder = tmp_path / "photos"
    for name in ("b.png", "a.JPG", "more/c.png", ".hidden/d.png", ".e.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        page("7").convert("RGB").save(folder / name)
    (folder / "notes.txt").write_text("no picture")
    (folder / "more" / "list.csv").write_text("no picture")
    return folder


def page(text):
    """A row of digits on paper."""
    rng, grey = np.random.default_rng(20), np.full((120, 80 * len(text) + 60), 225, np.uint8)
    for place, digit in enumerate(text):
        ink = draw_digit(int(digit), rng=rng, height_px=60, pen_px=6)
        grey[30 : 30 + ink.shape[0], 40 + 80 * place : 40 + 80 * place + ink.shape[1]] -= (0.8 * ink).astype(np.uint8)
    return Image.fromarray(grey)


def recognize(*arguments, stdin=None):
    return CliRunner().invoke(app, ["recognize", *map(str, arguments)], input=stdin)


def sources(result):
    return [json.loads(line)["source"] for line in result.stdout.splitlines()]


def names(*given):
    return [one.name for one in gather(map(str, given), is_picture=lambda path: path.suffix != ".txt").inputs]


def test_of_a_folder_the_pictures_in_and_below_it_are_read_in_order(folder):
    result = recognize(folder, "--json")
    assert result.exit_code == 0
    assert sources(result) == [str(folder / name) for name in ("a.JPG", "b.png", "more/c.png")]
    assert result.stderr.splitlines() == [f"{folder}: 2 files left out: no picture, or one that shows what was read"]


def test_a_folder_without_pictures_is_an_error_and_the_rest_is_read(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    result = recognize(tmp_path / "empty", folder / "b.png", "--json")
    assert (result.exit_code, sources(result)) == (1, [str(tmp_path / "empty"), str(folder / "b.png")])
    assert result.stderr.splitlines() == [
        f"edgedigits: {tmp_path / 'empty'} is a folder without pictures; name one that has some"
    ]


def test_patterns_that_no_shell_has_expanded_are_expanded(folder):
    assert names(folder / "*.png") == [str(folder / "b.png")]
    assert names(folder / "**" / "*.png") == [str(folder / "b.png"), str(folder / "more" / "c.png")]
    assert names(folder / "*") == names(folder)
    result = recognize(folder / "*.tif")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "matches no picture" in result.stderr


def test_a_file_that_is_called_like_a_pattern_is_that_file(folder):
    page("7").save(folder / "[1].png")
    page("7").save(folder / "1.png")
    assert names(folder / "[1].png") == [str(folder / "[1].png")]


def test_a_named_file_is_read_whatever_its_suffix(folder):
    content = (folder / "b.png").read_bytes()
    (folder / "scan.dat").write_bytes(content)
    assert sources(recognize(folder / "scan.dat", "--json")) == [str(folder / "scan.dat")]
    assert str(folder / "scan.dat") not in sources(recognize(folder, "--json"))


def test_a_picture_is_read_from_standard_input(folder, tmp_path):
    result = recognize("-", "--json", "--save", tmp_path / "out", stdin=(folder / "b.png").read_bytes())
    assert result.exit_code == 0
    assert (sources(result), json.loads(result.stdout)["lines"]) == (["-"], ["7"])
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["stdin.jpg"]


def test_nothing_on_standard_input_is_one_line():
    result = recognize("-", stdin=b"")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "edgedigits: standard input is empty; expected JPEG, PNG, WebP, TIFF, BMP, GIF, PPM, HEIC or AVIF"
    ]


@pytest.mark.parametrize("name", ["x" * 5000, "a/" * 3000, "\0"])
def test_names_that_are_no_paths_are_one_line_each(name):
    result = recognize(name)
    assert (result.exit_code, result.stderr.count("\n"), result.exception.__class__) == (1, 1, SystemExit)


def test_a_folder_that_cannot_be_opened_is_an_error(folder):
    if os.geteuid() == 0:
        pytest.skip("nothing is closed to root")
    (folder / "more").chmod(0)
    result = recognize(folder, "--json")
    (folder / "more").chmod(0o755)
    assert result.exit_code == 1
    assert "more cannot be opened (Permission denied)" in result.stderr


def test_a_picture_in_a_folder_that_may_be_listed_and_not_entered_is_a_line_and_the_rest_is_read(folder, monkeypatch):
    closed, is_file, opened = folder / "more" / "c.png", Path.is_file, Path.open

    def refused(path, of, *more, **named):
        if path == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return of(path, *more, **named)

    monkeypatch.setattr(Path, "is_file", lambda path: refused(path, is_file))
    monkeypatch.setattr(Path, "open", lambda path, *more, **named: refused(path, opened, *more, **named))
    result = recognize(folder, "--json")
    assert result.exit_code == 1
    assert f"{closed} may not be read by you" in result.stderr
    read = [line for line in map(json.loads, result.stdout.splitlines()) if "error" not in line]
    assert [each["source"] for each in read] == [str(folder / "a.JPG"), str(folder / "b.png")]


def test_copies_of_an_earlier_run_are_not_read_again(folder):
    for _ in range(2):
        result = recognize(folder, "--json", "--save", folder)
        assert sources(result) == [str(folder / name) for name in ("a.JPG", "b.png", "more/c.png")]
    assert {path.name for path in folder.glob("*.jpg")} == {"a-2.jpg", "b.jpg", "c.jpg"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names of any bytes")
def test_a_name_that_is_no_text_is_printed_somehow(folder):
    path = os.fsencode(folder) + b"/\xff\xfe.png"
    page("7").save(folder / "x.png")
    (folder / "x.png").rename(os.fsdecode(path))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONIOENCODING": "ascii"}
    line = [sys.executable, "-m", "edgedigits", "recognize", path, os.fsencode(folder) + b"/\xff.png"]
    done = subprocess.run(line, env=environment, capture_output=True, check=False)
    assert (done.returncode, b"Traceback" in done.stderr) == (1, False)
    assert done.stdout.endswith(b": 7\n")


def anything(rng, number):
    """Bytes of one of many kinds of files, some of which are pictures."""
    content = io.BytesIO()
    kind = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "PPM")[number % 7]
    width, height = (1, 1) if number % 5 == 0 else (int(rng.integers(1, 90)), int(rng.integers(1, 90)))
    Image.fromarray(rng.integers(0, 256, (height, width, 3)).astype(np.uint8)).save(content, kind)
    data = bytearray(content.getvalue())
    if number % 3 == 1:
        del data[int(rng.integers(0, len(data))) :]
    if number % 3 == 2:
        for place in rng.integers(0, len(data), 1 + len(data) // 200):
            data[place] = rng.integers(0, 256)
    return bytes(data)


def test_a_folder_of_anything_goes_through(tmp_path):
    rng = np.random.default_rng(3)
    for number in range(210):
        (tmp_path / f"{number:03d}{('.png', '.jpg', '.tif')[number % 3]}").write_bytes(anything(rng, number))
    page("35").save(tmp_path / "last.png")
    result = recognize(tmp_path, "--json")
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    pages = [json.loads(line) for line in result.stdout.splitlines()]
    told = [line for line in result.stderr.splitlines() if not line.endswith("pages is read")]
    assert [f"edgedigits: {page['error']}" for page in pages if "error" in page] == told
    assert len(pages) == 211
    assert len(told) > 30
    assert pages[-1]["lines"] == ["35"]
