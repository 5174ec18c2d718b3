"""The results that are kept."""

import json
from pathlib import Path

import pytest

from benchmarks.arm.systems import CPUS, SYSTEMS
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


@pytest.fixture
def arm():
    return json.loads((RESULTS / "arm.json").read_bytes())


def test_every_emulated_device_read_what_was_sure_here(arm):
    assert {"pi64", "pi32"} <= set(arm["systems"])
    assert [name for name, system in arm["systems"].items() if system["answers"]["otherwise"]] == []
    assert all(system["runtime"] == SYSTEMS[name].runtime for name, system in arm["systems"].items())


def test_instructions_are_counted_for_every_board_on_the_same_page(arm):
    assert set(arm["instructions"]) == set(CPUS)
    assert {found["frame_millions"]["digits"] for found in arm["instructions"].values()} == {26}
