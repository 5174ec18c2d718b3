"""The time of each stage."""

from itertools import count

import numpy as np
import pytest

from benchmarks.stages import SIZES_PX, STAGES, Watched, stages_of
from edgedigits_camera.digits.judge import Judge
from edgedigits_camera.profiles import LIVE, PROFILES, STILL
from edgedigits_camera.scene import SceneSpec, draw_scene


@pytest.fixture(scope="module")
def scene():
    return draw_scene(1, spec=SceneSpec(pen="marker"), size_px=(320, 240))


@pytest.mark.parametrize("profile", [STILL, LIVE], ids=["still", "live"])
def test_every_stage_is_timed_and_together_they_are_about_the_whole(told, scene, profile):
    recognizer = told([digit.box_xywh_px for digit in scene.digits])
    times_ms = stages_of(scene.image, recognizer, judge=Judge.of(recognizer.bundle.judge), profile=profile)
    assert tuple(times_ms) == STAGES
    assert min(times_ms.values()) > 0
    assert sum(times_ms.values()) < 20 * times_ms["whole"]


def test_stages_are_counted_by_whatever_clock_is_given(told, scene):
    recognizer, steps = told([digit.box_xywh_px for digit in scene.digits]), count()
    judge = Judge.of(recognizer.bundle.judge)
    counted = stages_of(scene.image, recognizer, judge=judge, profile=LIVE, clock=lambda: float(next(steps)))
    assert counted["judge"] == counted["whole"] == 1
    assert counted["detector"] >= 1


def test_a_watched_recognizer_answers_as_the_one_within_and_keeps_the_time(told):
    recognizer = told([(20, 20, 16, 24)])
    watched = Watched(recognizer)
    patches = np.zeros((3, 28, 28), np.uint8)
    contrast = np.full((64, 64), 128, np.uint8)
    assert (watched.detector.maps(contrast) == recognizer.detector.maps(contrast)).all()
    assert (watched.probabilities(patches) == recognizer.probabilities(patches)).all()
    assert min(watched.detector_took, watched.network_took) > 0


def test_both_profiles_are_measured_on_small_and_large_pictures():
    assert set(PROFILES) == {"still", "live"}
    assert set(SIZES_PX) == {"640x480", "4000x3000"}
