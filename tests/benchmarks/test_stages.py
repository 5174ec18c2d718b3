"""The time of each stage."""

from benchmarks.reading import PROFILES
from benchmarks.stages import SIZES_PX, STAGES, stages_of
from edgedigits.recognizer import Recognizer
from edgedigits_camera.judge import Judge
from edgedigits_camera.profiles import LIVE
from edgedigits_camera.scene import SceneSpec, draw_scene


def test_every_stage_is_timed():
    recognizer = Recognizer.load()
    image = draw_scene(1, spec=SceneSpec(pen="marker"), size_px=(320, 240)).image
    times_ms = stages_of(image, recognizer, judge=Judge.of(recognizer.bundle.judge), profile=LIVE)
    assert tuple(times_ms) == STAGES
    assert all(ms >= 0 for ms in times_ms.values())
    assert min(times_ms[stage] for stage in ("layers", "glance", "patches", "network", "whole")) > 0
    assert set(PROFILES) == {"still", "live"}
    assert set(SIZES_PX) == {"640x480", "4000x3000"}
