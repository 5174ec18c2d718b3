"""Results of several systems in one file."""

import json

from benchmarks.arm.__main__ import merged


def test_what_an_earlier_run_found_on_other_systems_stays(tmp_path):
    path = tmp_path / "arm.json"
    first = {"here": "x86", "systems": {"pi64": {"passed": False}}, "instructions": {"Pi 3": 1}}
    assert merged(path, first) == first
    path.write_text(json.dumps(first), encoding="utf-8")
    second = {"here": "another", "systems": {"pi32": {"passed": True}, "pi64": {"passed": True}}}
    assert merged(path, second) == {
        "here": "another",
        "systems": {"pi64": {"passed": True}, "pi32": {"passed": True}},
        "instructions": {"Pi 3": 1},
    }
