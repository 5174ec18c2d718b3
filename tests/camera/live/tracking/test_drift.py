"""How what is written moved, against how it was moved."""

import numpy as np
import pytest

from edgedigits_camera.live.tracking.drift import drift, moved, shift
from edgedigits_camera.live.tracking.glance import Glance


@pytest.fixture
def boxes(digits):
    return np.array(list(digits.values()), np.float64)


def turned(angle, zoom, shift):
    cosine, sine = zoom * np.cos(angle), zoom * np.sin(angle)
    return np.array([[cosine, -sine, shift[0]], [sine, cosine, shift[1]]])


@pytest.mark.parametrize(
    "by", [turned(0, 1, (0, 0)), turned(0, 1, (2.5, -1.5)), turned(0, 1, (-17, 9)), turned(0.04, 1.03, (4, -6))]
)
def test_shift_turn_and_zoom_are_found(drawn, noisy, boxes, by):
    found = drift(Glance.of(noisy(drawn(), 1)), Glance.of(noisy(drawn(by=by), 2)), boxes)
    assert found is not None
    assert moved(boxes, found) == pytest.approx(moved(boxes, by), abs=1.2)


def test_larger_frames_are_followed_in_their_own_pixels(drawn, boxes):
    pictures = [drawn(), drawn(by=turned(0, 1, (5, 3)))]
    before, now = (Glance.of(picture.repeat(3, axis=0).repeat(3, axis=1)) for picture in pictures)
    found = drift(before, now, 3 * boxes)
    assert found[:, 2] == pytest.approx([15, 9], abs=1)


def test_what_moves_otherwise_is_outvoted(drawn, boxes):
    before, now = drawn(), drawn(by=turned(0, 1, (4, 0)))
    now[150:178, 200:218] = before[150:178, 200:218]  # the 5 stays where it was
    there = moved(boxes, drift(Glance.of(before), Glance.of(now), boxes))
    assert there[:2] == pytest.approx(boxes[:2] + np.array([4, 0, 0, 0]), abs=1)


def test_another_page_has_not_moved_there(drawn, boxes):
    assert drift(Glance.of(drawn()), Glance.of(np.full((240, 320, 3), 205, np.uint8)), boxes) is None


def test_with_a_frame_of_another_size_or_nothing_written_it_cannot_be_told(drawn, boxes):
    assert drift(Glance.of(drawn()), Glance.of(drawn()[:200]), boxes) is None
    assert drift(Glance.of(drawn()), Glance.of(drawn()), boxes[:0]) is None


def test_boxes_outside_of_the_frame_do_no_harm(drawn):
    boxes = np.array([[-50.0, -80, 30, 40], [310, 230, 60, 60]])
    assert drift(Glance.of(drawn()), Glance.of(drawn()), boxes) is None


def test_a_moved_box_keeps_its_middle_on_the_page_and_grows_with_it():
    there = moved(np.array([[10.0, 20, 4, 8]]), turned(np.pi / 2, 2, (100, 0)))
    assert there[0] == pytest.approx([100 - 48 - 4, 24 - 8, 8, 16])


# Twelve digits in a table, 30 pixels apart: shifted by a column, most of them stand where others stood.
PLACES = np.array([(50 + 30 * (n % 4), 40 + 40 * (n // 4), 20, 28) for n in range(12)], np.float64)
NAMES = np.array([3, 8, 6, 4, 0, 7, 2, 5, 1, 9, 4, 4])


@pytest.mark.parametrize("by", [(30, 0), (-33, 4), (61, -38), (140, 90)])
def test_a_table_that_jumped_is_found_by_the_names_of_its_digits(by):
    seen = NAMES.copy()
    seen[[1, 6]] = 1  # two are misread in the blur
    found = shift(PLACES, NAMES, PLACES + np.array([*by, 0, 0]), seen)
    assert found == pytest.approx(by, abs=1)


def test_a_part_that_is_left_in_the_frame_is_enough():
    left = NAMES != 0
    left[:6] = False
    assert shift(PLACES, NAMES, (PLACES + np.array([37, 0, 0, 0]))[left], NAMES[left]) == pytest.approx((37, 0))


def test_where_half_of_the_digits_stayed_nothing_was_shifted():
    seen = np.where(np.arange(12) % 2, NAMES, 1)
    assert shift(PLACES, NAMES, PLACES, seen) is None


def test_less_than_half_shift_nothing():
    seen = NAMES[:7].copy()
    seen[3:] = (seen[3:] + 5) % 10
    assert shift(PLACES[:7], NAMES[:7], PLACES[:7] + np.array([61, 0, 0, 0]), seen) is None


def test_digits_of_other_names_vote_for_nothing():
    assert shift(PLACES, NAMES, PLACES + np.array([30, 0, 0, 0]), (NAMES + 1) % 10) is None
    assert shift(PLACES[:2], NAMES[:2], PLACES[:2] + 50, NAMES[:2]) is None
    assert shift(PLACES[:0], NAMES[:0], PLACES, NAMES) is None
    assert shift(PLACES, NAMES, PLACES[:0], NAMES[:0]) is None
