"""What counts as read, found and false."""

import numpy as np
import pytest

from edgedigits_camera.detection.nms import overlaps
from edgedigits_camera.scoring import Counts, Mark, compare

SEVEN, TWO = Mark(7, (10, 10, 20, 30)), Mark(2, (40, 10, 20, 30))


def test_all_read_right_is_a_full_score():
    counts = compare([SEVEN, TWO], [TWO, SEVEN]).counts
    assert counts == Counts(pictures=1, digits=2, found=2, right=2, false=0)
    assert (counts.read, counts.precision) == (1, 1)


def test_a_wrong_name_is_found_but_not_right_and_costs_precision():
    counts = compare([SEVEN, TWO], [Mark(1, SEVEN.box_xywh_px), TWO]).counts
    assert (counts.found, counts.right, counts.false, counts.read, counts.precision) == (2, 1, 0, 0.5, 0.5)


def test_what_is_reported_where_nothing_is_counts_as_false():
    outcome = compare([SEVEN], [SEVEN, TWO])
    assert outcome.false == (1,)
    assert outcome.counts.precision == 0.5


def test_a_digit_is_matched_once_by_the_best_overlap():
    shifted = Mark(7, (14, 10, 20, 30))
    outcome = compare([SEVEN], [shifted, SEVEN])
    assert (outcome.found, outcome.false) == ((1,), (0,))


@pytest.mark.parametrize(("height", "found"), [(30, True), (10, True), (9, True), (8.9, False)])
def test_less_overlap_than_a_third_less_a_bit_is_not_found(height, found):
    outcome = compare([SEVEN], [Mark(7, (10, 10, 20, height))])
    assert (outcome.found == (0,)) is found


def test_what_is_reported_where_nothing_counts_is_not_false():
    printed = (35, 5, 30, 40)
    assert compare([SEVEN], [SEVEN, TWO], ignored=[printed]).false == ()
    assert compare([SEVEN], [SEVEN, TWO], ignored=[(100, 100, 30, 40)]).false == (1,)


def test_nothing_reported_and_nothing_there_are_scores_of_nought():
    assert compare([SEVEN], []).counts == Counts(1, 1, 0, 0, 0)
    assert compare([], [SEVEN]).counts == Counts(1, 0, 0, 0, 1)
    assert (Counts().read, Counts().precision) == (0, 0)


def test_counts_add_up():
    assert Counts(1, 2, 3, 4, 5) + Counts(1, 1, 1, 1, 1) == Counts(2, 3, 4, 5, 6)


def test_overlaps_are_intersections_over_unions():
    shares = overlaps([(0, 0, 10, 10), (0, 0, 10, 10)], [(5, 0, 10, 10), (20, 20, 1, 1)])
    assert shares == pytest.approx(np.array([[1 / 3, 0], [1 / 3, 0]]))
