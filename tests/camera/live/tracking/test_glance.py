"""Whether what was written is still there."""

import cv2
import numpy as np
import pytest

from edgedigits_camera.live.tracking.glance import Glance


@pytest.fixture
def box(digits):
    return np.array(digits[7], np.float64)


@pytest.fixture
def ink(drawn, box):
    return Glance.of(drawn()).ink(box)


@pytest.mark.parametrize(
    "seen",
    [
        lambda image: image,
        lambda image: np.roll(image, (2, -2), axis=(0, 1)),
        lambda image: cv2.GaussianBlur(image, (0, 0), 2),
        lambda image: (0.4 * image).astype(np.uint8),
    ],
    ids=["as it was", "a little off", "blurred", "in the dark"],
)
def test_ink_is_known_again(drawn, noisy, ink, box, seen):
    assert Glance.of(noisy(seen(drawn()), 1)).has(ink, box)


@pytest.mark.parametrize("other", [{}, {2: (90, 81, 16, 29)}, {8: (90, 81, 16, 29)}], ids=["wiped", "2", "8"])
def test_what_is_not_there_is_not_seen(drawn, noisy, ink, box, other):
    assert not Glance.of(noisy(drawn(other), 1)).has(ink, box)


def test_what_is_outside_of_the_frame_is_not_seen(drawn, ink):
    glance = Glance.of(drawn())
    assert not glance.has(ink, np.array([-60.0, -60, 16, 29]))
    assert not glance.has(ink, np.array([315.0, 100, 16, 29]))
    assert not glance.has(glance.ink(np.array([-60.0, -60, 16, 29])), np.array([90.0, 81, 16, 29]))


def test_places_are_in_pixels_of_the_frame(drawn, ink, box):
    large = Glance.of(drawn().repeat(4, axis=0).repeat(4, axis=1))
    assert large.has(ink, 4 * box)
    assert large.ink(4 * box).shape == ink.shape
