"""A drawn clip whose digits are known, fed to a page as the loop does; a client that reads raw answers."""

import http.client
import itertools
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest

from edgedigits_camera.live.frames import Frame, SourceState
from edgedigits_camera.live.seen import Event, EventKind, Seen, Steady, Tracked
from edgedigits_camera.live.web import Address, Web
from edgedigits_camera.reader import Page
from edgedigits_camera.scene import SceneSpec, draw_clip

FREE = Address("127.0.0.1", 0)
NOTHING = Page((), ())


def guesses(digit, confidence):
    """Ten probabilities with one that stands out and one next to it."""
    rest = np.full(10, (1 - confidence) * 0.2 / 8)
    rest[digit], rest[(digit + 5) % 10] = confidence, (1 - confidence) * 0.8
    return tuple(rest.tolist())


def tracked(track, digit, box, *, confidence=0.97, line=0):
    return Tracked(track, digit, confidence, box, guesses(digit, confidence), line, 0.0)


def seen_of(image, digits=(), events=(), index=0, lines=None, **figures):
    text = "".join(str(t.digit) for t in digits)
    steady = Steady(tuple(digits), tuple(lines or ([text] if text else [])))
    figures = {"read_ms": 8.0, "latency_ms": 12.0, "frames_per_s": 30.0, "stages_ms": {"detect": 5.0}} | figures
    return Seen(Frame(image, time.monotonic(), index), NOTHING, steady, tuple(events), **figures)


@pytest.fixture(scope="session")
def clip():
    """Scenes of one line of digits, 320x240, moved before the camera."""
    spec = SceneSpec(pen="marker", layout="line", digit_px=48)
    return list(draw_clip(26, frames=4, size_px=(320, 240), spec=spec))


class Feed:
    """Shows the drawn clip over and over; each time one digit more of it is there, until all are."""

    def __init__(self, clip, web, *, frames_per_s=30.0):
        self.web, self.shown, self._period_s = web, 0, 1 / frames_per_s
        self._clip, self._over = clip, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exception):
        self._over.set()
        self._thread.join()

    def _run(self):
        known = set()
        for index in itertools.count():
            scene = self._clip[index % len(self._clip)]
            digits = [
                tracked(n, d.digit, d.box_xywh_px, confidence=0.97 if n else 0.6) for n, d in enumerate(scene.digits)
            ][: 1 + index]
            text = "".join(str(t.digit) for t in digits)
            events = [
                Event(EventKind.APPEARED, t.track, t.digit, t.confidence, t.box_xywh_px, text, 0.0)
                for t in digits
                if t.track not in known
            ]
            known |= {t.track for t in digits}
            self.web.show(seen_of(scene.image, digits, events, index))
            self.shown += 1
            if self._over.wait(self._period_s):
                return


@pytest.fixture
def web():
    """A page on loopback that shows nothing yet."""
    with Web(FREE) as web:
        web.wait(SourceState("drawn pages"))
        yield web


@pytest.fixture
def fed(web, clip):
    """A page with a feed."""
    with Feed(clip, web) as feed:
        yield feed


def port_of(web):
    return int(web.link.split("?")[0].rstrip("/").rpartition(":")[2])


@contextmanager
def asked(web, path, *, method="GET", host="127.0.0.1", **headers):
    """The answer to a request, its body unread."""
    connection = http.client.HTTPConnection(host, port_of(web), timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with connection.getresponse() as response:
            yield response
    finally:
        connection.close()


def body_of(web, path, **headers):
    with asked(web, path, **headers) as answer:
        return answer.status, answer.read()


def eventually(condition, *, within_s=5.0):
    """Whether something becomes true."""
    end_s = time.monotonic() + within_s
    while time.monotonic() < end_s:
        if condition():
            return True
        time.sleep(0.02)
    return False


def part(answer):
    """Head, as a dictionary, and body of the next part of a multipart answer."""
    assert answer.readline() == b"--frame\r\n"
    head = dict(line.decode().rstrip().split(": ", 1) for line in iter(answer.readline, b"\r\n"))
    body = answer.read(int(head["Content-Length"]))
    assert answer.read(2) == b"\r\n"
    return head, body


def message(answer):
    """Fields of the next server-sent event."""
    lines = itertools.takewhile(lambda line: line != "\n", (answer.readline().decode() for _ in itertools.count()))
    return dict(line.rstrip("\n").split(": ", 1) for line in lines)


for _shared in (asked, body_of, eventually, part, message, seen_of, tracked):

    def _give(shared=_shared):
        return shared

    globals()[f"_{_shared.__name__}"] = pytest.fixture(scope="session", name=_shared.__name__)(_give)


@pytest.fixture(scope="session")
def feeding():
    """``Feed``, see above."""
    return Feed
