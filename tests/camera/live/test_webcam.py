"""Webcams that are asked for their best mode, go, and come back under another number."""

from functools import partial

import cv2
import numpy as np
import pytest

from edgedigits.errors import SourceError
from edgedigits_camera.live.cameras import look_at
from edgedigits_camera.live.v4l2 import find_again
from edgedigits_camera.live.webcam import Webcam


class Capture:
    """A ``cv2.VideoCapture`` that grants what it is told to, and remembers in which order it was asked."""

    def __init__(self, path, granted=None, frames=()):
        self.path, self.asked, self.frames = path, {}, iter(frames)
        self.granted = granted or {}

    def isOpened(self):  # noqa: N802 - OpenCV's name
        return self.path.endswith(tuple("0123456789"))

    def set(self, what, value):
        self.asked[what] = value
        return True

    def get(self, what):
        return self.granted.get(what, self.asked.get(what, 0))

    def read(self):
        return True, next(self.frames, None)

    def release(self):
        pass


@pytest.fixture
def webcam_at(kernel):
    """A webcam of the kernel of the tests; all captures that it opens are in ``opened``."""

    def webcam_at(path, *, granted=None, frames=(), **options):
        webcam = Webcam(
            path,
            look=partial(look_at, ioctl=kernel.ioctl, proc=kernel.folder / "proc"),
            find=partial(find_again, folder=kernel.folder, ioctl=kernel.ioctl),
            open_capture=lambda path, _api: opened.append(Capture(path, granted, frames)) or opened[-1],
            **options,
        )
        webcam.opened = opened
        return webcam

    opened = []
    return webcam_at


def test_the_format_is_asked_for_first_then_the_size_then_the_rate_and_what_was_granted_is_said(
    kernel, webcam, webcam_at
):
    path = kernel.plug(offers=webcam)
    camera = webcam_at(path, size_px=(1280, 720))
    assert camera().title == f"camera {path}, MJPG 1280x720 at 30 frames a second"
    assert list(camera.opened[0].asked.items())[:4] == [
        (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
        (cv2.CAP_PROP_FRAME_WIDTH, 1280),
        (cv2.CAP_PROP_FRAME_HEIGHT, 720),
        (cv2.CAP_PROP_FPS, 30.0),
    ]


def test_what_was_asked_for_and_not_granted_is_said(kernel, webcam, webcam_at):
    path = kernel.plug(offers=webcam)
    granted = {cv2.CAP_PROP_FRAME_WIDTH: 320, cv2.CAP_PROP_FRAME_HEIGHT: 240}
    assert webcam_at(path, granted=granted, size_px=(1280, 720))().title == (
        f"camera {path}, MJPG 320x240 at 30 frames a second (asked for 1280x720)"
    )
    granted = {cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*"MJPG")}
    assert webcam_at(path, granted=granted)().title == (
        f"camera {path}, MJPG 640x480 at 30 frames a second (asked for YUYV 640x480 at 30 frames a second)"
    )


def test_a_driver_that_lists_nothing_is_asked_for_the_size_alone(kernel, webcam_at):
    path = kernel.plug(offers={})
    camera = webcam_at(path, size_px=(320, 240), granted={cv2.CAP_PROP_FPS: -1.0})
    assert camera().title.startswith(f"camera {path}, ")
    assert list(camera.opened[0].asked) == [cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT]


def test_a_camera_that_comes_back_under_another_number_is_found(kernel, webcam, webcam_at):
    path = kernel.plug("video0", offers=webcam)
    camera = webcam_at(path)
    camera()
    kernel.unplug("video0")
    kernel.plug("video0", offers=webcam, card="Another", bus="usb-9")
    kernel.plug("video3", offers=webcam)
    assert camera().title.startswith(f"camera {kernel.folder / 'video3'}, ")


def test_another_camera_in_its_place_is_not_taken_for_it(kernel, webcam, webcam_at):
    path = kernel.plug("video0", offers=webcam)
    camera = webcam_at(path)
    camera()
    kernel.unplug("video0")
    with pytest.raises(SourceError, match=r"there is no such device \(found: none\)"):
        camera()
    kernel.plug("video0", offers=webcam, card="Another", bus="usb-9")
    with pytest.raises(SourceError, match="is Another now; Lab UVC webcam is away"):
        camera()


def test_the_same_camera_in_another_socket_is_taken_where_its_number_is_the_same(kernel, webcam, webcam_at):
    path = kernel.plug("video0", offers=webcam)
    camera = webcam_at(path)
    camera()
    kernel.unplug("video0")
    kernel.plug("video0", offers=webcam, bus="usb-7")
    assert camera().title.startswith(f"camera {path}, ")


def test_what_hinders_is_told_with_the_command_that_mends_it(kernel, webcam, webcam_at):
    path = kernel.plug(offers=webcam, busy=True)
    with pytest.raises(SourceError, match=f"camera {path} cannot be opened: another program reads it"):
        webcam_at(path)()
    csi = kernel.plug("video1", offers=webcam, driver="unicam")
    with pytest.raises(SourceError, match="run: edgedigits camera --source picamera2"):
        webcam_at(csi)()


def test_a_missing_camera_names_those_that_are_there(kernel, webcam_at):
    kernel.plug("video2")
    with pytest.raises(SourceError, match=f"found: {kernel.folder / 'video2'}"):
        webcam_at(kernel.folder / "video0")()


def jpeg_of(level):
    return cv2.imencode(".jpg", np.random.default_rng(level).integers(0, 256, (48, 64, 3), np.uint8))[1]


def test_jpegs_of_a_camera_are_decoded_whole_ones_alone_and_kept(kernel, webcam_at):
    path = kernel.plug(offers={"MJPG": {(640, 480): [(1, 30)]}})
    whole = jpeg_of(1).reshape(1, -1)
    device = webcam_at(path, frames=[whole, whole[:, : whole.size // 2], None, np.zeros((48, 64, 3), np.uint8)])()
    assert device.read().shape == (48, 64, 3)
    assert device.sent.jpeg == whole.tobytes()
    assert device.read() is None
    assert device.sent is None
    assert device.read() is None
    assert device.read().shape == (48, 64, 3)
    assert device.sent is None
