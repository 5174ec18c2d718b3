"""A look at one frame after the other: what is read, what is not, and what it cost."""

import time

import numpy as np
import pytest

from edgedigits.recognizer import Reading
from edgedigits_camera.live.frames import Frame, Kind
from edgedigits_camera.live.look import Look
from edgedigits_camera.live.seen import EventKind
from edgedigits_camera.reader import Page

PAGE = Page((Reading(7, 0.99, (20, 20, 10, 20)),), ("7",))


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


class Reader:
    """Finds the same in every picture, and takes its time."""

    def __init__(self, clock=None, *, takes_s=0.0):
        self.clock, self.takes_s, self.asked = clock, takes_s, 0

    def __call__(self, _image):
        self.asked += 1
        if self.clock:
            self.clock.now_s += self.takes_s
        return PAGE


def picture(seed=0, *, size_px=(80, 60)):
    return np.random.default_rng(seed).integers(0, 256, (size_px[1], size_px[0], 3), np.uint8)


def test_reading_time_latency_and_rate_are_measured():
    clock = Clock()
    look = Look(Reader(clock, takes_s=0.01), kind=Kind.LIVE, clock=clock)
    for index in range(40):
        clock.now_s += 0.05
        seen = look(Frame(picture(index), clock(), index))
    assert (seen.read_ms, seen.latency_ms, seen.frames_per_s) == pytest.approx((10, 10, 1 / 0.06))


def test_there_is_no_rate_of_the_first_frame():
    assert Look(Reader(), kind=Kind.LIVE)(Frame(picture(), 0.0, 0)).frames_per_s == 0


def test_latency_holds_the_time_that_a_live_frame_waited():
    clock = Clock()
    look = Look(Reader(clock, takes_s=0.01), kind=Kind.LIVE, clock=clock)
    seen = look(Frame(picture(), clock() - 0.2, 0))
    assert seen.latency_ms == pytest.approx(210)
    assert seen.stages_ms == pytest.approx({"wait": 200, "compare": 0, "read": 10, "track": 0})


@pytest.mark.parametrize("off_s", [-50, 50])
def test_latency_of_a_clip_is_what_the_look_took_whatever_its_times_are(off_s):
    clock = Clock()
    look = Look(Reader(clock, takes_s=0.01), kind=Kind.CLIP, clock=clock)
    assert look(Frame(picture(), clock() + off_s, 0)).latency_ms == pytest.approx(10)


def test_where_nothing_moves_nothing_is_read_and_the_answer_stands():
    reader, image, clock = Reader(), picture(), Clock()
    look = Look(reader, kind=Kind.LIVE, clock=clock)
    for index in range(300):
        clock.now_s = 100 + index / 30
        seen = look(Frame(image, clock(), index))
    assert reader.asked < 60
    assert (seen.read_ms, seen.page, seen.steady.lines) == (0.0, PAGE, ("7",))
    assert "read" not in seen.stages_ms
    look(Frame(picture(9), clock() + 1 / 30, 300))
    assert reader.asked < 61


def test_a_digit_that_stays_is_one_event():
    look, events = Look(Reader(), kind=Kind.LIVE), []
    for index in range(30):
        events += look(Frame(picture(), index / 30, index)).events
    assert [(event.kind, event.digit, event.line) for event in events] == [(EventKind.APPEARED, 7, "7")]


def test_each_still_is_an_answer_of_its_own():
    pages = iter([PAGE, Page((Reading(4, 0.9, (1, 1, 2, 2)), Reading(2, 0.8, (9, 1, 2, 2))), ("42",))])
    look = Look(lambda _image: next(pages), kind=Kind.STILLS)
    first, second = (look(Frame(picture(seed), 0.0, seed)) for seed in range(2))
    assert (first.steady.lines, second.steady.lines) == (("7",), ("42",))
    assert [(event.kind.value, event.digit, event.line) for event in second.events] == [
        ("gone", 7, ""),
        ("appeared", 4, "42"),
        ("appeared", 2, "42"),
    ]
    assert len({tracked.track for seen in (first, second) for tracked in seen.steady.digits}) == 3


def test_a_still_that_is_shown_again_is_not_read_again():
    reader, image = Reader(), picture()
    look = Look(reader, kind=Kind.STILLS)
    seen = [look(Frame(image, float(index), index)) for index in range(3)]
    assert reader.asked == 1
    assert [len(each.events) for each in seen] == [1, 0, 0]
    assert seen[2].steady == seen[0].steady


def test_a_frame_without_change_costs_a_small_share_of_one_that_is_read(recognizer):
    from edgedigits_camera.profiles import LIVE
    from edgedigits_camera.reader import read_page
    from edgedigits_camera.scene import draw_scene

    image = draw_scene(3, size_px=(640, 480)).image
    look = Look(lambda image: read_page(image, recognizer, profile=LIVE), kind=Kind.LIVE)
    taken_s = {True: [], False: []}
    for index in range(60):
        begin_s = time.process_time()
        seen = look(Frame(image, 100 + index / 10, index))
        taken_s["read" in seen.stages_ms].append(time.process_time() - begin_s)
    read_s, unmoved_s = np.median(taken_s[True]), np.median(taken_s[False])
    assert len(taken_s[False]) > 40
    assert unmoved_s < read_s / 5
