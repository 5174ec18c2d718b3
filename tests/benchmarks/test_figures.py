"""Measured figures in README and docs are those of the files of results."""

import json
import re

import pytest

from benchmarks import figures
from benchmarks.figures import BLOCKS, PAGES, ROOT, main, renewed
from benchmarks.tables import results
from edgedigits.bundle import Bundle


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_the_figures_that_were_measured(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert renewed(text) == text, "run: python -m benchmarks.figures"


def test_every_table_stands_in_a_page():
    text = "".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    assert set(re.findall(r"<!-- figures: (\w+) -->", text)) == set(BLOCKS)


def test_every_shipped_file_has_a_row_with_how_long_it_takes():
    formats = [file.format for file in Bundle.load(ROOT / "models" / "mnist-cnn").artifacts]
    rows = re.findall(r"^\| `([\w-]+)` \|.* (.+) \|$", BLOCKS["files"](), re.MULTILINE)
    assert [name for name, _ in rows] == formats
    assert all(re.search(r"\d µs \w", line) for line in BLOCKS["files"]().splitlines()[2:-1])


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A page with a table that says 7, in which a person has written 8."""
    monkeypatch.setattr(figures, "ROOT", tmp_path)
    monkeypatch.setattr(figures, "PAGES", ("page.md",))
    monkeypatch.setattr(figures, "BLOCKS", {"seven": lambda: "| 7 |"})
    (tmp_path / "page.md").write_text("8\n\n<!-- figures: seven -->\n\n| 8 |\n\n<!-- end of figures -->\n\n8\n")
    return tmp_path / "page.md"


def run(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["figures", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def test_a_figure_that_differs_is_told_and_then_renewed_and_the_rest_of_the_page_stays(page, monkeypatch, capsys):
    before = page.read_text()
    assert run(monkeypatch, "--check") == 1
    assert page.read_text() == before
    assert run(monkeypatch) == 0
    assert page.read_text() == before.replace("| 8 |", "| 7 |")
    assert run(monkeypatch, "--check") == 0
    assert capsys.readouterr().out.splitlines() == [
        "page.md differs from benchmarks/results",
        "page.md is renewed from benchmarks/results",
    ]


def test_a_table_that_nobody_knows_is_told(page):
    with pytest.raises(ValueError, match="figures: eight is no table; expected one of seven"):
        renewed(page.read_text().replace("seven", "eight"))


def test_figures_follow_their_files(monkeypatch):
    photos = results("photos")
    photos["profiles"]["still"]["total"] |= {"read": 0.1234, "digits": 4711}
    before = figures.photo_rows(results("photos"))
    after = figures.photo_rows(json.loads(json.dumps(photos)))
    assert after[0][0].startswith("4711 digits in ")
    assert after[0][1].startswith("12.3 % read")
    assert after[1:] == before[1:]
