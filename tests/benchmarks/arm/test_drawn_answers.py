"""The demo's pages, read as another machine drew them."""

import json
import sys

import numpy as np

from benchmarks.arm import drawn_answers


def told(capsys, monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["drawn_answers.py", *map(str, arguments)])
    drawn_answers.main()
    return json.loads(capsys.readouterr().out)


def test_pages_are_read_as_they_were_drawn_elsewhere_and_what_is_drawn_otherwise_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(drawn_answers, "PAGES", {"blackboard": drawn_answers.PAGES["blackboard"]})
    path = tmp_path / "pages.npz"
    here = told(capsys, monkeypatch, path, "--draw", 1)
    assert (here["drawn_otherwise"], here["drawn_apart"]) == (0, 0)
    assert here["pages"]["blackboard"]["lines"] == ["4497"]
    with np.load(path) as stored:
        elsewhere = dict(stored)
    elsewhere["blackboard"] = 255 - elsewhere["blackboard"]
    elsewhere["frame 0"] = np.full_like(elsewhere["frame 0"], 255)
    np.savez(path, **elsewhere)
    there = told(capsys, monkeypatch, path)
    assert there["pages"]["blackboard"]["lines"] == ["4497"]
    assert there["pages"]["frame 0"]["lines"] == []
    assert there["drawn_otherwise"] > 0.4
    assert there["drawn_apart"] > 100
