"""How looks add up."""

import numpy as np
import pytest

from edgedigits_camera.live.tracking.glance import Glance
from edgedigits_camera.live.tracking.track import Track


@pytest.fixture
def shown(drawn):
    return Glance.of(drawn())


@pytest.fixture
def blank(drawn):
    return Glance.of(drawn({}))


@pytest.fixture
def until(reading, digits, shown):
    """Seconds of looks, 30 a second, until a digit of a confidence is there to stay."""

    def until(confidence, *, still=False):
        track = Track(1, 0.0)
        for look in range(1, 200):
            track.see(reading(7, digits[7], confidence=confidence), 1 / 30, shown, still=still)
            if track.stays:
                return look / 30
        return None

    return until


def test_what_is_clear_is_said_soon_and_what_is_doubtful_later(until):
    times_s = [until(confidence) for confidence in (0.99, 0.9, 0.8, 0.7)]
    assert times_s == sorted(times_s)
    assert times_s[1] <= 0.11
    assert 0.2 < times_s[2] < 0.35
    assert 0.7 < times_s[3] < 1.0


def test_even_what_is_hardly_a_digit_is_said_if_it_stays(until):
    assert 0.7 < until(0.5) < 1.0


def test_what_is_doubtful_is_said_sooner_where_the_page_lies_still(until):
    assert 0.2 < until(0.6, still=True) < 0.35
    assert until(0.99, still=True) == until(0.99)


@pytest.fixture
def said(reading, digits, shown):
    track = Track(1, 0.0)
    for _ in range(30):
        track.see(reading(7, digits[7]), 1 / 30, shown, still=True)
    track.said = track.name
    return track


def gone_after_s(track, glance):
    """Seconds without a reading until it is gone."""
    for look in range(1000):
        if track.gone:
            return look / 30
        track.miss(1 / 30, glance)
    return None


def test_what_is_no_longer_there_is_gone_after_a_second(said, blank):
    assert 0.8 < gone_after_s(said, blank) < 1.2


def test_what_looks_as_it_did_is_kept_ten_times_as_long(said, shown):
    assert 8 < gone_after_s(said, shown) < 12


def test_what_was_not_said_is_not_kept(said, shown):
    said.said = None
    assert gone_after_s(said, shown) < 1.2


def test_probabilities_are_means_of_what_was_seen(reading, digits, shown):
    track = Track(1, 0.0)
    for look in range(40):
        track.see(reading(4, digits[7], other=9, share=0.3 + 0.4 * (look % 2)), 1 / 30, shown, still=True)
    assert track.probabilities[[4, 9]] == pytest.approx([0.5, 0.5], abs=0.05)
    assert track.probabilities.sum() == pytest.approx(1)
    assert track.confidence == pytest.approx(0.95)


def test_sure_looks_weigh_more_than_doubtful_ones(reading, digits, shown):
    track = Track(1, 0.0)
    for _ in range(20):
        track.see(reading(4, digits[7], confidence=0.9), 1 / 30, shown, still=True)
        track.see(reading(9, digits[7], confidence=0.5), 1 / 30, shown, still=True)
    assert np.argmax(track.probabilities) == 4
    assert track.probabilities[4] > 0.6
