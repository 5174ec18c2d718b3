"""Results as files: written, read again, described in docs/json.md."""

import json
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from edgedigits.benchmark.results import Results, as_json, load
from edgedigits.errors import ResultsError

DOCS = (Path(__file__).parents[2] / "docs/json.md").read_text(encoding="utf-8").split("## Measurements")[1]


def names_of(kind, before=""):
    """Dotted names of all fields of a dataclass, and of those in it."""
    for field in fields(kind):
        hint = get_type_hints(kind)[field.name]
        inner = [each for each in (hint, *get_args(hint)) if is_dataclass(each)]
        many = "[]" if inner and hint is not inner[0] and type(None) not in get_args(hint) else ""
        yield from names_of(inner[0], f"{before}{field.name}{many}.") if inner else [f"{before}{field.name}"]


def described():
    """The same, of the document: a name that begins with a point is a sibling of the one before."""
    for row in (line.split("|")[1] for line in DOCS.splitlines() if line.startswith("| `")):
        names = re.findall(r"`([^`]+)`", row)
        yield from (names[0].rpartition(".")[0] + name if name.startswith(".") else name for name in names)


def test_every_field_is_described_and_none_else():
    assert sorted(described()) == sorted(names_of(Results))


def test_a_file_is_read_as_it_was_written(tmp_path, measured, measured_file):
    (tmp_path / "again.json").write_text(as_json(measured), encoding="utf-8")
    assert load(tmp_path / "again.json") == measured
    assert as_json(measured) + "\n" == measured_file.read_text(encoding="utf-8")


def test_lists_of_numbers_stand_on_one_line_and_no_text_is_changed(tmp_path, measured_file):
    text = measured_file.read_text(encoding="utf-8")
    assert re.search(r'"clock_mhz": \[[^\n]+\]', text)
    changed = json.loads(text) | {"bundle": "mine [\n 1,\n 2 ]", "warnings": ["[ 1, 2 ]"]}
    (tmp_path / "changed.json").write_text(json.dumps(changed), encoding="utf-8")
    assert json.loads(as_json(load(tmp_path / "changed.json"))) == changed


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("a photo", "Expecting value"),
        ("[1]", "its version is None"),
        ('{"version": 2}', "its version is 2, not 1"),
        ('{"version": 1}', "results lacks bundle"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_a_file_that_holds_none_is_one_line(tmp_path, content, why):
    (tmp_path / "none.json").write_text(content)
    with pytest.raises(ResultsError, match=why) as raised:
        load(tmp_path / "none.json")
    assert "expected what `edgedigits benchmark --out FILE` wrote" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_number_that_is_none_is_refused(tmp_path, measured_file):
    text = measured_file.read_text(encoding="utf-8")
    (tmp_path / "nan.json").write_text(re.sub(r'"p50_us": [\d.]+', '"p50_us": NaN', text, count=1))
    with pytest.raises(ResultsError, match="p50_us is nan, expected a finite number"):
        load(tmp_path / "nan.json")
