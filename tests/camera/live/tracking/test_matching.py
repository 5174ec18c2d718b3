"""Digits and their places."""

import numpy as np
import pytest

from edgedigits_camera.live.tracking.matching import covered, matches


def boxes(*rows):
    return np.array(rows, np.float64).reshape(-1, 4)


def test_each_goes_to_the_nearest_one_to_one():
    before = boxes((0, 0, 20, 30), (22, 0, 20, 30))
    now = boxes((24, 1, 20, 30), (3, 1, 20, 30))
    assert matches(before, now) == {0: 1, 1: 0}


def test_two_do_not_share_a_place():
    assert matches(boxes((0, 0, 20, 30), (4, 0, 20, 30)), boxes((1, 0, 20, 30))) == {0: 0}


def test_the_neighbour_s_place_is_too_far():
    assert matches(boxes((0, 0, 14, 30)), boxes((18, 0, 14, 30))) == {}


@pytest.mark.parametrize(("height", "matched"), [(40, True), (50, False), (21, True), (18, False)])
def test_boxes_of_very_different_height_are_two_things(height, matched):
    now = boxes((10, 15 - height / 2, 10, height))
    assert bool(matches(boxes((10, 0, 10, 30)), now)) is matched


def test_nothing_matches_nothing():
    assert matches(boxes(), boxes((0, 0, 5, 5))) == {}
    assert matches(boxes((0, 0, 5, 5)), boxes()) == {}


def test_a_place_is_covered_by_a_box_over_most_of_it():
    assert covered(boxes((0, 0, 20, 30))[0], boxes((100, 0, 20, 30), (2, 2, 20, 30)))
    assert covered(boxes((0, 16, 18, 14))[0], boxes((0, 0, 20, 30)))
    assert covered(boxes((0, 0, 45, 30))[0], boxes((100, 0, 20, 30), (22, 0, 20, 30)))
    assert not covered(boxes((0, 0, 20, 30))[0], boxes((15, 0, 20, 30)))
    assert not covered(boxes((0, 0, 20, 30))[0], boxes())
