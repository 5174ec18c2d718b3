"""The judge lets the digits of a page be read, and nothing else."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from edgedigits.bundle import Bundle
from edgedigits.files import sha256
from edgedigits.verify.bundle import verify_bundle
from tests.verify.checking import wrong

pytestmark = pytest.mark.slow


def with_judge(folder, change):
    """Rewrite the judge after ``change`` was called with its arrays, and the manifest with it."""
    with np.load(folder / "judge.npz") as arrays:
        judge = dict(arrays)
    change(judge)
    np.savez(folder / "judge.npz", **judge)
    replace(Bundle.read(folder), judge_sha256=sha256(folder / "judge.npz")).save()


def test_a_page_is_read_with_the_judge(shipped):
    result = verify_bundle(shipped)
    assert result.passed
    (page,) = [check for check in result.checks if check.check == "page"]
    assert (page.subject, page.passed) == ("judge.npz", True)
    assert "of 32 digits read on a page" in page.found
    assert "4 of 22 signs read as digits (at most 50%)" in page.found


def older(judge):
    """Leave out the golden rows, which judges that were fitted before have not."""
    for name in ("golden", "golden_scores"):
        del judge[name]


def test_a_judge_without_golden_rows_is_asked_to_read_the_page(shipped):
    with_judge(shipped, older)
    assert verify_bundle(shipped).passed


@pytest.mark.parametrize(
    "change",
    [
        lambda judge: judge.update(bias=np.array(20.0)),
        lambda judge: judge.update(bias=np.array(-20.0)),
        lambda judge: judge.update(threshold=np.array(1e-6)),
        lambda judge: judge.update(leaf=-judge["leaf"]),
    ],
    ids=["always yes", "never", "no threshold to speak of", "turned round"],
)
def test_a_judge_that_tells_nothing_apart_is_found_by_the_page_although_it_was_never_otherwise(shipped, change):
    with_judge(shipped, lambda judge: (older(judge), change(judge)))
    assert wrong(shipped) == {("judge.npz", "page")}
    (page,) = [check for check in verify_bundle(shipped).checks if check.check == "page"]
    assert "signs read as digits" in page.found


@pytest.mark.parametrize(
    "change",
    [
        lambda judge: judge.update(threshold=np.array(np.nan)),
        lambda judge: judge.update(leaf=np.full_like(judge["leaf"], np.nan)),
        lambda judge: judge.update({name: judge[name][:0] for name in ("feature", "cut", "leaf")}),
        lambda judge: judge.update(leaf=-judge["leaf"]),
        lambda judge: judge.update(bias=np.array(-20.0)),
        lambda judge: judge.update(bias=np.array(20.0)),
        lambda judge: judge.pop("features"),
    ],
    ids=["no threshold", "no numbers", "no trees", "turned round", "never sure", "always sure", "no columns"],
)
def test_a_judge_that_reads_nothing_is_found_although_every_file_is_whole(shipped, change):
    with_judge(shipped, change)
    assert wrong(shipped) == {("judge.npz", "page")}


def test_a_page_is_not_read_where_the_camera_cannot_be_loaded(shipped, monkeypatch):
    monkeypatch.setitem(sys.modules, "edgedigits_camera.digits.judge", None)
    result = verify_bundle(shipped)
    assert result.passed
    (page,) = [check for check in result.checks if check.check == "page"]
    assert (page.passed, page.found[:8]) == (None, "not read")
