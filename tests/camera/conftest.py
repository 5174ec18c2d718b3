"""A clip, a stream server that can be made to fail, and little patience."""

import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from edgedigits.recognizer import Recognizer
from edgedigits.strokes import draw_digit
from edgedigits_camera.detection.maps import (
    CHANNELS,
    DIGITS,
    HEAT,
    HEIGHT,
    LEAST_PX,
    LIGHT,
    MOST_PX,
    PRINTED,
    STRIDE_PX,
    UNIT_PX,
    WIDE,
    WIDTH,
    X,
    Y,
)
from edgedigits_camera.digits.features import FEATURES
from edgedigits_camera.digits.judge import Judge, Trees
from edgedigits_camera.live.capture import Patience
from edgedigits_camera.live.devices import quieten


@pytest.fixture(scope="session", autouse=True)
def _quiet():
    """FFmpeg asks once per process how loud it may be, so ask before any test writes a clip."""
    quieten()


@pytest.fixture(scope="session")
def recognizer():
    """The shipped bundle in the best runtime that is here."""
    return Recognizer.load()


@pytest.fixture
def hasty():
    """Limits that fail soon, for sources that do not answer."""
    return replace(Patience(), open_s=5.0, stall_s=2.0, broken=5, pause_s=0.001, release_s=5.0)


@pytest.fixture
def clip_path(tmp_path):
    """A real AVI of ten frames, 64x48, whose grey level is 20 times their number."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 50, (64, 48))
    for number in range(10):
        writer.write(np.full((48, 64, 3), 20 * number, np.uint8))
    writer.release()
    return path


@pytest.fixture(scope="session")
def write_row():
    """Write digits side by side on even paper: (H, W) uint8 and a box (x, y, width, height) for each.

    ``gap`` is in heights; None pushes each one left until its ink touches.
    """

    def write(digits, *, height_px, pen_px=None, gap=0.5, ink=40, paper=225, seed=0):
        rng, margin = np.random.default_rng(seed), height_px
        pen_px = pen_px or max(2.0, height_px / 11)
        drawn = [draw_digit(int(digit), rng=rng, height_px=height_px, pen_px=pen_px) for digit in digits]
        space = round((gap or 0) * height_px)
        cover = np.zeros((2 * height_px, sum(glyph.shape[1] + space for glyph in drawn) + 2 * margin), np.uint8)
        boxes, x = [], margin
        for glyph in drawn:
            y, (high, wide) = height_px // 2, glyph.shape
            rows = slice(y, y + high)
            while gap is None and boxes and not (np.minimum(cover[rows, x : x + wide], glyph) > 127).any():
                x -= 1
            np.maximum(cover[rows, x : x + wide], glyph, out=cover[rows, x : x + wide])
            boxes.append((x, y, wide, high))
            x += wide + space
        return np.rint(paper + (ink - paper) * (cover / 255)).astype(np.uint8), np.array(boxes, float)

    return write


@pytest.fixture(scope="session")
def overlap():
    """Intersection over union (N,) of boxes (N, 4) with one box."""

    def overlap(boxes, box):
        low = np.maximum(boxes[:, :2], box[:2])
        high = np.minimum(boxes[:, :2] + boxes[:, 2:], box[:2] + box[2:])
        common = np.clip(high - low, 0, None).prod(axis=1)
        return common / (boxes[:, 2:].prod(axis=1) + box[2:].prod() - common)

    return overlap


def write_box(maps, box, *, heat=4.0, light=False, printed=False, digit=0):
    """Write a box (x, y, width, height) into maps (h, w, CHANNELS), as a detector without error does."""
    x, y, width, height = box
    middle = np.array([x + width / 2, y + height / 2]) / STRIDE_PX
    column, row = np.floor(middle).astype(int)
    cell = maps[row, column]
    cell[[HEAT, X, Y]] = heat, *(middle - (column + 0.5, row + 0.5))
    cell[[WIDTH, HEIGHT]] = np.log(np.array([width, height]) / UNIT_PX)
    cell[[LIGHT, PRINTED]] = 4.0 if light else -4.0, 4.0 if printed else -4.0
    cell[DIGITS] = 0
    cell[DIGITS][digit] = 3.0


class Finder:
    """A detector by components: ink that stands alone and is as high as digits of a level are is a digit."""

    def maps(self, contrast):
        height, width = contrast.shape
        assert height % 16 == width % 16 == 0
        maps = np.zeros((height // STRIDE_PX, width // STRIDE_PX, CHANNELS), np.float32)
        maps[..., HEAT] = -9.0
        for ink, light in ((contrast > 208, False), (contrast < 48, True)):
            for x, y, w, h, area in cv2.connectedComponentsWithStats(ink.astype(np.uint8))[2][1:].tolist():
                if LEAST_PX <= max(h, WIDE * w) < MOST_PX and area > 20:
                    write_box(maps, (x, y, w, h), light=light)
        return maps


class StandIn:
    """The shipped network that names patches, with another detector; what was asked is counted."""

    def __init__(self, recognizer, detector):
        self.recognizer, self.detector, self.asked = recognizer, detector, 0

    def probabilities(self, patches):
        self.asked += len(patches)
        return self.recognizer.probabilities(patches)


@pytest.fixture(scope="session", name="write_box")
def _write_box():
    """``write_box``, see above."""
    return write_box


@pytest.fixture(scope="session")
def finder():
    """A detector that needs no weights."""
    return Finder()


@pytest.fixture
def stand_in(recognizer, finder):
    """A recognizer that needs no weights of a detector."""
    return StandIn(recognizer, finder)


@pytest.fixture(scope="session")
def lenient():
    """A judge that believes the detector from a heat of 0.5 on."""
    heat, cut = np.full((1, 1), FEATURES.index("heat"), np.int32), np.zeros((1, 1), np.float32)
    return Judge(Trees(heat, cut, np.array([[-4.0, 4.0]], np.float32), bias=0.0), threshold=0.5)


class Stream(BaseHTTPRequestHandler):
    """MJPEG over HTTP as network cameras send it; the path says what goes wrong after ten frames."""

    def do_GET(self):
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        number = 0
        while self.path != "/missing" and not self.server.over.wait(0.01):
            if number >= 10 and self.path == "/stops":
                return
            if self.path == "/silent" or (number >= 10 and self.path == "/stalls"):
                self.server.over.wait()
                return
            jpeg = cv2.imencode(".jpg", np.full((48, 64, 3), number % 250, np.uint8))[1].tobytes()
            if (number >= 10 and self.path == "/garbage") or (10 <= number < 13 and self.path == "/hiccup"):
                jpeg = b"\xff\xd8" + bytes(range(256)) * 4 + b"\xff\xd9"
            head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg)
            try:
                self.wfile.write(head + jpeg + b"\r\n")
            except OSError:  # the reader has left
                return
            number += 1

    def log_message(self, *message):
        pass


@pytest.fixture(scope="session")
def stream_url():
    """Address of the server on loopback, without a path."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stream)
    server.daemon_threads, server.over = True, threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.over.set()
    server.shutdown()
    server.server_close()
