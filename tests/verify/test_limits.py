"""How far right answers may lie apart."""

import sys

import numpy as np
import pytest

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.verify.answers import Limit, limit_of
from edgedigits.verify.steps import logit_steps

pytestmark = pytest.mark.slow


def shipped_limit(format):
    """The limit for a file of the shipped bundle, and its recorded answers."""
    bundle = Bundle.read(default_bundle())
    artifact = bundle.artifact(format)
    return limit_of(artifact, bundle.folder / artifact.path), bundle.golden[format]


def moved_by(answers, *, logit_steps, scale):
    """Answers in steps of 1/256, the odds of each likeliest digit lower by what steps of all logits can do."""
    rows, best = np.arange(len(answers)), answers.argmax(axis=1)
    likeliest = answers[rows, best].astype(float)
    odds = likeliest / (1 - likeliest) * np.exp(-2 * logit_steps * scale)
    moved = answers.copy()
    moved[rows, best] = np.rint(256 * odds / (1 + odds)) / 256
    return moved


@pytest.mark.parametrize("format", ["int8", "uint8"])
def test_answers_in_whole_numbers_may_differ_as_far_as_two_steps_of_their_logits_move_them(format):
    pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed: it reads the scale of logits")
    limit, known = shipped_limit(format)
    for steps, right in ((0, True), (1, True), (1.9, True), (2.5, False)):
        answers = moved_by(known, logit_steps=steps, scale=limit.logit_scale)
        assert limit.check(answers, known)[1] is right, steps
    # What was measured between processors, a step of 1/256 here and there, needs no step of a logit.
    off = known.copy()
    off[0, [2, 3]] += np.float32(1 / 256)
    assert limit.check(off, known)[0].endswith("logits by 0.0 of their steps (at most 2)")
    off[1] = np.nan
    assert limit.check(off, known)[1] is False


def test_two_digits_within_two_steps_of_each_other_may_change_places_and_no_others():
    known = np.zeros((1, 10), np.float32)
    known[0, [3, 8]] = 127 / 256, 129 / 256
    swapped, limit = known.copy(), Limit(0.05, close=2 / 256)
    swapped[0, [3, 8]] = known[0, [8, 3]]
    assert limit.check(swapped, known)[1]
    assert not Limit(0.05).check(swapped, known)[1]
    known[0, [3, 8]] = 126 / 256, 130 / 256
    assert not limit.check(swapped, known)[1]


def test_where_the_scale_of_logits_cannot_be_read_the_limit_is_that_of_the_probe(monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.schema_py_generated", None)
    limit, known = shipped_limit("int8")
    assert limit == Limit(16 / 256, None, close=2 / 256)
    assert limit.check(known, known) == ("64 of 64 the same, difference 0 (at most 0.062)", True)


@pytest.mark.parametrize(("format", "most"), [("float32", 1e-4), ("npz", 1e-4), ("int16x8", 16 / 32768)])
def test_other_formats_are_bounded_by_a_probability(format, most):
    limit, known = shipped_limit(format)
    assert limit == Limit(most)
    for share, right in ((0.9, True), (1.1, False)):
        assert limit.check(known + np.float32(share * most), known)[1] is right


def test_probabilities_of_logits_in_whole_numbers_are_compared_as_if_they_were_steps():
    sure = np.zeros((2, 10), np.float32)
    sure[:, 3] = 1
    nearly = sure.copy()
    nearly[:, 3], nearly[:, 8] = 0.9999, 0.0001
    assert logit_steps(sure, nearly, scale=0.1) == 0
    nearly[1, 3], nearly[1, 8] = 0.9, 0.1
    assert logit_steps(sure, nearly, scale=0.1) > 10
    nearly[1] = np.nan
    assert not logit_steps(sure, nearly, scale=0.1) <= 10
