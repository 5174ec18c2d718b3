"""The Pi's camera through picamera2, with a module that stands in for it."""

import sys
import types

import numpy as np
import pytest

from edgedigits.errors import SourceError
from edgedigits_camera.live.capture import Captured
from edgedigits_camera.live.pi_camera import open_pi_camera


class Picamera2:
    """What picamera2 has under this name: it grants multiples of 32 pixels, and tells how it was used."""

    made: list["Picamera2"] = []  # noqa: RUF012
    failure = None
    failure_at_start = None

    def __init__(self):
        self.state = "open"
        self.made.append(self)
        if self.failure:
            raise self.failure

    def create_video_configuration(self, main, controls):
        width_px, height_px = main["size"]
        return {"main": {**main, "size": (width_px // 32 * 32, height_px)}, "controls": controls}

    def configure(self, configuration):
        self.configuration = configuration

    def camera_configuration(self):
        return self.configuration

    def start(self):
        if self.failure_at_start:
            raise self.failure_at_start
        self.state = "runs"

    def capture_array(self, name):
        assert self.state == "runs"
        width_px, height_px = self.configuration[name]["size"]
        # "RGB888" has blue first in memory.
        blue_first = self.configuration[name]["format"] == "RGB888"
        return np.full((height_px, width_px, 3), (200, 60, 5) if blue_first else (5, 60, 200), np.uint8)

    def stop(self):
        self.state = "stopped"

    def close(self):
        self.state = "closed"


@pytest.fixture
def camera(monkeypatch):
    """The stand-in's class, installed."""
    kind = type("Picamera2", (Picamera2,), {"made": []})
    monkeypatch.setitem(sys.modules, "picamera2", types.SimpleNamespace(Picamera2=kind))
    return kind


def test_frames_are_bgr_of_the_granted_size(camera, hasty):
    with Captured(lambda: open_pi_camera(size_px=(650, 480)), title="", live=True, patience=hasty) as source:
        image = next(iter(source)).image
        assert source.title == "picamera2, 640x480"
    assert image.shape == (480, 640, 3)
    assert tuple(image[0, 0]) == (200, 60, 5)
    assert camera.made[0].state == "closed"


def test_a_camera_that_is_not_there_or_taken_is_told_apart(camera):
    camera.failure = IndexError("list index out of range")
    with pytest.raises(SourceError, match="picamera2 finds no camera"):
        open_pi_camera()
    camera.failure = RuntimeError("Failed to acquire camera:\nDevice or resource busy")
    with pytest.raises(SourceError, match=r"Failed to acquire camera: Device or resource busy.*another program"):
        open_pi_camera()


def test_a_camera_that_does_not_start_is_closed(camera, hasty):
    camera.failure_at_start = RuntimeError("no memory")
    with (
        pytest.raises(SourceError, match="no memory"),
        Captured(open_pi_camera, title="picamera2", live=True, patience=hasty),
    ):
        pass
    assert camera.made[0].state == "closed"


def test_where_it_is_missing_the_error_says_that_the_environment_must_see_what_apt_installs(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(SourceError, match=r"sudo apt install python3-picamera2.*--system-site-packages"):
        open_pi_camera()


@pytest.mark.parametrize(
    "failure", [ImportError("libcamera.so:\nno such file"), ValueError("numpy.dtype size changed")]
)
def test_where_it_does_not_load_the_reason_is_said(failure, monkeypatch):
    def fail(name):
        raise failure

    monkeypatch.setattr("importlib.import_module", fail)
    with pytest.raises(SourceError, match="is here and does not load") as refused:
        open_pi_camera()
    assert "\n" not in str(refused.value)
