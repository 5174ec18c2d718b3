"""Of boxes for the same ink the best stays; many of them take bounded memory and time."""

import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgedigits_camera.detection.nms import share_of_smaller, suppress_overlaps

pytestmark = pytest.mark.slow

MANY = 10_000
BOXES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 30), st.integers(1, 30), st.integers(0, 5)),
    max_size=40,
)


def test_a_piece_lies_within_its_whole():
    boxes = np.array([(0, 0, 40, 40), (10, 10, 10, 20), (100, 0, 5, 5), (30, 0, 20, 40)], float)
    shares = share_of_smaller(boxes, boxes)
    assert shares[0] == pytest.approx([1, 1, 0, 0.5])
    assert (shares == shares.T).all()


def test_the_best_of_boxes_that_share_much_stays_the_best_first():
    boxes = np.array([(0, 0, 40, 40), (2, 2, 36, 36), (100, 0, 40, 40)], float)
    assert suppress_overlaps(boxes, np.array([0.7, 0.8, 0.9], np.float32), most=0.5).tolist() == [2, 1]


@pytest.mark.parametrize(("apart", "kept"), [(24, 2), (23, 1)])
def test_what_shares_as_much_as_allowed_stays(apart, kept):
    boxes = np.array([(0, 0, 40, 40), (apart, 0, 40, 40)], float)
    assert len(suppress_overlaps(boxes, np.ones(2, np.float32), most=0.4)) == kept


def test_what_was_dropped_drops_nothing():
    boxes = np.array([(0, 0, 40, 40), (15, 0, 40, 40), (35, 0, 40, 40)], float)
    kept = suppress_overlaps(boxes, np.array([0.9, 0.8, 0.7], np.float32), most=0.3)
    assert kept.tolist() == [0, 2]


@given(BOXES)
def test_none_that_stays_shares_much_with_a_better_one_and_each_that_goes_does(drawn):
    boxes = np.array([one[:4] for one in drawn], float).reshape(-1, 4)
    scores = np.array([one[4] for one in drawn], np.float32)
    kept = suppress_overlaps(boxes, scores, most=0.4)
    shares = share_of_smaller(boxes, boxes)
    assert (np.diff(scores[kept]) <= 0).all()
    for place, index in enumerate(kept):
        assert (shares[index, kept[:place]] <= 0.4).all()
    for index in set(range(len(boxes))) - set(kept.tolist()):
        assert (shares[index, kept] > 0.4)[scores[kept] >= scores[index]].any()


def grid(count, apart_px):
    place = np.stack(np.divmod(np.arange(count), 100), axis=1) * apart_px
    boxes = np.concatenate([place, np.full((count, 2), 20.0)], axis=1)
    return boxes, np.random.default_rng(0).random(count).astype(np.float32)


@pytest.mark.parametrize(("apart_px", "least", "most"), [(25, MANY, MANY), (0.2, 1, 20)], ids=["apart", "crowded"])
def test_ten_thousand_boxes_take_little_time(apart_px, least, most):
    started = time.process_time()
    kept = suppress_overlaps(*grid(MANY, apart_px), most=0.4)
    assert least <= len(kept) <= most
    assert time.process_time() - started < 10


def test_memory_grows_with_the_boxes_and_not_with_their_square():
    boxes, scores = grid(MANY // 4, 25)
    tracemalloc.start()
    suppress_overlaps(boxes, scores, most=0.4)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.start()
    share_of_smaller(boxes, boxes)
    of_all = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2e6
    assert of_all > 50e6
