"""Of candidates for the same ink, the best."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgedigits_camera.overlaps import SHARED, first_of_kind, share_of_smaller, within, without_overlaps

BOXES = st.lists(st.tuples(*[st.integers(0, 100)] * 2, *[st.integers(1, 60)] * 2), max_size=12)


def boxes_of(*rows):
    return np.array(rows, np.float64).reshape(-1, 4)


def test_the_share_is_that_of_the_smaller_box():
    boxes = boxes_of((0, 0, 10, 10), (5, 0, 10, 10), (2, 2, 4, 4), (20, 0, 5, 5), (0, 0, 20, 20))
    share = share_of_smaller(boxes, boxes)
    assert share[0].tolist() == [1.0, 0.5, 1.0, 0.0, 1.0]
    assert np.array_equal(share, share.T)


def test_the_best_of_overlapping_boxes_stays_and_those_beside_it_too():
    boxes = boxes_of((0, 0, 20, 30), (1, 1, 20, 30), (25, 0, 20, 30), (5, 5, 8, 8))
    assert without_overlaps(boxes, np.array([0.5, 0.9, 0.7, 0.8], np.float32)) == [1, 2]


def test_slanting_neighbours_may_share_a_little():
    apart, much = boxes_of((0, 0, 20, 30), (14, 0, 20, 30)), boxes_of((0, 0, 20, 30), (10, 0, 20, 30))
    scores = np.array([0.9, 0.8], np.float32)
    assert without_overlaps(apart, scores) == [0, 1]
    assert without_overlaps(much, scores) == [0]


def test_of_equal_scores_the_first_stays():
    assert without_overlaps(boxes_of((0, 0, 9, 9), (0, 0, 9, 9)), np.array([0.5, 0.5], np.float32)) == [0]


def test_what_lies_within_another_is_told_give_or_take_a_tenth():
    boxes = boxes_of((5, 5, 10, 10), (-1, 0, 30, 30), (-4, 0, 30, 30), (100, 5, 10, 10))
    assert within(boxes, boxes_of((0, 0, 30, 30)))[:, 0].tolist() == [True, True, False, False]
    assert within(boxes, boxes_of((0, 0, 30, 30), (90, 0, 40, 40))).any(axis=1).tolist() == [True, True, False, True]
    assert not within(boxes, boxes_of()).any()
    assert within(boxes_of(), boxes).shape == (0, len(boxes))


def test_without_boxes_nothing_is_kept():
    assert without_overlaps(boxes_of(), np.zeros(0, np.float32)) == []
    assert first_of_kind(boxes_of(), np.zeros(0, np.bool_)).tolist() == []


@settings(max_examples=50, deadline=None)
@given(rows=BOXES, seed=st.integers(0, 99))
def test_what_is_kept_shares_little_and_what_is_not_shares_much_with_something_better(rows, seed):
    boxes, scores = boxes_of(*rows), np.random.default_rng(seed).random(len(rows)).astype(np.float32)
    kept = without_overlaps(boxes, scores)
    assert sorted(scores[kept], reverse=True) == list(scores[kept])
    for i in range(len(boxes)):
        better = [k for k in kept if k != i and scores[k] >= scores[i]]
        share = share_of_smaller(boxes, boxes)[i, better].max(initial=0)
        assert (share <= SHARED) == (i in kept)


@pytest.mark.parametrize(
    ("other", "same"), [((10.5, 20, 30, 40), True), ((10, 20, 31, 41), True), ((20, 20, 30, 40), False)]
)
def test_nearly_the_same_box_is_seen_once(other, same):
    # 30 x 40 px boxes are told apart by sizes a fifth apart and by places 6 px apart.
    kept = first_of_kind(boxes_of((10, 20, 30, 40), other), np.ones(2, np.bool_))
    assert kept.tolist() == ([0] if same else [0, 1])


@settings(max_examples=30, deadline=None)
@given(rows=BOXES)
def test_the_first_of_a_kind_stays_and_more_of_it_changes_nothing(rows):
    boxes = boxes_of(*rows)
    whole = np.ones(len(boxes), np.bool_)
    kept = first_of_kind(boxes, whole)
    assert kept.tolist() == sorted(set(kept.tolist()))
    assert first_of_kind(np.concatenate([boxes, boxes]), np.tile(whole, 2)).tolist() == kept.tolist()
    assert first_of_kind(boxes[kept], whole[kept]).tolist() == list(range(len(kept)))


def test_a_component_is_no_double_of_its_piece():
    boxes = boxes_of((10, 20, 30, 40), (10, 20, 30, 40), (10, 20, 30, 40))
    assert first_of_kind(boxes, np.array([False, True, True])).tolist() == [0, 1]
