"""What the numbers of a network are."""

import numpy as np
import pytest

from edgedigits.errors import ExportError
from edgedigits_export.networks.heads import Head, heads_of

LOGITS = np.random.default_rng(0).normal(0, 3, (5, 11)).astype(np.float32)


def softmax(logits):
    """Probabilities of logits (N, C)."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


TEN = softmax(LOGITS[:, :10])


def test_probabilities_are_left_as_they_are():
    (head,) = heads_of(TEN, last="Softmax")
    assert (head.gives, head.cut, head.softmax) == ("probabilities", False, False)
    assert np.array_equal(head(TEN), TEN)


@pytest.mark.parametrize(
    ("answers", "last", "gives"),
    [
        (LOGITS[:, :10], "BiasAdd", "logits, to which a softmax was added"),
        (np.log(TEN), "LogSoftmax", "logarithms of probabilities, to which a softmax was added"),
    ],
)
def test_logits_get_a_softmax(answers, last, gives):
    (head,) = heads_of(answers, last=last)
    assert head.gives == gives
    assert np.allclose(head(answers), TEN, atol=1e-6)


def test_sigmoids_are_replaced():
    (head,) = heads_of(1 / (1 + np.exp(-LOGITS[:, :10])), last="Sigmoid")
    assert head.cut
    assert np.allclose(head(LOGITS[:, :10]), TEN, atol=1e-6)


@pytest.mark.parametrize(("place", "first"), [("last", 0), ("first", 1)])
def test_of_eleven_classes_one_is_left_out(place, first):
    head = next(head for head in heads_of(LOGITS, last="BiasAdd") if place in head.gives)
    assert head.first == first
    assert head.gives == f"logits of eleven classes, of which the {place} is none of the digits and is left out"
    assert np.allclose(head(LOGITS), softmax(LOGITS[:, first : first + 10]), atol=1e-6)


def test_eleven_probabilities_are_made_anew_without_the_one_for_none():
    assert all(head.cut for head in heads_of(softmax(LOGITS), last="Softmax"))
    with pytest.raises(ExportError, match="gives eleven probabilities; export it without a softmax"):
        heads_of(softmax(LOGITS), last="Mul")


def test_numbers_that_are_neither_are_refused():
    with pytest.raises(
        ExportError, match=r"gives 10 numbers in 0\.\.1 whose sum is .*neither probabilities nor logits"
    ):
        heads_of(TEN / 2, last="Relu")
    with pytest.raises(ExportError, match="NaN"):
        heads_of(TEN * np.nan, last="Softmax")


def test_a_head_that_reads_the_wrong_columns_gives_other_digits():
    right, wrong = (np.asarray(Head("", first=first)(LOGITS)) for first in (0, 1))
    assert not np.allclose(right, wrong, atol=0.01)
