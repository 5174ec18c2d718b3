"""What is written about frames, events, and a source that sends nothing."""

import io
import json
import os
from datetime import UTC, datetime

import numpy as np
import pytest

from edgedigits.recognizer import Reading
from edgedigits_camera.live.frames import Frame, SourceState
from edgedigits_camera.live.seen import Event, EventKind, Seen, Steady, Tracked
from edgedigits_camera.live.sinks import AGAIN_S, Absence, JsonEvents, JsonFrames, TextLines
from edgedigits_camera.reader import Page

NOW = datetime(2026, 11, 29, 14, 3, 22, 125_000, tzinfo=UTC)
KINDS = [JsonEvents, JsonFrames, TextLines]


def seen_of(*lines, index=0, time_s=10.0, kinds=(EventKind.APPEARED,)):
    readings = (Reading(7, 0.98765, (1, 2, 3, 4)), Reading(None, 0.3, (9, 9, 3, 4)))
    frame = Frame(np.zeros((48, 64, 3), np.uint8), time_s, index)
    tracked = Tracked(3, 7, 0.98765, (1, 2, 3, 4), (0.1,) * 10, 0, 9.0)
    events = tuple(Event(kind, 3, 7, 0.98765, (1, 2, 3, 4), "7", time_s) for kind in kinds)
    steady = Steady((tracked,), lines)
    return Seen(frame, Page(readings, ("7",)), steady, events, read_ms=1.234, latency_ms=5.678, frames_per_s=29.97)


def away(waiting_s=12.0, reason="unplugged"):
    return SourceState("camera /dev/video0", waiting_s, reason)


def objects(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


class Clock:
    now_s = 0.0

    def __call__(self):
        return self.now_s


def test_a_json_line_of_a_frame_holds_digits_lines_and_times():
    stream = io.StringIO()
    assert JsonFrames(stream).show(seen_of("7", index=4))
    assert objects(stream) == [
        {
            "version": 1,
            "index": 4,
            "time_s": 10.0,
            "width": 64,
            "height": 48,
            "digits": [{"digit": 7, "confidence": 0.9877, "box": [1, 2, 3, 4], "line": 1}],
            "lines": ["7"],
            "read_ms": 1.23,
            "latency_ms": 5.68,
            "fps": 30.0,
        }
    ]


def test_every_frame_is_one_json_line():
    stream = io.StringIO()
    sink = JsonFrames(stream)
    for index in range(3):
        sink.show(seen_of("7", index=index, kinds=()))
    assert [line["index"] for line in objects(stream)] == [0, 1, 2]


def test_every_event_is_one_json_line_and_a_frame_without_one_is_none():
    stream = io.StringIO()
    sink = JsonEvents(stream, now=lambda: NOW)
    assert sink.show(seen_of("7"))
    assert sink.show(seen_of("7", kinds=()))
    assert sink.show(seen_of(kinds=(EventKind.GONE, EventKind.APPEARED)))
    assert [(line["kind"], line["lines"]) for line in objects(stream)] == [
        ("appeared", ["7"]),
        ("gone", []),
        ("appeared", []),
    ]
    assert objects(stream)[0] == {
        "version": 1,
        "at": "2026-11-29T14:03:22.125+00:00",
        "kind": "appeared",
        "track": 3,
        "digit": 7,
        "before": None,
        "confidence": 0.9877,
        "box": [1, 2, 3, 4],
        "line": "7",
        "time_s": 10.0,
        "lines": ["7"],
    }


def test_text_is_one_line_for_what_changed_in_a_frame_with_the_time_of_the_day():
    stream = io.StringIO()
    sink = TextLines(stream, now=lambda: NOW)
    sink.show(seen_of("12", kinds=(EventKind.APPEARED, EventKind.APPEARED)))
    sink.show(seen_of("12", kinds=()))
    sink.show(seen_of("12", "3"))
    sink.show(seen_of(kinds=(EventKind.GONE,)))
    assert stream.getvalue().splitlines() == [
        "2026-11-29 14:03:22.12  12",
        "2026-11-29 14:03:22.12  12 | 3",
        "2026-11-29 14:03:22.12  no digits",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_that_the_source_is_away_is_written_once_for_each_reason_and_now_and_then(kind):
    clock, stream = Clock(), io.StringIO()
    sink = kind(stream, absence=Absence(clock))
    assert sink.wait(SourceState("camera /dev/video0"))
    assert stream.getvalue() == ""
    for clock.now_s in np.arange(0, 2.5 * AGAIN_S, 0.5):
        assert sink.wait(away(clock.now_s))
    sink.wait(away(90.0, "there is no such device"))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 4
    assert "unplugged" in lines[0]
    assert "there is no such device" in lines[-1]


@pytest.mark.parametrize("kind", [JsonEvents, JsonFrames])
def test_json_says_what_is_waited_for(kind):
    stream = io.StringIO()
    kind(stream).wait(away(12.34))
    (line,) = objects(stream)
    line.pop("at", None)
    assert line == {
        "version": 1,
        "kind": "waiting",
        "source": "camera /dev/video0",
        "waiting_s": 12.3,
        "reason": "unplugged",
    }


def test_text_says_what_is_waited_for_and_what_stands_there_when_it_is_back():
    stream = io.StringIO()
    sink = TextLines(stream, now=lambda: NOW)
    sink.wait(away())
    sink.show(seen_of("7", kinds=()))
    sink.show(seen_of("7", kinds=()))
    assert [line[24:] for line in stream.getvalue().splitlines()] == [
        "waiting for camera /dev/video0, 12 s (unplugged)",
        "7",
    ]


def test_json_says_once_that_the_source_is_back():
    stream = io.StringIO()
    sink = JsonEvents(stream)
    sink.wait(away())
    sink.show(seen_of("7", kinds=()))
    sink.show(seen_of("7", kinds=()))
    assert [line["kind"] for line in objects(stream)] == ["waiting", "reading"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("call", [lambda sink: sink.show(seen_of("7")), lambda sink: sink.wait(away())])
def test_a_reader_that_went_away_ends_it_without_an_error(kind, call):
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w", encoding="utf-8")
    assert not call(kind(stream))
    with pytest.raises(BrokenPipeError):
        stream.close()
