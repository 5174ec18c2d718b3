"""The results that are kept."""

import json
from pathlib import Path

import pytest

from benchmarks.arm.uvc import figures

RESULTS = Path("benchmarks/results")


@pytest.fixture
def uvc():
    return json.loads((RESULTS / "uvc.json").read_bytes())


def test_the_kept_run_of_the_webcam_holds_all_that_is_to_be_held(uvc):
    assert [name for name, figure in figures(uvc).items() if not figure.good] == []


def test_each_return_was_told_and_read(uvc):
    assert [step["cycle"] for step in uvc["returned"]] == list(range(1, 11))
    assert all("broken frames" in step["reason"] for step in uvc["returned"])
    assert "sent nothing" in uvc["stalled"]["reason"]
    assert uvc["corrupted"]["sent_corrupted"] > 100
