"""Timing one runtime: with a backend and a clock of the tests, then for real in a process."""

import json

import numpy as np
import pytest

from edgedigits.benchmark import latency_maps
from edgedigits.benchmark.latency import LatencyReport, main, measure, time_images
from edgedigits.bundle import Bundle


class Recorder:
    """A backend that takes a set time for each image and remembers what it was given."""

    name = "recorder"

    def __init__(self):
        self.now_ns, self.batches = 0, []

    def predict(self, patches):
        self.batches.append(patches)
        self.now_ns += 1000 * len(self.batches)
        return np.full((len(patches), 10), 0.1, np.float32)

    def clock_ns(self):
        return self.now_ns


def varied(count=3):
    return np.arange(count, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8)


def test_the_warm_up_is_run_and_not_counted():
    backend = Recorder()
    durations_ns = time_images(backend, varied(), runs=5, warm_up=4, clock_ns=backend.clock_ns)
    assert durations_ns.tolist() == [5000, 6000, 7000, 8000, 9000]
    assert len(backend.batches) == 9


def test_images_come_one_by_one_and_never_twice_in_a_row():
    backend = Recorder()
    time_images(backend, varied(), runs=7, warm_up=0, clock_ns=backend.clock_ns)
    assert {batch.shape for batch in backend.batches} == {(1, 28, 28)}
    levels = [int(batch[0, 0, 0]) for batch in backend.batches]
    assert levels == [0, 1, 2, 0, 1, 2, 0]


def test_a_single_image_is_refused():
    with pytest.raises(ValueError, match="at least 2 different patches are needed, got 1"):
        time_images(Recorder(), varied(1))


def test_a_measurement_is_complete_and_in_order(random_bundle):
    report = measure(random_bundle, backend="numpy", format="npz", runs=20)
    assert (report.backend, report.format, report.runs, report.threads) == ("numpy", "npz", 20, 1)
    assert 0 < report.p50_us <= report.p90_us <= report.p99_us
    assert report.start_ms > 0
    assert report.memory_mb > 0


def test_the_child_prints_one_report(random_bundle, capsys):
    main([str(random_bundle), "numpy", "npz", "3", "2"])
    report = LatencyReport(**json.loads(capsys.readouterr().out))
    assert (report.runs, report.threads) == (3, 2)


def test_a_child_that_fails_says_why_in_one_line(tmp_path):
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path), "numpy", "npz", "3", "1"])
    assert str(ended.value).startswith("no manifest.json in")


def test_a_canvas_of_the_detector_is_timed(detecting_bundle):
    report = latency_maps.measure(detecting_bundle, backend="numpy", format="npz", runs=2)
    assert (report.backend, report.format, report.runs) == ("numpy", "npz", 2)
    assert 0 < report.p50_us <= report.p90_us <= report.p99_us


def test_two_different_canvases_of_a_whole_frame_are_asked(detecting_bundle):
    first, second = latency_maps.canvases_of(Bundle.load(detecting_bundle))
    assert first.shape == second.shape == latency_maps.CANVAS_PX
    assert not np.array_equal(first, second)


def test_the_canvas_is_that_of_a_camera_frame():
    pytest.importorskip("cv2")
    from edgedigits_camera.detection.detect import levels_of
    from edgedigits_camera.detection.pyramid import canvases
    from edgedigits_camera.profiles import LIVE

    (canvas,) = canvases(levels_of(np.zeros((480, 640), np.uint8), LIVE.search))
    assert canvas.contrast.shape == latency_maps.CANVAS_PX
