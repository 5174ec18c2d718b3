"""CHANGELOG.md has the form of Keep a Changelog."""

import re
from pathlib import Path

import pytest

CHANGES = (Path(__file__).resolve().parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]


def faults_of(text):
    """What is not as Keep a Changelog has it."""
    for release in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        head, _, body = release.partition("\n")
        if not re.fullmatch(r"\[Unreleased\]|\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", head):
            yield f"{head}: no date"
        if not re.search(rf"^{re.escape(head.split(' ')[0])}: https://", text, flags=re.MULTILINE):
            yield f"{head}: no link"
        kinds = re.findall(r"^### (.*)$", body, flags=re.MULTILINE)
        yield from (f"{head}: {kind} is unknown or twice" for kind in kinds if [*KINDS, *kinds].count(kind) != 2)
        if "\n\n- " in re.sub(r"### \w+\n\n- ", "", body):
            yield f"{head}: a list with a gap"


def test_every_release_has_its_date_its_link_and_each_kind_once():
    assert list(faults_of(CHANGES)) == []


@pytest.mark.parametrize(
    ("found", "put", "fault"),
    [
        (" - 2026-11-28", "", "no date"),
        ("\n[0.1.0]: ", "\n[0.1]: ", "no link"),
        ("### Removed", "### Added", "twice"),
        ("### Removed", "### Known to be worse", "unknown"),
        ("\n- Limits on", "\n\n- Limits on", "a gap"),
    ],
)
def test_a_fault_is_found(found, put, fault):
    assert found in CHANGES
    assert any(fault in each for each in faults_of(CHANGES.replace(found, put)))
