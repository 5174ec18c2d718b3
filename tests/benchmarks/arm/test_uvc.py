"""What lies under the emulated webcam."""

import cv2
import numpy as np
import pytest

from benchmarks.arm.descriptors import FORMATS
from benchmarks.arm.uvc import VARIANTS, Table, variants
from edgedigits_camera.live.whole import decode, is_whole
from edgedigits_camera.scene import SceneSpec, draw_scene

SMALL = {kind: sizes[0] for kind, sizes in FORMATS.items()}


@pytest.fixture(scope="module")
def scenes():
    return [draw_scene(seed, spec=SceneSpec(pen="marker", layout="line"), size_px=(320, 240)) for seed in (1, 2)]


@pytest.fixture
def table(scenes):
    table = Table(scenes)
    yield table
    table.webcam.close()


def test_no_two_frames_in_a_row_are_the_same_and_all_are_whole(scenes):
    frames = variants(scenes[0].image, "MJPG", SMALL["MJPG"])
    assert len(set(frames)) == VARIANTS
    assert all(is_whole(frame) for frame in frames)
    assert not is_whole(frames[0][: len(frames[0]) // 3])
    assert decode(frames[0]).shape == (480, 640, 3)


def test_raw_frames_have_two_bytes_a_pixel_and_the_same_picture(scenes):
    raw = np.frombuffer(variants(scenes[0].image, "YUYV", SMALL["YUYV"])[0], np.uint8).reshape(480, 640, 2)
    grey = cv2.cvtColor(cv2.resize(scenes[0].image, (640, 480)), cv2.COLOR_BGR2GRAY)
    assert np.abs(raw[..., 0].astype(float) - grey * (219 / 255) - 16).mean() < 6


def test_another_page_is_another_picture_and_other_lines(table):
    first, picture = table.do("turn"), table.picture("MJPG", SMALL["MJPG"], 0)
    second = table.do("turn")
    assert first != second
    assert table.picture("MJPG", SMALL["MJPG"], 0) != picture
    assert table.do("turn") == first


def test_the_webcam_does_what_it_is_told_and_tells_what_it_sent(table):
    table.do("stall")
    table.do("corrupt")
    assert (table.webcam.stalled, table.webcam.corrupt) == (True, True)
    table.do("resume")
    assert table.do("whole") == {"sent": 0, "sent_corrupted": 0, "granted": []}
    assert (table.webcam.stalled, table.webcam.corrupt) == (False, False)
