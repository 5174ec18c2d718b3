"""The loop, with frames, reader and clock of the tests."""

import os
import signal
import threading

import numpy as np
import pytest

from edgedigits.errors import SourceError
from edgedigits.recognizer import Reading
from edgedigits_camera.live.frames import Frame, Kind, SourceState
from edgedigits_camera.live.look import Look
from edgedigits_camera.live.loop import Tally, run
from edgedigits_camera.live.signals import ENDING, Ending
from edgedigits_camera.reader import Page


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


class Collected:
    """A sink that keeps what it is shown, and has enough after a number of frames."""

    def __init__(self, enough=None):
        self.seen, self.states, self.enough = [], [], enough

    def show(self, seen):
        self.seen.append(seen)
        return len(self.seen) != self.enough

    def wait(self, state):
        self.states.append(state)
        return len(self.states) != self.enough


def frames_of(indices, clock, *, waiting_s=0.0):
    for index in indices:
        clock.now_s += waiting_s
        yield Frame(np.full((4, 6, 3), index, np.uint8), clock.now_s, index)


def reader_of(clock, *, takes_s=0.0):
    def read(image):
        clock.now_s += takes_s
        return Page((Reading(int(image[0, 0, 0]) % 10, 0.9, (1, 1, 2, 2)),), (str(image[0, 0, 0] % 10),))

    return read


def watch(items, read, sinks, *, clock=None, max_frames=None):
    """Run the loop over pictures that have nothing to do with each other, and return its summary."""
    clock = clock or Clock()
    tally = Tally(clock=clock)
    run(items, Look(read, kind=Kind.STILLS, clock=clock), sinks, tally=tally, max_frames=max_frames)
    return tally.summary()


def test_every_frame_is_read_and_shown_to_every_sink():
    clock, sinks = Clock(), [Collected(), Collected()]
    summary = watch(frames_of(range(5), clock), reader_of(clock), sinks, clock=clock)
    for sink in sinks:
        assert [seen.page.lines for seen in sink.seen] == [("0",), ("1",), ("2",), ("3",), ("4",)]
        assert [seen.frame.index for seen in sink.seen] == [0, 1, 2, 3, 4]
    assert (summary.frames, summary.lost, summary.unread) == (5, 0, 0)


def test_every_sink_is_told_that_the_source_sends_nothing():
    sinks, state = [Collected(), Collected()], SourceState("camera", 3.0, "unplugged")
    summary = watch([state, *frames_of(range(2), Clock()), state], reader_of(Clock()), sinks)
    for sink in sinks:
        assert sink.states == [state, state]
    assert summary.frames == 2


def test_a_sink_may_have_enough_while_the_source_sends_nothing():
    sinks, state = [Collected(enough=2), Collected()], SourceState("camera", 3.0, "unplugged")
    watch([state] * 5, reader_of(Clock()), sinks)
    assert [len(sink.states) for sink in sinks] == [2, 2]


def test_rate_and_duration_are_measured():
    clock = Clock()
    summary = watch(frames_of(range(40), clock, waiting_s=0.03), reader_of(clock, takes_s=0.01), [], clock=clock)
    assert summary.duration_s == pytest.approx(1.6)
    assert summary.read_p50_ms == pytest.approx(10)
    assert str(summary) == "40 frames, 25.0 a second, read in 10.0 ms at the median"


def test_a_run_that_saw_no_digit_says_so_and_one_without_a_frame_as_well():
    clock = Clock()

    def blank(image):
        return Page((), ())

    assert str(watch(frames_of(range(1), clock, waiting_s=0.1), blank, [], clock=clock)).startswith(
        "1 frame without a digit, "
    )
    assert str(watch(frames_of(range(2), clock, waiting_s=0.1), blank, [], clock=clock)).startswith(
        "2 frames without a digit, "
    )
    assert str(watch([], blank, [], clock=clock)) == "no frame came"


def test_gaps_in_the_numbers_are_counted_as_lost():
    clock = Clock()
    summary = watch(frames_of([3, 4, 7, 8, 12], clock), reader_of(clock), [], clock=clock)
    assert (summary.frames, summary.lost) == (5, 5)
    assert "5 dropped or broken" in str(summary)


def test_numbers_that_begin_anew_are_no_gap():
    clock = Clock()
    summary = watch(frames_of([3, 4, 6, 0, 1, 5], clock), reader_of(clock), [], clock=clock)
    assert (summary.frames, summary.lost) == (6, 4)


def test_frames_in_which_nothing_moved_are_counted_and_are_no_part_of_the_reading_time():
    clock, image = Clock(), np.zeros((4, 6, 3), np.uint8)
    frames = [Frame(image, clock(), index) for index in range(4)]
    summary = watch(frames, reader_of(clock, takes_s=0.01), [], clock=clock)
    assert (summary.frames, summary.unread, summary.read_p50_ms) == (4, 3, pytest.approx(10))
    assert "3 needed no reading" in str(summary)


def test_it_ends_after_the_wanted_number_and_takes_no_frame_more():
    clock = Clock()
    frames = frames_of(range(10), clock)
    assert watch(frames, reader_of(clock), [], max_frames=4, clock=clock).frames == 4
    assert next(frames).index == 4


def test_it_ends_when_one_sink_has_enough_and_the_others_have_seen_that_frame_too():
    clock, first, second = Clock(), Collected(enough=3), Collected()
    watch(frames_of(range(10), clock), reader_of(clock), [first, second], clock=clock)
    assert len(first.seen) == len(second.seen) == 3


def test_no_frames_are_no_error():
    summary = watch([], reader_of(Clock()), [Collected()])
    assert (summary.frames, summary.lost, summary.duration_s, summary.read_p50_ms) == (0, 0, 0.0, 0.0)


def test_what_the_source_raises_comes_through_and_what_was_done_is_counted():
    def unplugged():
        yield from frames_of(range(2), Clock())
        raise SourceError("camera was unplugged")

    sink, tally = Collected(), Tally()
    with pytest.raises(SourceError, match="unplugged"):
        run(unplugged(), Look(reader_of(Clock()), kind=Kind.STILLS), [sink], tally=tally)
    assert len(sink.seen) == tally.summary().frames == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_frame_in_work_end_first(number):
    clock, sink, before = Clock(), Collected(), signal.getsignal(number)

    def read(image):
        if image[0, 0, 0] == 2:
            os.kill(os.getpid(), number)
        return reader_of(clock)(image)

    with Ending() as ending:
        summary = watch(ending.until(frames_of(range(10), clock)), read, [sink])
    assert summary.frames == len(sink.seen) == 3
    assert signal.getsignal(number) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_wait_for_a_frame_at_once(number):
    clock = Clock()

    def frames():
        yield from frames_of(range(3), clock)
        os.kill(os.getpid(), number)
        pytest.fail("the wait went on")

    with Ending() as ending:
        assert watch(ending.until(frames()), reader_of(clock), []).frames == 3


def test_a_second_signal_does_not_wait_for_a_reader_that_hangs():
    def read(image):
        if image[0, 0, 0] == 1:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
            pytest.fail("the reader went on")
        return reader_of(Clock())(image)

    with Ending() as ending:
        assert watch(ending.until(frames_of(range(3), Clock())), read, []).frames == 1


def test_two_signals_at_once_end_the_wait_for_a_frame_like_one():
    def frames():
        yield from frames_of(range(3), Clock())
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        try:
            for number in ENDING:  # of this thread, or another one would take them
                signal.pthread_kill(threading.get_ident(), number)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        pytest.fail("the wait went on")

    with Ending() as ending:
        assert watch(ending.until(frames()), reader_of(Clock()), []).frames == 3


def test_what_is_closed_after_the_loop_is_not_interrupted():
    def frames():
        yield from frames_of(range(2), Clock())
        os.kill(os.getpid(), signal.SIGINT)

    with Ending() as ending:
        assert watch(ending.until(frames()), reader_of(Clock()), []).frames == 2
        os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) == signal.SIG_DFL


def test_a_signal_before_the_loop_is_raised():
    with Ending(), pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)


def test_handlers_are_handed_back_when_a_sink_ends_the_loop():
    before = signal.getsignal(signal.SIGINT)
    with Ending() as ending:
        watch(ending.until(frames_of(range(3), Clock())), reader_of(Clock()), [Collected(enough=1)])
    assert signal.getsignal(signal.SIGINT) == before


def test_what_is_the_last_of_a_process_ignores_signals_once_one_came():
    before = signal.getsignal(signal.SIGINT)
    for count, after in ((0, before), (1, signal.SIG_IGN)):
        with Ending(last=True) as ending:
            for number in ending.until(range(3)):
                if number < count:
                    os.kill(os.getpid(), signal.SIGINT)
        assert signal.signal(signal.SIGINT, before) == after
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
