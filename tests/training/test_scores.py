from __future__ import annotations

import math

import numpy as np
import pytest

from edgedigits.training.scores import score

LABELS = np.array([0, 0, 1, 7], np.uint8)


def certain(answers: list[int]) -> np.ndarray:
    return np.eye(10, dtype=np.float32)[answers]


def test_right_answers_score_one() -> None:
    scores = score(certain([0, 0, 1, 7]), labels=LABELS)
    assert (scores.images, scores.accuracy, scores.loss) == (4, 1.0, 0.0)
    assert scores.recall == (1.0, 1.0, None, None, None, None, None, 1.0, None, None)


def test_a_wrong_answer_counts_in_the_row_of_its_truth() -> None:
    scores = score(certain([0, 8, 1, 7]), labels=LABELS)
    assert scores.accuracy == 0.75
    assert scores.recall[0] == 0.5
    assert (scores.confusion[0][0], scores.confusion[0][8], scores.confusion[8][0]) == (1, 1, 0)


def test_the_loss_is_cross_entropy_as_keras_computes_it() -> None:
    even = np.full((4, 10), 0.1, np.float32)
    assert score(even, labels=LABELS).loss == pytest.approx(math.log(10), abs=1e-6)
    assert score(certain([0, 8, 1, 7]), labels=LABELS).loss == pytest.approx(-math.log(1e-7) / 4)


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must have shape \(4, 10\), got \(3, 10\)"):
        score(certain([0, 0, 1]), labels=LABELS)


def test_answers_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="got NaN or infinity"):
        score(np.full((4, 10), np.nan, np.float32), labels=LABELS)
