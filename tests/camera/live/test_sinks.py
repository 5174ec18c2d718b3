"""What is written about a frame."""

import io
import json
import os

import numpy as np
import pytest

from edgedigits.recognizer import Reading
from edgedigits_camera.live.frames import Frame
from edgedigits_camera.live.sinks import JsonLines, Seen, TextLines
from edgedigits_camera.reader import Page


def seen(*lines, index=0, time_s=10.0):
    readings = (Reading(7, 0.98765, (1, 2, 3, 4)), Reading(None, 0.3, (9, 9, 3, 4)))
    frame = Frame(np.zeros((48, 64, 3), np.uint8), time_s, index)
    return Seen(frame, Page(readings, lines), read_ms=1.234, latency_ms=5.678, frames_per_s=29.97)


def test_a_json_line_holds_frame_digits_lines_and_times():
    stream = io.StringIO()
    assert JsonLines(stream).show(seen("7", index=4))
    assert json.loads(stream.getvalue()) == {
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


def test_every_frame_is_one_json_line():
    stream = io.StringIO()
    sink = JsonLines(stream)
    for index in range(3):
        sink.show(seen("7", index=index))
    assert [json.loads(line)["index"] for line in stream.getvalue().splitlines()] == [0, 1, 2]


def test_text_is_written_for_changes_only():
    stream = io.StringIO()
    sink = TextLines(stream)
    for time_s, lines in ((10.0, ()), (11.0, ("12",)), (12.0, ("12",)), (13.5, ("12", "3")), (14.0, ())):
        assert sink.show(seen(*lines, time_s=time_s))
    assert [line.split(maxsplit=2) for line in stream.getvalue().splitlines()] == [
        ["1.00", "s", "12"],
        ["3.50", "s", "12 | 3"],
        ["4.00", "s", "no digits"],
    ]


@pytest.mark.parametrize("kind", [JsonLines, TextLines])
def test_a_reader_that_went_away_ends_it_without_an_error(kind):
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w", encoding="utf-8")
    assert not kind(stream).show(seen("7"))
    with pytest.raises(BrokenPipeError):
        stream.close()
