"""What may not grow unseen has not grown."""

import json
import sys

import numpy as np
import pytest

from benchmarks import footprint, guards
from benchmarks.guards import COUNTS, Guard, LeftOutError, known, main, measured, traced


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) for name in COUNTS])
def test_no_limit_is_passed(name):
    try:
        measured(name).check(name)
    except LeftOutError as reason:
        pytest.skip(str(reason))


def test_every_count_has_its_limit_and_none_is_left_of_old_ones():
    assert list(known()) == list(COUNTS)
    assert all(guard.unit == COUNTS[name][0] for name, guard in known().items())
    assert all(guard.measured <= guard.limit <= 1.2 * guard.measured + 4000 for guard in known().values())


def test_what_is_above_its_limit_is_told_with_all_figures(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(guards, "RESULTS", tmp_path / "guards.json")
    guards.RESULTS.write_text(json.dumps({"wheel": {"unit": "bytes", "measured": 9, "limit": 1000, "last_release": 8}}))
    monkeypatch.setitem(COUNTS, "wheel", ("bytes", lambda: 1001))
    monkeypatch.setattr(sys, "argv", ["guards", "--only", "wheel"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    assert capsys.readouterr().out == "wheel: 1,001 bytes (limit 1,000; last release 8)\n"
    with pytest.raises(AssertionError, match=r"1,001 bytes .*find what it grew by, or raise"):
        Guard("bytes", 1001, 1000).check("wheel")
    Guard("bytes", 1000, 1000).check("wheel")


def test_what_cannot_be_counted_here_says_why_and_the_rest_is_counted(capsys, monkeypatch):
    monkeypatch.setattr(guards.shutil, "which", lambda _: None)
    monkeypatch.setitem(COUNTS, "wheel", ("bytes", lambda: 7))
    monkeypatch.setattr(sys, "argv", ["guards", "--only", "classify", "wheel"])
    with pytest.raises(SystemExit) as end:
        main()
    told = capsys.readouterr().out.splitlines()
    assert not end.value.code
    assert told[0] == "classify: left out, valgrind is not installed"
    assert told[1].startswith("wheel: 7 bytes (limit ")


def test_memory_is_that_of_one_call_at_most_and_what_it_leaves():
    kept = []
    peak, left = traced(lambda: kept.append(np.ones(1000, np.uint8)) or np.ones(1_000_000, np.uint8).sum())
    assert 1_000_000 < peak < 1_100_000
    assert 1000 < left < 2000


def test_modules_of_a_command_are_more_where_it_reads(tmp_path):
    (tmp_path / "page.png").write_text("no picture")
    with pytest.raises(footprint.subprocess.CalledProcessError):
        footprint.modules_of(["recognize", str(tmp_path / "page.png")])
    assert footprint.modules_of(["--version"]) <= footprint.modules_of(["recognize", "--help"])


def test_a_package_is_counted_with_what_it_needs():
    numpy, pillow = (footprint.installed_size(footprint.distribution(name)) for name in ("numpy", "pillow"))
    found = {each.name.lower() for each in footprint.needed(footprint.distribution("edgedigits"), {"headless"})}
    assert {"numpy", "pillow", "typer", "rich"} <= found
    assert not found & {"tensorflow", "keras", "distributed"}
    assert footprint.environment_size("headless") > numpy + pillow > 5_000_000
