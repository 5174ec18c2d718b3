"""The forms of what ``edgedigits recognize`` answers, and what it may be asked to do before."""

import contextlib
import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.cli import app
from edgedigits.cli.answers import Answer, as_object, as_rows, as_text, csv_head
from edgedigits.recognizer import Reading
from edgedigits.strokes import draw_digit

cv2 = pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")
Image = pytest.importorskip("PIL.Image", reason="neither the extra `camera` nor `headless` is installed")

PROBABILITIES = (0.01, 0.0, 0.02, 0.9, 0.0, 0.05, 0.0, 0.01, 0.0, 0.01)


def drawn(text):
    """A row of digits on paper (H, W) uint8."""
    rng, grey = np.random.default_rng(20), np.full((120, 80 * len(text) + 60), 225, np.uint8)
    for place, digit in enumerate(text):
        ink = draw_digit(int(digit), rng=rng, height_px=60, pen_px=6)
        grey[30 : 30 + ink.shape[0], 40 + 80 * place : 40 + 80 * place + ink.shape[1]] -= (0.8 * ink).astype(np.uint8)
    return grey


@pytest.fixture
def page_path(tmp_path):
    path = tmp_path / 'a "page", of 1.png'
    Image.fromarray(drawn("3507264")).save(path)
    return path


@pytest.fixture
def answer(tmp_path):
    """Two lines, one digit of which is unsure."""
    from edgedigits_camera.pictures import load_picture
    from edgedigits_camera.reader import Page

    Image.new("L", (100, 50), 255).save(tmp_path / "blank.png")
    readings = [Reading(d, c, (10 * i, 5, 8, 9)) for i, (d, c) in enumerate([(3, 0.9), (5, 0.2), (7, 0.8)])]
    readings = [replace(reading, probabilities=PROBABILITIES) for reading in readings]
    page = Page(tuple(readings), ("35", "7"))

    def answer(least=0.0):
        return Answer.of("=a,b.png", load_picture(tmp_path / "blank.png"), page, min_confidence=least)

    return answer


def recognize(*arguments):
    return CliRunner().invoke(app, ["recognize", *map(str, arguments)])


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def run(*arguments, **how):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    line = [sys.executable, "-m", "edgedigits", "recognize", *map(str, arguments)]
    return subprocess.Popen(line, env=environment, text=True, **how)


def test_a_table_has_a_row_for_each_digit_in_quotes_where_it_must(page_path):
    table, (page,) = recognize(page_path, "--csv"), [json.loads(recognize(page_path, "--json").stdout)]
    assert table.exit_code == 0
    assert table.stdout.splitlines()[0] == "source,line,digit,confidence,x,y,w,h"
    found = rows(table.stdout)
    assert {row["source"] for row in found} == {str(page_path)}
    assert [int(row["digit"]) for row in found] == [3, 5, 0, 7, 2, 6, 4]
    for row, digit in zip(found, page["digits"], strict=True):
        assert [int(row[name]) for name in "xywh"] == digit["box"]
        assert (float(row["confidence"]), row["line"]) == (digit["confidence"], "1")


def test_lines_of_a_table_are_counted_from_one(answer):
    assert as_rows(answer()).splitlines() == [
        '"=a,b.png",1,3,0.9,0,5,8,9',
        '"=a,b.png",1,5,0.2,10,5,8,9',
        '"=a,b.png",2,7,0.8,20,5,8,9',
    ]


def test_a_table_without_digits_has_a_head(tmp_path):
    Image.new("L", (100, 50), 255).save(tmp_path / "blank.png")
    assert recognize(tmp_path / "blank.png", "--csv").stdout == csv_head()


def test_two_forms_at_once_are_a_usage_error(page_path):
    assert recognize(page_path, "--csv", "--json").exit_code == 2


def test_for_a_script_there_is_a_form_of_digits_alone_and_an_exit_code_that_says_there_is_none(page_path, tmp_path):
    blank = tmp_path / "blank.png"
    Image.new("L", (100, 50), 255).save(blank)
    for given, stdout, code in [
        ([page_path], "3507264\n", 0),
        ([page_path, "--exit-code"], "3507264\n", 0),
        ([blank], "", 0),
        ([blank, blank, "--exit-code"], "", 3),
        ([blank, page_path, "--exit-code"], "3507264\n", 0),
        ([page_path, "--min-confidence", "1", "--exit-code"], "", 3),
        ([blank, tmp_path / "gone.png", "--exit-code"], "", 1),
    ]:
        result = recognize(*given, "--digits-only")
        assert (result.stdout, result.exit_code) == (stdout, code), given


@pytest.mark.parametrize("other", ["--json", "--csv", "--top=2", "--out=readings.jsonl"])
def test_digits_alone_are_a_form_by_itself(page_path, tmp_path, monkeypatch, other):
    monkeypatch.chdir(tmp_path)
    assert recognize(page_path, "--digits-only", other).exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == [page_path.name]


def test_a_run_that_is_gone_on_with_counts_the_digits_before(page_path, tmp_path):
    blank, out = tmp_path / "blank.png", tmp_path / "readings.jsonl"
    Image.new("L", (100, 50), 255).save(blank)
    assert recognize(blank, "--out", out, "--exit-code").exit_code == 3
    assert recognize(blank, "--out", out, "--resume", "--exit-code").exit_code == 3
    assert recognize(blank, page_path, "--out", out, "--resume", "--exit-code").exit_code == 0
    assert recognize(blank, page_path, "--out", out, "--resume", "--exit-code").exit_code == 0


def test_the_likeliest_names_are_told_in_every_form(answer):
    assert as_text(answer(), top=2).splitlines()[:2] == ["=a,b.png: 35 | 7", "  3: 3 0.900, 5 0.050"]
    names = as_object(answer(), top=3)["digits"][0]["top"]
    assert names == [{"digit": d, "probability": p} for d, p in ((3, 0.9), (5, 0.05), (2, 0.02))]
    (first, *_) = rows(csv_head(top=2) + as_rows(answer(), top=2))
    assert (first["digit_1"], first["probability_1"], first["digit_2"]) == ("3", "0.9", "5")


def test_digits_that_are_less_sure_are_left_out_and_counted(answer):
    assert (answer(0.5).texts, answer(0.5).left_out) == (["3", "7"], 1)
    assert (answer(0.85).texts, answer(0.85).left_out) == (["3"], 2)
    assert (answer(0.95).texts, as_text(answer(0.95))) == ([], "=a,b.png: no digits")


def test_how_many_are_left_out_is_said(page_path):
    result = recognize(page_path, "--min-confidence", "1", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["digits"] == []
    assert result.stderr.splitlines() == [f"{page_path}: 7 digits are less sure than 1 and left out"]
    assert recognize(page_path, "--min-confidence", "50").exit_code == 2


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("how", ["auto", "as told"])
def test_a_lying_page_is_turned_and_its_boxes_are_as_stored(tmp_path, degrees, how):
    path, lying = tmp_path / "lying.png", np.ascontiguousarray(np.rot90(drawn("3507264"), degrees // 90))
    Image.fromarray(lying).save(path)
    rotate = "auto" if how == "auto" else degrees
    result = recognize(path, "--json", "--rotate", rotate, "--save", tmp_path / "out")
    page = json.loads(result.stdout)
    assert page["lines"] == ["3507264"]
    assert page.get("rotated", 0) == degrees
    said = [f"{path}: read turned by {degrees} degrees"] if how == "auto" and degrees else []
    assert result.stderr.splitlines() == said
    left = lying < 128
    for x, y, w, h in (digit["box"] for digit in page["digits"]):
        assert left[y : y + h, x : x + w].any()
        left[y - 2 : y + h + 2, x - 2 : x + w + 2] = False
    assert not left.any()
    assert cv2.imread(str(tmp_path / "out" / "lying.jpg")).shape[:2] == drawn("3507264").shape


def test_how_a_page_was_turned_is_told_only_where_that_was_asked_for(page_path):
    assert "rotated" not in json.loads(recognize(page_path, "--json").stdout)
    assert json.loads(recognize(page_path, "--json", "--rotate", "auto").stdout)["rotated"] == 0
    assert recognize(page_path, "--rotate", "45").exit_code == 2


def test_a_file_that_was_there_before_is_never_overwritten_but_a_copy_is(page_path, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    Image.new("L", (9, 9)).save(out / f"{page_path.stem}.jpg")
    before = (out / f"{page_path.stem}.jpg").read_bytes()
    for _ in range(2):
        assert recognize(page_path, "--save", out).exit_code == 0
    assert (out / f"{page_path.stem}.jpg").read_bytes() == before
    assert {path.name for path in out.iterdir()} == {f"{page_path.stem}.jpg", f"{page_path.stem}-2.jpg"}


def test_names_that_differ_in_capitals_only_get_copies_of_their_own(tmp_path):
    for name in ("a/Page.png", "b/page.png"):
        (tmp_path / name).parent.mkdir()
        Image.fromarray(drawn("7")).save(tmp_path / name)
    assert recognize(tmp_path / "a", tmp_path / "b", "--save", tmp_path / "out").exit_code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"Page.jpg", "page-2.jpg"}


def test_a_link_that_leads_nowhere_is_not_written_through(page_path, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / f"{page_path.stem}.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    assert recognize(page_path, "--save", tmp_path / "out").exit_code == 0
    assert not (tmp_path / "elsewhere.jpg").exists()
    assert (tmp_path / "out" / f"{page_path.stem}-2.jpg").is_file()


def test_the_copy_of_a_large_picture_is_smaller(page_path, tmp_path, monkeypatch):
    monkeypatch.setattr("edgedigits.cli.copies.MOST_PIXELS", 20_000)
    assert recognize(page_path, "--save", tmp_path / "out").exit_code == 0
    height, width = drawn("3507264").shape
    assert cv2.imread(str(tmp_path / "out" / f"{page_path.stem}.jpg")).shape == (height // 2, width // 2, 3)


def test_each_answer_reaches_a_pipe_before_the_next_picture_is_read(page_path, tmp_path):
    os.mkfifo(tmp_path / "late.png")
    with run(page_path, tmp_path / "late.png", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout.readline() == f"{page_path}: 3507264\n"
        (tmp_path / "late.png").write_bytes(b"no picture")
        assert process.stdout.read() == ""
    assert process.returncode == 1


def test_a_reader_that_has_seen_enough_is_no_reason_to_complain(page_path):
    with run(*[page_path] * 40, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()


def test_a_bar_shows_on_a_terminal_and_answers_go_where_they_belong(page_path):
    pty = pytest.importorskip("pty", reason="there are no terminals here")
    ours, theirs = pty.openpty()
    with run(page_path, page_path, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        assert process.stdout.read() == f"{page_path}: 3507264\n" * 2
        assert process.wait() == 0
    shown = b""
    with contextlib.suppress(OSError):  # which is how a terminal says that nobody writes to it any more
        while part := os.read(ours, 100_000):
            shown += part
    os.close(ours)
    shown = shown.decode()
    assert "2/2" in shown
    assert "3507264" not in shown
