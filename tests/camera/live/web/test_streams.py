"""Viewers: what they get, how many, how slow, and how they are forgotten."""

import base64
import itertools
import json
import re
import socket
import statistics
import threading
import time
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest

from edgedigits_camera.live.web import Address, Web
from edgedigits_camera.live.web import address as address_module
from edgedigits_camera.live.web import sink as sink_module

pytestmark = pytest.mark.slow

FREE = Address("127.0.0.1", 0)
GREY = np.full((48, 64, 3), 128, np.uint8)


@pytest.fixture(scope="module")
def noise():
    """A frame whose JPEG has some 400 kB, so that few fit into buffers."""
    return np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)


def connect(web, path):
    """A viewer that has asked and takes nothing yet."""
    viewer = socket.socket()
    viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    viewer.settimeout(10)
    viewer.connect(("127.0.0.1", urlsplit(web.link).port))
    viewer.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return viewer


def count(web, kind):
    return web.app.viewers.count[kind]


def test_pictures_come_one_after_the_other_with_their_boxes(fed, asked, part):
    with asked(fed.web, "/stream.mjpg?boxes=0") as answer:
        assert answer.headers["Content-Type"] == "multipart/x-mixed-replace; boundary=frame"
        parts = [part(answer) for _ in range(5)]
    boxes = [json.loads(head["X-Boxes"]) for head, _ in parts]
    indexes = [said["index"] for said in boxes]
    assert indexes == sorted(set(indexes))
    assert boxes[-1]["width"], boxes[-1]["height"] == (320, 240)
    track, digit, confidence, *box = boxes[-1]["digits"][1]
    assert (track, digit, confidence, len(box)) == (1, 8, 0.97, 4)
    for _, jpeg in parts:
        assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape == (240, 320, 3)


def test_programs_get_pictures_with_boxes_drawn_in(web, asked, part, seen_of, tracked):
    web.show(seen_of(GREY, [tracked(0, 7, (20, 15, 20, 20))]))
    with asked(web, "/stream.mjpg") as answer:
        head, jpeg = part(answer)
    assert "X-Boxes" not in head
    assert np.ptp(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)) > 60


def test_without_viewers_no_picture_is_made(fed, eventually, asked, part):
    assert eventually(lambda: fed.shown > 10)
    assert fed.web.app.pictures.made == 0
    with asked(fed.web, "/stream.mjpg") as answer:
        part(answer)
    assert eventually(lambda: count(fed.web, "stream") == 0)
    made, shown = fed.web.app.pictures.made, fed.shown
    assert made > 0
    assert eventually(lambda: fed.shown > shown + 10)
    assert fed.web.app.pictures.made == made


def test_several_viewers_share_pictures_and_their_rate_is_bounded(web, asked, part, seen_of):
    with ExitStack() as stack:
        answers = [stack.enter_context(asked(web, "/stream.mjpg")) for _ in range(4)]
        begin_s, index, taken = time.monotonic(), itertools.count(), [0]

        def take(answer):
            while time.monotonic() < begin_s + 1:
                part(answer)
                taken[0] += 1

        threads = [threading.Thread(target=take, args=[answer]) for answer in answers]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            web.show(seen_of(GREY, index=next(index)))
            time.sleep(0.002)
        duration_s = time.monotonic() - begin_s
    assert web.app.pictures.made <= 25 * duration_s + 2
    assert taken[0] > 1.5 * web.app.pictures.made


def test_a_slow_viewer_loses_frames_and_holds_nobody_up(web, noise, asked, part, seen_of):
    slow, took_s = connect(web, "/stream.mjpg?boxes=0"), []
    with slow, slow.makefile("rb") as slow_answer, asked(web, "/stream.mjpg?boxes=0") as answer:
        for index in range(30):
            begin_s = time.monotonic()
            web.show(seen_of(noise, index=index))
            took_s.append(time.monotonic() - begin_s)
            assert json.loads(part(answer)[0]["X-Boxes"])["index"] == index
        while slow_answer.readline() != b"\r\n":
            pass
        seen = []
        while not seen or seen[-1] < 29:
            slow_answer.readline()  # length of a chunk
            seen.append(json.loads(part(slow_answer)[0]["X-Boxes"])["index"])
            slow_answer.readline()
    assert len(seen) < 10
    assert statistics.median(took_s) < 0.002


def test_a_viewer_that_leaves_is_forgotten(fed, asked, part, message, eventually):
    with asked(fed.web, "/stream.mjpg") as pictures, asked(fed.web, "/events") as events:
        part(pictures)
        message(events)
        assert (count(fed.web, "stream"), count(fed.web, "events")) == (1, 1)
    assert eventually(lambda: not any(fed.web.app.viewers.count.values()))
    assert eventually(lambda: not fed.web._server.server_state.connections)


def test_a_viewer_that_takes_nothing_is_cut_off(noise, eventually, seen_of, monkeypatch):
    monkeypatch.setattr(address_module, "STALL_MS", 500)
    with Web(FREE) as web, connect(web, "/stream.mjpg"):
        for index in range(5):
            web.show(seen_of(noise, index=index))
            time.sleep(0.1)
        assert count(web, "stream") == 1
        assert eventually(lambda: count(web, "stream") == 0, within_s=20)


@pytest.mark.parametrize("sent", [b"", b"GET / HT"])
def test_a_connection_that_asks_nothing_is_closed(sent, monkeypatch):
    monkeypatch.setattr(sink_module, "IDLE_S", 0.2)
    with Web(FREE) as web, socket.create_connection(("127.0.0.1", urlsplit(web.link).port), timeout=10) as idle:
        idle.sendall(sent)
        with suppress(ConnectionResetError):
            assert idle.recv(1) == b""


def test_one_viewer_too_many_is_told(fed, body_of, asked, part):
    fed.web.app.viewers._most = 2
    with asked(fed.web, "/stream.mjpg") as one, asked(fed.web, "/stream.mjpg") as two:
        part(one)
        part(two)
        with asked(fed.web, "/stream.mjpg") as three:
            assert three.status == 503
            assert three.read() == b"too many viewers; close another page first\n"
        assert body_of(fed.web, "/reading")[0] == 200


def until(message, answer, kind):
    """All events up to the first of a kind."""
    seen = []
    while not seen or seen[-1]["event"] != kind:
        seen.append(message(answer))
    return seen


def test_events_begin_with_what_happened_before(fed, asked, message, eventually):
    assert eventually(lambda: fed.shown > 5)
    with asked(fed.web, "/events") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        *changes, reading = until(message, answer, "reading")
        patches = until(message, answer, "patches")[-1]
    assert [json.loads(change["data"])["kind"] for change in changes] == ["appeared", "appeared"]
    first = json.loads(changes[0]["data"])
    assert (first["number"], first["digit"], first["before"], first["line"]) == (1, 9, None, "9")
    assert re.fullmatch(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", first["at"])
    assert json.loads(reading["data"])["lines"] == ["98"]
    pixels = {track: base64.b64decode(text) for track, text in json.loads(patches["data"]).items()}
    assert {track: len(ink) for track, ink in pixels.items()} == {"0": 784, "1": 784}
    assert all(max(ink) > 200 for ink in pixels.values())


def test_a_viewer_that_comes_back_gets_what_it_has_missed(fed, asked, message, eventually):
    assert eventually(lambda: fed.shown > 5)
    run = fed.web._board.run
    for last, numbers in {f"{run}-1": [2], f"{run}-2": [], "other-2": [1, 2], "x": [1, 2], f"{run}-²": [1, 2]}.items():
        with asked(fed.web, "/events", Last_Event_ID=last.encode("latin-1")) as answer:
            *changes, _ = until(message, answer, "reading")
        assert [json.loads(change["data"])["number"] for change in changes] == numbers


def test_silence_is_broken_so_that_a_viewer_who_left_is_noticed(web, asked, message, monkeypatch):
    monkeypatch.setattr("edgedigits_camera.live.web.streams.SILENCE_S", 0.1)
    with asked(web, "/events") as answer:
        assert message(answer)["event"] == "reading"
        assert answer.readline() == b": nothing new\n"


def test_the_end_comes_within_two_seconds_whoever_looks_on(noise, asked, part, message, seen_of):
    with ExitStack() as stack:
        web = stack.enter_context(Web(FREE))
        stalled = stack.enter_context(connect(web, "/stream.mjpg"))
        idle = stack.enter_context(socket.create_connection(("127.0.0.1", urlsplit(web.link).port)))
        pictures, events = (stack.enter_context(asked(web, path)) for path in ("/stream.mjpg", "/events"))
        for index in range(5):
            web.show(seen_of(noise, index=index))
            part(pictures)
        message(events)
        assert count(web, "stream") == 2
        begin_s = time.monotonic()
        web.__exit__()
        assert time.monotonic() - begin_s < 2
        assert not web._thread.is_alive()
        assert not web._server.server_state.connections
        events.read()  # to its proper end; a connection that is cut raises here
        assert (stalled.fileno(), idle.fileno()) != (-1, -1)
    with pytest.raises(OSError, match=r"refused|reset"):
        socket.create_connection(("127.0.0.1", urlsplit(web.link).port), timeout=5)


def test_the_port_is_free_again_at_once():
    with Web(FREE) as web:
        port = urlsplit(web.link).port
    with Web(Address("127.0.0.1", port)) as web:
        assert urlsplit(web.link).port == port
