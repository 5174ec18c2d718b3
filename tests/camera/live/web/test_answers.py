"""What each address answers."""

import json
import logging
import threading
import time

import cv2
import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from edgedigits.errors import BackendError
from edgedigits_camera.live.frames import SourceState
from edgedigits_camera.live.seen import Event, EventKind
from edgedigits_camera.live.web import Address, Web
from edgedigits_camera.live.web import app as app_module
from edgedigits_camera.live.web.app import FILES

FREE = Address("127.0.0.1", 0)
GREY = np.full((48, 64, 3), 128, np.uint8)


def decoded(jpeg):
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize(("path", "media_type"), [(path, media_type) for path, (_, media_type) in FILES.items()])
def test_the_page_is_served(path, media_type, web, asked):
    with asked(web, path) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].split(";")[0] == media_type
        assert len(answer.read()) > 100


def test_nothing_of_the_page_is_elsewhere():
    for name, _ in FILES.values():
        text = (app_module.PAGE / name).read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "//" not in "".join(line for line in text.split("\n") if not line.strip().startswith("// "))


def test_what_is_not_there_is_not_found(web, body_of):
    assert body_of(web, "/../sink.py")[0] == 404
    assert body_of(web, "/refusal.html")[0] == 404


def test_before_the_first_frame_there_is_a_source_and_no_picture(web, body_of):
    reading = json.loads(body_of(web, "/reading")[1])
    assert reading["source"] == {"title": "drawn pages", "waiting_s": None, "reason": ""}
    assert (reading["index"], reading["digits"], reading["lines"]) == (None, [], [])
    assert body_of(web, "/frame.jpg") == (503, b"no frame has come yet\n")
    assert body_of(web, "/explain.jpg")[0] == 404


def test_a_reading_holds_what_was_seen(web, body_of, seen_of, tracked):
    sure, unsure = tracked(3, 7, (1, 2, 30, 40)), tracked(9, 1, (40, 2, 10, 40), confidence=0.5, line=1)
    web.show(seen_of(GREY, [sure, unsure], index=12, lines=["7", "1"], stages_ms={"detect": 5.004, "name": 1}))
    reading = json.loads(body_of(web, "/reading")[1])
    assert reading["version"] == 1
    assert (reading["index"], reading["width"], reading["height"]) == (12, 64, 48)
    assert reading["lines"] == ["7", "1"]
    assert reading["stages_ms"] == {"detect": 5.0, "name": 1}
    assert (reading["read_ms"], reading["latency_ms"], reading["fps"]) == (8.0, 12.0, 30.0)
    first, second = reading["digits"]
    assert first | {"best": []} == {
        "track": 3, "digit": 7, "confidence": 0.97, "box": [1, 2, 30, 40], "line": 1, "best": []
    }  # fmt: skip
    assert first["best"][:2] == [[7, 0.97], [2, 0.024]]
    assert [len(digit["best"]) for digit in (first, second)] == [3, 3]
    assert second["line"] == 2


def test_a_picture_has_boxes_unless_it_shall_not(web, body_of, seen_of, tracked):
    web.show(seen_of(GREY, [tracked(0, 7, (20, 15, 20, 20))]))
    drawn, plain = (decoded(body_of(web, path)[1]) for path in ("/frame.jpg", "/frame.jpg?boxes=0"))
    assert drawn.shape == plain.shape == GREY.shape
    assert np.abs(plain.astype(int) - 128).max() < 4
    assert np.abs(drawn.astype(int) - 128).max() > 60


def test_a_large_picture_is_made_smaller(web, body_of, seen_of):
    web.show(seen_of(np.zeros((2000, 3000, 3), np.uint8)))
    assert decoded(body_of(web, "/frame.jpg")[1]).shape == (853, 1280, 3)


def test_health_is_that_of_the_frames(web, body_of, seen_of, monkeypatch):
    def health():
        status, body = body_of(web, "/healthz")
        return status, json.loads(body)["status"]

    assert health() == (503, "no new frame")
    web.show(seen_of(GREY))
    assert health() == (200, "ok")
    web.wait(SourceState("camera /dev/video0", 12.3, "it was unplugged"))
    assert health() == (503, "waiting for camera /dev/video0, 12 s")
    assert json.loads(body_of(web, "/healthz")[1])["reason"] == "it was unplugged"
    web.show(seen_of(GREY))
    assert health() == (200, "ok")
    monkeypatch.setattr(app_module, "STALE_S", 0.0)
    assert health() == (503, "no new frame")


def figures(web, body_of):
    families = text_string_to_metric_families(body_of(web, "/metrics")[1].decode())
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_metrics_count_what_was_seen(web, body_of, seen_of, tracked):
    event = Event(EventKind.APPEARED, 0, 7, 0.97, (0, 0, 9, 9), "7", 0.0)
    for index in range(3):
        web.show(seen_of(GREY, [tracked(0, 7, (0, 0, 9, 9))], [event] if index == 0 else [], index))
    web.show(seen_of(GREY, read_ms=0.0, latency_ms=700.0, stages_ms={}))
    said = figures(web, body_of)
    assert said["edgedigits_frames_total",] == 4
    assert said["edgedigits_frames_unread_total",] == 1
    assert said["edgedigits_events_total", "appeared"] == 1
    assert said["edgedigits_stage_seconds_total", "detect"] == pytest.approx(0.015)
    assert said["edgedigits_latency_seconds_bucket", "0.02"] == 3
    assert said["edgedigits_latency_seconds_sum",] == pytest.approx(0.736)
    assert said["edgedigits_digits",] == 0
    assert said["edgedigits_source_up",] == 1
    assert said["edgedigits_pictures_encoded",] == 0
    assert said["edgedigits_viewers", "stream"] == 0
    web.wait(SourceState("demo", 3.0))
    said = figures(web, body_of)
    assert (said["edgedigits_source_up",], said["edgedigits_source_waiting_seconds",]) == (0, 3)


def test_a_head_request_ends(web, asked):
    for path in ("/stream.mjpg", "/events", "/reading"):
        with asked(web, path, method="HEAD") as answer:
            assert (answer.status, answer.read()) == (200, b"")


def test_the_temperature_is_that_of_the_machine(web, body_of, monkeypatch):
    monkeypatch.setattr(app_module, "temperature_c", lambda: 61.23)
    assert json.loads(body_of(web, "/reading")[1])["temperature_c"] == 61.2
    assert figures(web, body_of)["edgedigits_temperature_celsius",] == 61.23


def test_a_frame_is_explained(seen_of, body_of):
    with Web(FREE, explain=lambda image: np.vstack([image, 255 - image])) as web:
        assert body_of(web, "/explain.jpg")[0] == 503
        web.show(seen_of(GREY))
        status, jpeg = body_of(web, "/explain.jpg")
        assert (status, decoded(jpeg).shape) == (200, (96, 64, 3))
        assert json.loads(body_of(web, "/reading")[1])["explains"]


def test_one_explanation_at_a_time_holds_nobody_up(seen_of, body_of):
    begun, over = threading.Event(), threading.Event()

    def explain(image):
        begun.set()
        over.wait(20)
        return image

    with Web(FREE, explain=explain) as web:
        web.show(seen_of(GREY))
        answers = []
        first = threading.Thread(target=lambda: answers.append(body_of(web, "/explain.jpg")[0]))
        first.start()
        assert begun.wait(10)
        assert body_of(web, "/explain.jpg") == (429, b"another frame is being explained\n")
        assert web.show(seen_of(GREY, index=1))
        assert json.loads(body_of(web, "/reading")[1])["index"] == 1
        over.set()
        first.join()
        assert answers == [200]


def test_an_explanation_does_not_delay_the_end(seen_of, asked):
    begun, over = threading.Event(), threading.Event()

    def explain(image):
        begun.set()
        over.wait(30)
        return image

    with Web(FREE, explain=explain) as web:
        web.show(seen_of(GREY))

        def ask():
            try:
                with asked(web, "/explain.jpg"):
                    pass
            except OSError:
                pass

        asking = threading.Thread(target=ask)
        asking.start()
        assert begun.wait(10)
        begin_s = time.monotonic()
    assert time.monotonic() - begin_s < 2
    over.set()
    asking.join()


def test_an_error_of_ours_is_told(seen_of, body_of):
    def explain(image):
        raise BackendError("no runtime can run this")

    with Web(FREE, explain=explain) as web:
        web.show(seen_of(GREY))
        assert body_of(web, "/explain.jpg") == (503, b"no runtime can run this\n")


def test_another_error_is_logged_and_the_page_goes_on(seen_of, body_of, caplog):
    with Web(FREE, explain=lambda _image: 1 // 0) as web, caplog.at_level(logging.ERROR):
        web.show(seen_of(GREY))
        assert body_of(web, "/explain.jpg")[0] == 500
        assert body_of(web, "/reading")[0] == 200
    assert [record.message for record in caplog.records] == ["an answer of the page failed: /explain.jpg"]
