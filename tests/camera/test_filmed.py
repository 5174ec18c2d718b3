"""Films: what happens to a page by the clock, and the truth about it."""

import numpy as np
import pytest

from edgedigits_camera.scene import SceneSpec, draw_scene
from edgedigits_camera.scene.filmed import TAKES, Film, film


@pytest.fixture(scope="module")
def scene():
    return draw_scene(4, spec=SceneSpec(pen="marker", layout="lines", digit_px=40, tilt=0.1), size_px=(240, 180))


@pytest.fixture(scope="module")
def shot(scene):
    """Frames of a take at a rate."""

    def shot(take, *, rate=5, page_s=4.0, seed=1):
        return list(film(scene, seed, Film(take, page_s=page_s, empty_s=1.0, frames_per_s=rate, size_px=(160, 120))))

    return shot


def test_the_page_is_there_between_two_times_without_one(shot):
    frames = shot("stand")
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(30) / 5)
    assert [bool(frame.digits) for frame in frames] == [False] * 5 + [True] * 20 + [False] * 5


def test_a_film_at_a_lower_rate_is_every_other_frame(shot):
    slow, fast = shot("shaken", rate=5, page_s=1.0), shot("shaken", rate=10, page_s=1.0)
    for one, other in zip(slow, fast[::2], strict=True):
        assert (one.image == other.image).all()
        assert one.digits == other.digits


@pytest.mark.parametrize("take", ["stand", "shaken", "carried"])
def test_ink_is_where_the_digits_are(shot, scene, take):
    frame = shot(take)[14]
    assert [digit.digit for digit in frame.digits] == [digit.digit for digit in scene.digits]
    grey = frame.image.mean(axis=2)
    for x, y, w, h in (digit.box_xywh_px for digit in frame.digits):
        inside, around = grey[y : y + h, x : x + w], grey[max(y - 4, 0) : y + h + 4, max(x - 4, 0) : x + w + 4]
        assert inside.min() < np.percentile(around, 90) - 60
        assert inside.mean() < around.mean()


def test_a_shaken_page_moves_a_little_and_one_on_a_stand_does_not(shot):
    def places(take):
        return np.array([[digit.box_xywh_px[:2] for digit in frame.digits] for frame in shot(take)[5:25]])

    assert np.ptp(places("stand"), axis=0).max() == 0
    assert 0 < np.ptp(places("shaken"), axis=0).max() < 12


def test_a_carried_page_comes_in_and_leaves_by_the_border(shot, scene):
    frames = shot("carried", rate=10)[10:50]
    assert not frames[0].digits
    assert len(frames[20].digits) == len(scene.digits)
    assert all(digit.hidden == pytest.approx(0) for digit in frames[20].digits)
    assert any(0.05 < digit.hidden < 1 for frame in frames[-8:] for digit in frame.digits)
    assert len(frames[-1].digits) < len(scene.digits)


def test_a_hand_hides_digits_for_a_while(shot):
    hidden = [max(digit.hidden for digit in frame.digits) for frame in shot("handled")[5:25]]
    assert hidden[0] == hidden[-1] == pytest.approx(0)
    assert max(hidden[6:14]) > 0.5


def test_light_goes_off_and_the_camera_gets_over_it(shot):
    bright = [frame.image.mean() for frame in shot("exposed", rate=10)[10:50]]
    assert min(bright[13:16]) < 0.7 * bright[10]
    assert bright[26] > 0.9 * bright[10]


def test_takes_have_names():
    with pytest.raises(ValueError, match=r"take must be one of stand, .*, got 'dropped'"):
        Film("dropped")
    assert len(set(TAKES)) == 5
