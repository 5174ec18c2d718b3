"""A camera that goes in every way that there is, and comes back."""

import os
import threading
import time
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from edgedigits.errors import SourceError
from edgedigits_camera.live.frames import SourceState
from edgedigits_camera.live.returning import MOST_HANGING, TICK_S, Backoff, Returning

pytestmark = pytest.mark.slow

SOON = Backoff(first_s=0.01, longest_s=0.04, steady_s=60.0)
LIMIT_S = 60.0


@pytest.fixture
def hasty(hasty):
    return replace(hasty, open_s=5.0, stall_s=0.6, same_s=0.2, pause_s=0.001)


class Fake:
    """A camera that sends three frames and then fails in its way; it holds a file while it is open."""

    held = 0

    def __init__(self, way, number=0):
        self.title, self.period_s, self.way, self.number = f"camera {number}", 0.0, way, number
        self.left, self.let_go = 3, threading.Event()
        self.file = os.open(os.devnull, os.O_RDONLY)
        type(self).held += 1

    def read(self):
        time.sleep(0.001)
        if self.left > 0:
            self.left -= 1
            return np.full((4, 6, 3), 10 * min(self.number, 20) + self.left, np.uint8)
        return WAYS[self.way](self)

    def release(self):
        os.close(self.file)
        type(self).held -= 1


def raises(_fake):
    raise RuntimeError("VIDIOC_DQBUF: No such device")


def breaks_off(_fake):
    raise SourceError("the stream broke off")


def stalls(fake):
    fake.let_go.wait(1.5)


WAYS = {
    "is pulled out": lambda _fake: None,
    "stalls": stalls,
    "is stuck": lambda _fake: np.full((4, 6, 3), 255, np.uint8),
    "breaks off": breaks_off,
    "has a driver that fails": raises,
    "sends what is no picture": lambda _fake: np.zeros((4, 4), np.uint8),
}


def until(source, wanted):
    """Go through what a source yields until something is wanted; return it and the states before it."""
    states, end_s = [], time.monotonic() + LIMIT_S
    for item in source:
        if wanted(item):
            return item, states
        if isinstance(item, SourceState):
            states.append(item)
        assert time.monotonic() < end_s
    return pytest.fail("it ended")


def is_of(number, item):
    """Whether an item is a frame of the camera that was opened as this one."""
    return not isinstance(item, SourceState) and item.image[0, 0, 0] // 10 == number


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("way", WAYS)
def test_a_camera_that_goes_comes_back_ten_times_and_leaves_nothing_behind(way, hasty):
    numbers, begin = count(), threading.active_count()
    files = open_files()
    indices = []
    with Returning(lambda: Fake(way, next(numbers)), title="camera", patience=hasty, backoff=SOON) as source:
        items = iter(source)
        for number in range(11):
            frame, states = until(items, partial(is_of, number))
            indices.append(frame.index)
            assert not number or [state for state in states if state.waiting_s is not None]
    until_s = time.monotonic() + 5
    while threading.active_count() > begin and time.monotonic() < until_s:
        time.sleep(0.01)
    assert indices == sorted(set(indices))
    assert threading.active_count() == begin
    assert open_files() == files
    assert Fake.held == 0


def test_while_it_is_away_the_state_is_told_with_reason_and_time(hasty):
    away = threading.Event()

    def open_device():
        if away.is_set():
            raise SourceError("camera /dev/video0 cannot be opened: there is no such device")
        away.set()
        return Fake("is pulled out")

    with Returning(open_device, title="camera /dev/video0", patience=hasty, backoff=SOON) as source:
        items, begin_s, states = iter(source), time.monotonic(), []
        until(items, lambda item: isinstance(item, SourceState) and "no such device" in item.reason)
        while time.monotonic() - begin_s < 3 * TICK_S:
            states.append(next(items))
        away.clear()
        _, more = until(items, lambda item: not isinstance(item, SourceState))
    waited_s = [state.waiting_s for state in (*states, *more)]
    assert waited_s == sorted(waited_s)
    assert str(states[0]).startswith("waiting for camera /dev/video0, ")
    assert {state.reason for state in states} == {"camera /dev/video0 cannot be opened: there is no such device"}


def test_it_is_told_at_least_twice_a_second_that_nothing_comes(hasty):
    with Returning(lambda: Fake("stalls"), title="camera", patience=hasty, backoff=Backoff(first_s=5.0)) as source:
        items, times_s = iter(source), []
        until(items, lambda item: isinstance(item, SourceState) and item.waiting_s)
        for _ in range(4):
            next(items)
            times_s.append(time.monotonic())
    assert max(np.diff(times_s)) < 0.5


def test_what_is_not_waited_for_ends_at_once(hasty):
    with (
        Returning(lambda: Fake("breaks off"), title="camera", patience=hasty, backoff=None) as source,
        pytest.raises(SourceError, match="the stream broke off"),
    ):
        until(source, lambda _item: False)


def test_what_fails_at_first_is_a_mistake_and_not_waited_for(hasty):
    def refuse():
        raise SourceError("no such camera")

    with (
        pytest.raises(SourceError, match="no such camera"),
        Returning(refuse, title="camera", patience=hasty, backoff=SOON),
    ):
        pass


def test_one_that_opens_and_never_sends_a_frame_is_not_waited_for(hasty):
    device = Fake("breaks off")
    device.left = 0
    with (
        Returning(lambda: device, title="camera", patience=hasty, backoff=SOON) as source,
        pytest.raises(SourceError, match="broke off"),
    ):
        until(source, lambda _item: False)


def test_each_wait_is_twice_as_long_as_the_one_before_up_to_the_longest():
    backoff = Backoff()
    assert [backoff.after(failures) for failures in range(1, 8)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert backoff.after(10**6) == 10.0


def test_a_picture_that_just_stands_still_is_opened_again_less_and_less_often(hasty):
    opened = []

    def open_device():
        device = Fake("is stuck")
        device.left = 0
        opened.append(time.monotonic())
        return device

    patience = replace(hasty, same_s=0.05)
    with Returning(open_device, title="camera", patience=patience, backoff=SOON) as source:
        until(iter(source), lambda _item: len(opened) == 5)
    gaps_s = np.diff(opened)
    assert gaps_s[3] > 2 * gaps_s[1]


def test_drivers_that_hang_for_ever_are_not_gathered(hasty):
    let_go = threading.Event()
    opened = []

    class Hanging(Fake):
        def read(self):
            return super().read() if self.left else let_go.wait() and None

    def open_device():
        opened.append(Hanging("stalls"))
        return opened[-1]

    with Returning(open_device, title="camera", patience=hasty, backoff=SOON) as source:
        items, end_s = iter(source), time.monotonic() + 5
        while time.monotonic() < end_s:
            next(items)
        assert len(opened) == MOST_HANGING + 1
        let_go.set()
        until(items, lambda item: not isinstance(item, SourceState))


def test_leaving_while_it_is_away_takes_no_time(hasty):
    with Returning(lambda: Fake("breaks off"), title="camera", patience=hasty, backoff=Backoff(30.0, 30.0)) as source:
        until(source, lambda item: isinstance(item, SourceState) and item.waiting_s)
        begin_s = time.monotonic()
    assert time.monotonic() - begin_s < 2
