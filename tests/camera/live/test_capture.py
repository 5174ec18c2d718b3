"""Devices that work, hang, break and vanish."""

import threading
import time
from dataclasses import replace
from itertools import chain, repeat

import numpy as np
import pytest

from edgedigits.errors import SourceError
from edgedigits_camera.live.capture import Captured, StuckError
from edgedigits_camera.live.stream import Sent

BROKEN = {
    "nothing": None,
    "no pixels": np.zeros((0, 0, 3), np.uint8),
    "grey": np.zeros((4, 4), np.uint8),
    "four channels": np.zeros((4, 4, 4), np.uint8),
    "floats": np.zeros((4, 4, 3), np.float32),
    "no array": "image",
}


def image(level):
    return np.full((4, 6, 3), level, np.uint8)


class Script:
    """A device that answers what it was told, then hangs until it is let go."""

    def __init__(self, answers=(), *, period_s=0.0, title="script"):
        self.title, self.period_s = title, period_s
        self.answers = iter(answers)
        self.exhausted, self.let_go, self.released = threading.Event(), threading.Event(), threading.Event()

    def read(self):
        for answer in self.answers:
            if isinstance(answer, Exception):
                raise answer
            return answer
        self.exhausted.set()
        self.let_go.wait()
        return None

    def release(self):
        self.released.set()


class Slow(Script):
    """A device that takes a moment for each frame."""

    def read(self):
        time.sleep(0.002)
        return super().read()


def captured(device, patience, *, live):
    return Captured(lambda: device, title="not open yet", live=live, patience=patience)


def test_a_clip_delivers_every_frame_in_order_and_ends(hasty):
    device = Script(chain(map(image, range(50)), [None]))
    with captured(device, hasty, live=False) as source:
        frames = list(source)
    assert [frame.image[0, 0, 0] for frame in frames] == [frame.index for frame in frames] == list(range(50))
    assert device.released.is_set()


def test_a_live_device_delivers_the_newest_frame_and_the_gap_tells_how_many_were_dropped(hasty):
    device = Script(map(image, range(50)))
    with captured(device, hasty, live=True) as source:
        device.exhausted.wait()
        frame = next(iter(source))
        device.let_go.set()
    assert (frame.index, frame.image[0, 0, 0]) == (49, 49)


def test_times_of_a_live_device_are_those_of_arrival(hasty):
    device, begin_s = Script([image(1)]), time.monotonic()
    with captured(device, hasty, live=True) as source:
        frame = next(iter(source))
        device.let_go.set()
    assert begin_s <= frame.time_s <= time.monotonic()


def test_times_of_a_clip_are_its_own_however_fast_it_is_read(hasty):
    with captured(Script([image(1), image(2), image(3), None], period_s=7.0), hasty, live=False) as source:
        first, second, third = (frame.time_s for frame in source)
    assert (second - first, third - second) == pytest.approx((7.0, 7.0))


def test_a_picture_that_came_as_jpeg_keeps_its_bytes_and_its_time(hasty):
    device = Script([image(1)])
    device.sent = Sent(b"jpeg", 123.0, 5)
    with captured(device, hasty, live=True) as source:
        frame = next(iter(source))
        device.let_go.set()
    assert (frame.jpeg, frame.time_s, frame.index) == (b"jpeg", 123.0, 0)


def test_the_title_is_the_one_that_the_open_device_gives(hasty):
    with captured(Script([image(1), None], title="camera, 320x180"), hasty, live=False) as source:
        assert source.title == "camera, 320x180"


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_few_broken_frames_are_skipped(broken, hasty):
    device = Script([*[broken] * (hasty.broken - 1), image(7), *[broken] * (hasty.broken - 1), image(8)])
    seen = []
    with captured(device, hasty, live=True) as source:
        for frame in source:
            seen.append(int(frame.image[0, 0, 0]))
            if seen[-1] == 8:
                device.let_go.set()
                break
    assert seen[-1] == 8


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_many_broken_frames_in_a_row_end_it_with_one_line(broken, hasty):
    with (
        captured(Script(chain([image(7)], repeat(broken))), hasty, live=True) as source,
        pytest.raises(SourceError, match=f"script sent {hasty.broken} broken frames in a row"),
    ):
        list(source)


def test_the_last_good_frame_is_delivered_before_the_error(hasty):
    device = Script(chain([image(7)], repeat(None)))
    with captured(device, hasty, live=True) as source:
        device.released.wait()
        frames = iter(source)
        assert next(frames).index == 0
        with pytest.raises(SourceError, match="unplugged"):
            next(frames)


def test_a_read_that_hangs_ends_with_one_line(hasty):
    device = Script([image(7)])
    with captured(device, replace(hasty, stall_s=0.2), live=True) as source:
        device.exhausted.wait()
        frames = iter(source)
        next(frames)
        with pytest.raises(SourceError, match=r"sent nothing for 0\.2 s"):
            next(frames)
        device.let_go.set()
    assert device.released.is_set()


def test_leaving_a_device_that_hangs_for_ever_does_not_hang(hasty):
    device = Script()
    source = Captured(lambda: device, title="", live=True, patience=type(hasty)(release_s=0.01))
    with source:
        device.exhausted.wait()
    assert not device.released.is_set()
    device.let_go.set()


def test_a_device_that_does_not_open_in_time_ends_with_one_line(hasty):
    opened = threading.Event()
    source = Captured(
        lambda: opened.wait() and Script(), title="camera 0", live=True, patience=type(hasty)(open_s=0.05)
    )
    with pytest.raises(SourceError, match=r"camera 0 did not open within 0\.05 s"), source:
        pass
    opened.set()


def test_a_device_that_opens_too_late_is_released(hasty):
    device, opened = Script([image(1)]), threading.Event()
    source = Captured(lambda: opened.wait() and device, title="", live=True, patience=type(hasty)(open_s=0.05))
    with pytest.raises(SourceError), source:
        pass
    opened.set()
    assert device.released.wait(5)


def test_what_goes_wrong_at_opening_is_told_at_entering(hasty):
    def fail():
        raise SourceError("no such camera")

    with pytest.raises(SourceError, match="no such camera"), Captured(fail, title="", live=True, patience=hasty):
        pass


def test_whatever_a_driver_raises_becomes_one_line_and_the_device_is_released(hasty):
    device = Script([image(1), RuntimeError("ioctl\nfailed")])
    with captured(device, hasty, live=False) as source, pytest.raises(SourceError, match="script failed: ioctl failed"):
        list(source)
    assert device.released.is_set()


def test_a_clip_without_a_frame_is_an_error(hasty):
    with captured(Script([None]), hasty, live=False) as source, pytest.raises(SourceError, match="no frame"):
        list(source)


def test_a_clip_in_real_time_takes_its_time(hasty):
    device = Script([image(1), image(2), image(3), None], period_s=0.02)
    with Captured(lambda: device, title="", live=False, realtime=True, patience=hasty) as source:
        frames = list(source)
    assert frames[-1].time_s - frames[0].time_s >= 0.02 * (frames[-1].index - frames[0].index) - 0.002


def test_a_clip_in_real_time_leaves_out_what_the_reader_is_too_slow_for(hasty):
    device = Script([*map(image, range(20)), None], period_s=0.005)
    with Captured(lambda: device, title="", live=False, realtime=True, patience=hasty) as source:
        frames = iter(source)
        next(frames)
        assert device.released.wait(5)
        assert [frame.index for frame in frames] == [19]


def test_a_frame_is_waited_for_no_longer_than_one_wants(hasty):
    device = Script()
    with captured(device, hasty, live=True) as source:
        begin_s = time.monotonic()
        assert source.take(0.05) is None
        assert time.monotonic() - begin_s < hasty.stall_s
        device.let_go.set()


def test_one_and_the_same_frame_again_and_again_ends_it(hasty):
    patience = replace(hasty, same_s=0.05)
    stuck = chain([image(1), image(2)], repeat(image(2)))
    with captured(Slow(stuck), patience, live=True) as source, pytest.raises(StuckError, match=r"for 0\.05 s"):
        list(source)
    assert source.varied


def test_frames_that_differ_in_one_pixel_are_not_the_same(hasty):
    other = image(1)
    other[3, 5, 2] += 1
    with captured(Slow(chain([image(1), other] * 100, [None])), replace(hasty, same_s=0.05), live=False) as source:
        assert len(list(source)) == 200
    device = Slow(chain([image(1), other] * 50, repeat(None)))
    with captured(device, replace(hasty, same_s=0.05), live=True) as source, pytest.raises(SourceError, match="broken"):
        list(source)


def test_a_clip_may_show_the_same_for_as_long_as_it_likes(hasty):
    with captured(Slow([image(1)] * 50 + [None]), replace(hasty, same_s=0.01), live=False) as source:
        assert len(list(source)) == 50


def test_leaving_before_the_end_releases_the_device(hasty):
    device = Script(repeat(image(1)))
    with captured(device, hasty, live=False) as source:
        next(iter(source))
    assert device.released.is_set()
