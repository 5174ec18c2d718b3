"""What is held against the truth alone."""

import numpy as np
import pytest

from edgedigits_export.gates.lone import LoneReport

LABELS = np.arange(40, dtype=np.uint8) % 10


def failed(answers):
    return [
        finding.check for finding in LoneReport.of(answers, LABELS, backend="litert").findings() if not finding.passed
    ]


def right(count=40):
    """Answers (40, 10) of which so many are right, the others a mixture that names no digit often."""
    answers = np.eye(10, dtype=np.float32)[LABELS]
    answers[count:] = np.roll(answers[count:], np.arange(1, 10)[(40 - count) % 9], axis=1)
    return answers


def test_a_file_that_reads_digits_passes():
    assert failed(right()) == []
    assert failed(right(30)) == []


def test_one_that_reads_fewer_than_half_fails():
    assert failed(right(19))[0] == "litert accuracy"


def test_labels_in_another_order_fail():
    assert failed(np.roll(right(), 1, axis=1)) == ["litert accuracy", "litert order of labels"]


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_no_number_is_not_right(wrong):
    answers = right()
    answers[:30] = wrong
    assert "litert accuracy" in failed(answers)
