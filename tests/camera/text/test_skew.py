"""How far a page's lines rise or fall, and what is too short to tell."""

import numpy as np
import pytest

from edgedigits_camera.text.skew import levelled, slope_of


def row(count, *, slope, pitch=24.0, top=50.0, height=30.0):
    x = pitch * np.arange(count)
    return np.column_stack([x, top + slope * x, np.full(count, 18.0), np.full(count, height)])


@pytest.mark.parametrize("slope", [-0.2, 0.0, 0.2])
def test_long_lines_tell_how_they_rise(slope):
    boxes = np.concatenate([row(8, slope=slope, top=50.0 * number) for number in range(4)])
    line = np.repeat(np.arange(4), 8)
    assert slope_of(boxes, line) == pytest.approx(slope, rel=0.1, abs=1e-9)
    assert slope_of(3 * boxes, line) == pytest.approx(slope_of(boxes, line))


def test_two_digits_tell_little_and_one_nothing():
    assert 0 < slope_of(row(2, slope=0.8), np.zeros(2, int)) < 0.1
    assert slope_of(row(1, slope=0.8), np.zeros(1, int)) == 0


def test_two_short_lines_that_disagree_do_not_bend_what_is_far_from_them():
    apart = [row(2, slope=slope, top=top) for slope, top in ((0.15, 0.0), (-0.15, 200.0))]
    far = np.array([[0, 1200, 18, 30], [900, 1200, 18, 30]])
    level = levelled(np.concatenate([*apart, far]), (np.array([0, 0, 1, 1, 2, 3]), 1.0))
    assert abs(level[-1, 1] - level[-2, 1]) < 0.5 * 30
