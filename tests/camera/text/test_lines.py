"""Digits into lines of text."""

import math

import pytest

from edgedigits.recognizer import Reading
from edgedigits_camera.text.lines import order_lines


def digit_at(digit, x, y, height=40, width=24):
    return Reading(digit, 0.9, (round(x - width / 2), round(y - height / 2), width, height))


def text(lines):
    return ["".join(str(reading.digit) for reading in line) for line in lines]


def shuffled(readings):
    return readings[1::2][::-1] + readings[::2]


def test_no_digits_are_no_lines():
    assert order_lines([]) == ()


def test_digits_side_by_side_are_one_line_from_left_to_right():
    readings = [digit_at(i, 100 + 40 * i, 100) for i in range(5)]
    assert text(order_lines(shuffled(readings))) == ["01234"]


def test_two_lines_are_read_from_top_to_bottom():
    readings = [digit_at(i, 100 + 40 * i, y) for y in (100, 160) for i in range(4)]
    assert text(order_lines(shuffled(readings))) == ["0123", "0123"]


@pytest.mark.parametrize("degrees", [-30, -15, 15, 30])
def test_a_slanted_line_stays_one_line(degrees):
    slope = math.tan(math.radians(degrees))
    readings = [digit_at(i, 100 + 35 * i, 300 + slope * 35 * i) for i in range(8)]
    assert text(order_lines(shuffled(readings))) == ["01234567"]


def test_two_parallel_slanted_lines_are_not_mixed():
    readings = [digit_at(i, 100 + 40 * i, y + 12 * i) for y in (100, 170) for i in range(6)]
    assert text(order_lines(shuffled(readings))) == ["012345", "012345"]


def test_columns_far_apart_are_lines_of_their_own():
    readings = [digit_at(i, x + 30 * i, y) for y in (100, 170) for x in (100, 500) for i in range(3)]
    assert text(order_lines(shuffled(readings))) == ["012", "012", "012", "012"]


def test_a_huge_digit_beside_small_ones_is_a_line_of_its_own():
    readings = [digit_at(1, 100, 100), digit_at(2, 140, 100), digit_at(7, 230, 100, height=160, width=100)]
    assert sorted(text(order_lines(readings))) == ["12", "7"]


def test_every_digit_is_in_exactly_one_line():
    readings = [digit_at(i % 10, (97 * i) % 640, (61 * i) % 480) for i in range(60)]
    ordered = [reading for line in order_lines(readings) for reading in line]
    assert sorted(map(id, ordered)) == sorted(map(id, readings))
