"""One case in one process: what is measured, and which answers are believed."""

import json
import shutil
from dataclasses import asdict, replace

import numpy as np
import pytest

from edgedigits.benchmark import child, subjects
from edgedigits.benchmark.trial import Order
from edgedigits.bundle import Bundle
from edgedigits.errors import BackendError

ORDER = Order(
    folder="", network="naming", backend="numpy", format="npz", threads=1, warm_up=3, least_runs=20, least_s=0.0,
    most_s=60.0, spawned_s=0.0,
)  # fmt: skip


class Faulty:
    """A backend that answers rightly for a while, and wrongly then."""

    def __init__(self, inner, *, right):
        self.inner, self.right = inner, right

    def predict(self, patches):
        self.right -= 1
        answers = self.inner.predict(patches)
        return answers if self.right >= 0 else answers[:, ::-1]


def test_a_measurement_is_complete(random_bundle):
    trial, durations_ns = child.measure(replace(ORDER, folder=str(random_bundle)))
    assert len(durations_ns) == 20
    assert durations_ns.min() > 0
    assert min(asdict(trial.start).values()) > 0
    assert trial.began_s < trial.ended_s
    assert 0 < trial.resident_mb <= trial.peak_mb


def test_a_canvas_of_the_detector_is_timed(detecting_bundle):
    order = replace(ORDER, folder=str(detecting_bundle), network="detector", least_runs=2, warm_up=1)
    _, durations_ns = child.measure(order)
    assert len(durations_ns) == 2


@pytest.mark.parametrize(
    ("runs", "elapsed_s", "enough"), [(19, 100, True), (19, 59, False), (20, 1, False), (20, 2, True)]
)
def test_it_is_enough_after_so_many_runs_and_so_long_or_after_too_long(runs, elapsed_s, enough):
    assert replace(ORDER, least_s=2.0).enough(runs, int(elapsed_s * 1e9)) == enough


@pytest.mark.parametrize("right", [0, 5, 12 + 1 + 3 + 15], ids=["at once", "in the check", "in the measurement"])
def test_a_backend_that_answers_wrongly_is_refused_whenever_it_does(random_bundle, monkeypatch, right):
    opened = subjects.open_file
    monkeypatch.setattr(subjects, "open_file", lambda *args, **named: Faulty(opened(*args, **named), right=right))
    with pytest.raises(BackendError, match=r"answers differ by .* from the known ones"):
        child.measure(replace(ORDER, folder=str(random_bundle)))


def test_a_backend_that_stays_right_is_not(random_bundle, monkeypatch):
    opened = subjects.open_file
    monkeypatch.setattr(subjects, "open_file", lambda *args, **named: Faulty(opened(*args, **named), right=100))
    child.measure(replace(ORDER, folder=str(random_bundle)))


def test_a_detector_with_wrong_maps_is_refused(detecting_bundle, tmp_path):
    folder = shutil.copytree(detecting_bundle, tmp_path / "bundle")
    with np.load(folder / "detector_golden.npz") as arrays:
        known = dict(arrays)
    known["npz/0"] = known["npz/0"] + 1
    np.savez(folder / "detector_golden.npz", **known)
    with pytest.raises(BackendError, match="maps differ by 1"):
        child.measure(replace(ORDER, folder=str(folder), network="detector", least_runs=2))


def test_a_detector_that_says_something_else_the_second_time_is_refused(detecting_bundle):
    subject = subjects.Finding(Bundle.load(detecting_bundle), replace(ORDER, network="detector"))
    ask = subject.open()
    answers = {number: ask(canvas) for number, canvas in enumerate(subject.questions)}
    subject.check(answers)
    subject.check({1: answers[1]})
    with pytest.raises(BackendError, match="maps differ"):
        subject.check({1: answers[0]})


def test_the_child_prints_a_trial_and_writes_durations(random_bundle, tmp_path, capsys):
    order = json.dumps(asdict(replace(ORDER, folder=str(random_bundle))))
    child.main(order, str(tmp_path / "durations.npy"))
    assert set(json.loads(capsys.readouterr().out)) == {"start", "began_s", "ended_s", "peak_mb", "resident_mb"}
    assert len(np.load(tmp_path / "durations.npy")) == 20


def test_a_child_that_fails_says_why_in_one_line(tmp_path):
    with pytest.raises(SystemExit) as ended:
        child.main(json.dumps(asdict(replace(ORDER, folder=str(tmp_path)))), str(tmp_path / "durations.npy"))
    assert str(ended.value).startswith("no manifest.json in")


def test_two_different_canvases_of_a_whole_frame_are_asked(detecting_bundle):
    first, second = subjects.canvases_of(Bundle.load(detecting_bundle))
    assert first.shape == second.shape == subjects.CANVAS_PX
    assert not np.array_equal(first, second)


def test_the_canvas_is_that_of_a_camera_frame():
    pytest.importorskip("cv2")
    from edgedigits_camera.detection.detect import levels_of
    from edgedigits_camera.detection.pyramid import canvases
    from edgedigits_camera.profiles import LIVE

    (canvas,) = canvases(levels_of(np.zeros((480, 640), np.uint8), LIVE.search))
    assert canvas.contrast.shape == subjects.CANVAS_PX
