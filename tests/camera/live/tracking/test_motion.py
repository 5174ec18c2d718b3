"""What counts as a change of the picture."""

import numpy as np
import pytest

from edgedigits_camera.live.frames import Frame
from edgedigits_camera.live.tracking import Motion


@pytest.fixture
def changed():
    """Whether each picture differs from the last that did."""

    def changed(*images):
        motion = Motion()
        return [motion.changed(Frame(image, float(index), index)) for index, image in enumerate(images)]

    return changed


def test_the_first_frame_is_a_change_and_the_same_one_again_is_none(changed, drawn):
    assert changed(drawn(), drawn(), drawn()) == [True, False, False]


def test_noise_is_no_change(changed, drawn, noisy):
    assert changed(*(noisy(drawn(), seed) for seed in range(20))) == [True, *[False] * 19]


def test_light_that_comes_and_goes_is_no_change(changed, drawn, noisy):
    shades = [noisy(drawn() * share, seed) for seed, share in enumerate((1.0, 0.97, 0.9, 1.05))]
    assert changed(*shades) == [True, False, False, False]


@pytest.mark.parametrize("height", [10, 14, 28])
def test_a_digit_more_is_a_change_however_small(changed, drawn, noisy, digits, height):
    more = {**digits, 1: (250, 60, height * 2 // 3, height)}
    assert changed(noisy(drawn(), 1), noisy(drawn(more), 2)) == [True, True]


@pytest.mark.parametrize("shift_px", [1.0, 3.0, 40.0])
def test_a_page_that_moves_is_a_change(changed, drawn, noisy, shift_px):
    assert changed(noisy(drawn(), 1), noisy(drawn(by=[[1, 0, shift_px], [0, 1, 0]]), 2)) == [True, True]


def test_what_moves_slowly_is_a_change_at_last(changed, drawn):
    answers = changed(*(drawn(by=[[1, 0, 0.05 * number], [0, 1, 0]]) for number in range(100)))
    assert not any(answers[1:3])
    assert sum(answers) > 5


def test_the_last_frame_that_changed_is_what_others_are_compared_with(changed, drawn, digits):
    fewer = {digit: box for digit, box in digits.items() if digit != 5}
    assert changed(drawn(), drawn(fewer), drawn(fewer), drawn()) == [True, True, False, True]


def test_a_picture_of_another_size_is_a_change(changed, drawn):
    assert changed(drawn(), drawn()[:, :200]) == [True, True]


def test_in_too_much_noise_every_frame_is_a_change(changed, drawn, noisy):
    assert changed(*(noisy(drawn(), seed, sigma=40) for seed in range(3))) == [True, True, True]


def test_black_frames_are_alike(changed):
    assert changed(*[np.zeros((240, 320, 3), np.uint8)] * 3) == [True, False, False]


@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (2000, 3), (1080, 1920)])
def test_any_size_can_be_compared(changed, size):
    assert changed(np.zeros((*size, 3), np.uint8), np.zeros((*size, 3), np.uint8)) == [True, False]
