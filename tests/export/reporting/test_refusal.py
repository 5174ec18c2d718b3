"""A refusal is a line on the terminal, and a file with all that there is to tell, over no other file."""

import pytest

from edgedigits.errors import ContentsError, ExportError
from edgedigits_export.reporting.refusal import MOST_LETTERS, TITLE, refused, shortened, whole

KERAS = "Could not locate class 'Mine'.\n\n" + "Full object config: {'module': None}\n" * 40


def raised(cause, text="model.keras cannot be loaded (Could not locate class 'Mine'.)"):
    error = ExportError(text)
    error.__cause__ = cause
    return error


def test_a_short_error_without_more_to_tell_is_left_as_it_is(tmp_path):
    for error in (ExportError("no format 'int4'"), raised(ValueError("Could not locate\n class 'Mine'."))):
        assert refused(error, out=tmp_path / "mine") is error
    assert not list(tmp_path.iterdir())


def test_what_another_program_said_is_whole_in_the_report_and_the_line_is_short(tmp_path):
    error = raised(ValueError(KERAS), "model.keras cannot be loaded: " + "word " * 200)
    line = refused(error, out=tmp_path / "mine")
    report = tmp_path / "mine-refused.txt"
    assert type(line) is ExportError
    text, _, path = str(line).partition("; see ")
    assert path == str(report)
    assert len(text) <= MOST_LETTERS
    assert text.endswith("word...")
    assert KERAS in report.read_text()


def test_every_number_is_in_the_report_and_the_first_line_on_the_terminal(tmp_path):
    error = ContentsError("int8 failed: size 9 (at most 8)\nint8:\n  FAILED size 9 (at most 8)\n  types right")
    line = refused(error, out=tmp_path / "mine")
    assert str(line) == f"int8 failed: size 9 (at most 8); see {tmp_path / 'mine-refused.txt'}"
    assert isinstance(line, ContentsError)
    assert "  types right" in (tmp_path / "mine-refused.txt").read_text()


def test_an_earlier_report_is_replaced_and_no_other_file(tmp_path):
    (tmp_path / "mine-refused.txt").write_text("my own notes")
    (tmp_path / "mine-refused-2.txt").write_text(f"{TITLE}\n\nof yesterday\n")
    line = refused(raised(ValueError(KERAS)), out=tmp_path / "mine")
    assert str(line).endswith("mine-refused-2.txt")
    assert (tmp_path / "mine-refused.txt").read_text() == "my own notes"
    assert "of yesterday" not in (tmp_path / "mine-refused-2.txt").read_text()


def test_where_no_report_can_be_written_the_line_is_still_said(tmp_path):
    (tmp_path / "file").touch()
    line = refused(raised(ValueError(KERAS)), out=tmp_path / "file" / "mine")
    assert str(line) == str(raised(None))


def test_causes_behind_causes_are_told_once_each():
    inner = ValueError(KERAS)
    outer = ValueError("outer")
    outer.__cause__ = inner
    text = whole(raised(outer))
    assert text.count("ValueError:\nouter") == text.count("Full object config") / 40 == 1


@pytest.mark.parametrize("letters", [10, 150])
def test_a_text_is_cut_between_words_where_it_has_some(letters):
    assert shortened("short", letters) == "short"
    cut = shortened("some words " * 40, letters)
    assert len(cut) <= letters
    assert cut.endswith(("some...", "words..."))
    assert len(shortened("x" * 400, letters)) == letters
