"""The stages of the camera's path, as `edgedigits benchmark` measures them."""

import json

import cv2
import numpy as np
import pytest

from edgedigits.bundle import default_bundle
from edgedigits_camera.digits.judge import Judge
from edgedigits_camera.live import timed
from edgedigits_camera.profiles import LIVE
from edgedigits_camera.reader import read_page


@pytest.fixture(scope="module")
def stopwatch():
    return timed.Stopwatch.load(default_bundle())


@pytest.fixture(scope="module")
def image():
    return cv2.imdecode(np.frombuffer(timed.frames()[0], np.uint8), cv2.IMREAD_COLOR)


def test_it_reads_what_is_read_without_it_and_every_stage_takes_time(stopwatch, image, recognizer):
    judge = Judge.of(stopwatch.bundle.judge)
    page = stopwatch.read(image, judge=judge)
    assert page == read_page(image, recognizer, profile=LIVE, judge=judge)
    assert page.readings
    assert set(stopwatch.stages_ms) == {"find", "patch", "infer", "judge"}
    assert min(stopwatch.stages_ms.values()) > 0


def test_the_stages_of_reading_add_up_to_it(stopwatch, image, monkeypatch):
    clock_s = iter(range(1000))
    monkeypatch.setattr(timed.time, "perf_counter", lambda: next(clock_s))
    stopwatch.read(image, judge=Judge.of(stopwatch.bundle.judge))
    assert sum(stopwatch.stages_ms.values()) == 1000 * (next(clock_s) - 1)


def test_frames_are_read_until_the_time_is_up_and_one_at_the_least(stopwatch):
    found = timed.measure(stopwatch, time_s=0)
    assert found["frames"] >= 1
    assert found["digits"] > 0
    assert tuple(found["stages_ms"]) == timed.STAGES
    assert {len(durations_ms) for durations_ms in found["stages_ms"].values()} == {found["frames"]}
    assert all(duration_ms > 0 for durations_ms in found["stages_ms"].values() for duration_ms in durations_ms)
    now_s = iter(range(10_000))
    found = timed.measure(stopwatch, time_s=120, clock=lambda: next(now_s))  # four looks at the clock for a frame
    assert found["frames"] == 31 - timed.WARM_UP > timed.LEAST_FRAMES


def test_the_process_prints_what_it_found(capsys):
    timed.main(str(default_bundle()), "auto", "1", "0")
    found = json.loads(capsys.readouterr().out)
    assert (found["width_px"], found["height_px"]) == timed.SIZE_PX
    assert " in " in found["network"]


def test_a_bundle_that_is_none_is_one_line(tmp_path):
    with pytest.raises(SystemExit, match=r"no manifest.json in"):
        timed.main(str(tmp_path), "auto", "1", "0")
