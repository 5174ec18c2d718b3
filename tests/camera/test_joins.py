"""Digits that broke apart, joined."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from edgedigits_camera.candidates import ALSO_FIRST, find_candidates
from edgedigits_camera.joins import stacked
from edgedigits_camera.profiles import STILL
from edgedigits_camera.sheets import Sheet

# The paper, then a piece 20 wide and 16 high.
PAPER, UPPER = (0, 0, 0, 0), (40, 40, 20, 16)
ONE_LAYER = replace(STILL, depths=(48,), enlarge_below_px=0, between=())


def sheet(height, *, inverted=False):
    """An empty sheet of one scale."""
    empty = np.zeros((height, 1000), np.uint8)
    area = np.array([[0, 0, 1000, height]], np.int32)
    return Sheet(np.ones(1), area, np.array([inverted]), np.array([True]), empty, cv2.integral(empty), None)


def pairs_of(*boxes, on=None, profile=STILL):
    boxes = np.array([PAPER, *boxes], np.int32)
    return stacked(on or sheet(200), boxes, boxes[:, 2] * boxes[:, 3] // 3, profile=profile).tolist()


@pytest.mark.parametrize(
    ("other", "joined"),
    [
        ((40, 58, 20, 20), True),
        ((44, 52, 10, 20), True),  # reaches into it
        ((40, 64, 20, 20), False),  # too far below
        ((64, 40, 20, 16), False),  # beside it
        ((53, 58, 20, 20), False),  # shares too little of its width
        ((40, 58, 60, 20), False),  # together wider than a digit
        ((44, 57, 4, 3), False),  # a speck
        ((40, 58, 20, 60), False),  # together higher than is looked for
    ],
)
def test_pieces_are_joined_when_one_stands_on_the_other(other, joined):
    # The one with more ink comes first.
    larger = 2 if other[2] * other[3] > 20 * 16 else 1
    assert pairs_of(UPPER, other) == ([[larger, 3 - larger]] if joined else [])


def test_the_order_of_components_does_not_matter():
    assert {tuple(sorted(pair)) for pair in pairs_of((40, 58, 20, 20), UPPER)} == {(1, 2)}


def test_each_piece_is_joined_with_each_that_fits():
    assert len(pairs_of(UPPER, (40, 57, 9, 14), (51, 57, 9, 14), (40, 72, 9, 14))) == 3


def test_pieces_of_two_layers_are_not_joined():
    assert pairs_of(UPPER, (40, 58, 20, 20), on=sheet(57)) == []


def test_hints_of_light_ink_are_not_joined():
    assert pairs_of(UPPER, (40, 58, 20, 20), on=sheet(200, inverted=True)) == []


def test_nothing_gives_no_pairs():
    assert stacked(sheet(9), np.zeros((1, 4), np.int32), np.zeros(1, np.int32), profile=STILL).shape == (0, 2)


def test_of_many_pieces_the_largest_are_looked_at():
    columns = [(24 * i, y, 20, h) for i in range(40) for y, h in ((40, 16), (58, 16 + i % 3))]
    assert len(pairs_of(*columns)) == 40
    assert len(pairs_of(*columns, profile=replace(STILL, most_pieces=20))) <= 10


def test_a_digit_broken_in_two_is_a_candidate_with_the_ink_of_both(write_row):
    grey, boxes = write_row("2", height_px=40)
    _, y, _, h = boxes[0].astype(int).tolist()
    broken = grey.copy()
    broken[y + h // 2 : y + h // 2 + 4] = grey[0, 0]
    found = find_candidates(broken, profile=ONE_LAYER)
    is_joined = (found.rows[:, ALSO_FIRST] > 0) & (found.level == 0)
    assert is_joined.any()
    candidates = found[np.flatnonzero(is_joined)[:1]]
    assert np.abs(candidates.boxes_px[0] - boxes[0]).max() <= 3
    assert candidates.parts.tolist() == [1]
    patch = candidates.patches()[0]
    assert patch[4:13].max() > 200  # the upper piece
    assert patch[17:24].max() > 200  # the lower one
