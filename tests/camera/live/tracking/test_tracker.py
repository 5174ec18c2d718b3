"""Each digit is said once, at any frame rate."""

import numpy as np
import pytest

from edgedigits.recognizer import Reading
from edgedigits_camera.live.frames import Frame
from edgedigits_camera.live.seen import EventKind, Steady
from edgedigits_camera.live.tracking import Tracker
from edgedigits_camera.reader import Page

NOTHING = Page((), ())


def without(digits, *gone):
    return {digit: box for digit, box in digits.items() if digit not in gone}


def every(period_s, share, now, otherwise):
    """Show one page for a share of every period, another one else."""
    return lambda time_s: now if time_s % period_s < share * period_s else otherwise


def test_each_digit_that_is_there_to_stay_is_said_once_in_reading_order(watching, page):
    watching.show(page(), 3)
    assert watching.told == [("appeared", 3), ("appeared", 7), ("appeared", 5)]
    assert [event.line for event in watching.events] == ["37", "37", "5"]
    assert watching.steady.lines == ("37", "5")
    assert [(digit.digit, digit.line) for digit in watching.steady.digits] == [(3, 0), (7, 0), (5, 1)]


def test_it_is_said_within_150_ms_of_showing_and_gone_within_a_second_and_a_quarter(watching, page):
    watching.show(NOTHING, 1)
    shown_s = (watching.index + 1) / watching.rate
    watching.show(page(), 2)
    hidden_s = (watching.index + 1) / watching.rate
    watching.show(NOTHING, 2)
    appeared, gone = watching.events[:3], watching.events[3:]
    assert all(0.05 < event.time_s - shown_s <= 0.15 for event in appeared)
    assert [event.kind for event in gone] == [EventKind.GONE] * 3
    assert all(0.7 < event.time_s - hidden_s <= 1.25 for event in gone)
    assert watching.steady == Steady()


def test_rates_differ_by_a_frame_at_most(page, watch):
    times_s = {}
    for rate in (15, 30, 60):
        watching = watch(rate).show(NOTHING, 1).show(page(), 2).show(NOTHING, 2)
        times_s[rate] = np.array(
            [event.time_s - 1 / rate for event in watching.events]
        )  # from the first frame that shows it
    assert times_s[15] == pytest.approx(times_s[60], abs=1 / 15 + 1e-9)
    assert times_s[30] == pytest.approx(times_s[60], abs=1 / 30 + 1e-9)


def test_what_is_missed_now_and_then_stays(watching, page, digits):
    watching.show(page(), 1)
    watching.show(every(0.4, 0.5, page(), page(without(digits, 7))), 5)
    watching.show(every(1.0, 0.4, page(), page(without(digits, 3))), 5)
    assert watching.told == [("appeared", 3), ("appeared", 7), ("appeared", 5)]
    assert watching.steady.lines == ("37", "5")


def test_what_flashes_up_is_not_said(watching, page, digits):
    watching.show(every(1.0, 0.03, page({**digits, 8: (150, 30, 20, 30)}), page()), 5)
    assert 8 not in [digit for _, digit in watching.told]


def test_two_names_in_turns_are_one_digit(watching, page, digits, reading):
    four = page(without(digits, 7)).readings
    names = [Page((*four, reading(digit, digits[7], other=other, share=0.4)), ()) for digit, other in ((4, 9), (9, 4))]
    watching.show(every(1.0, 0.5, *names), 4)
    assert len(watching.told) == 3
    assert {kind for kind, _ in watching.told} == {"appeared"}


def test_what_is_clearly_another_digit_is_said_to_have_changed_once(watching, page, digits):
    other = {**without(digits, 7), 2: digits[7]}
    changed_s = (watching.show(page(), 2).index + 1) / watching.rate
    watching.show(page(other), 3)
    (event,) = watching.events[3:]
    assert (event.kind, event.digit, event.before, event.line) == (EventKind.CHANGED, 2, 7, "32")
    assert event.track == watching.events[1].track
    assert event.time_s - changed_s < 1.5
    assert watching.steady.lines == ("32", "5")


def test_a_misreading_of_half_a_second_changes_nothing(watching, page, digits):
    other = page({**without(digits, 7), 2: digits[7]})
    watching.show(page(), 2).show(other, 0.5).show(page(), 2)
    assert len(watching.told) == 3


def test_what_goes_leaves_the_rest_of_its_line(watching, page, digits):
    watching.show(page(), 1).show(page(without(digits, 7)), 2).show(page(without(digits, 7, 3)), 2)
    assert [(e.kind.value, e.digit, e.line) for e in watching.events[3:]] == [("gone", 7, "3"), ("gone", 3, "")]


def test_a_page_is_followed_while_it_is_carried(watch, drawn, digits, page):
    watching, by = watch(30), np.array([[1.0, 0, 0], [0, 1, 0]])
    watching.show(page(), 1)
    for _ in range(40):
        by[:, 2] += (2.5, -1.0)
        there = {digit: (round(x + by[0, 2]), round(y + by[1, 2]), w, h) for digit, (x, y, w, h) in digits.items()}
        # The 7 is read in every fourth frame only.
        seen = there if watching.index % 4 == 0 else without(there, 7)
        watching.show(page(seen), 1 / 30, image=drawn(by=by))
    assert watching.told == [("appeared", 3), ("appeared", 7), ("appeared", 5)]
    assert watching.steady.digits[1].box_xywh_px == pytest.approx((190, 41, 16, 29), abs=4)


def test_a_page_that_jumps_farther_than_can_be_followed_is_known_by_its_digits(watching, page, digits):
    watching.show(page(), 1)
    watching.show(page({digit: (x + 50, y + 20, w, h) for digit, (x, y, w, h) in digits.items()}), 2)
    assert watching.told == [("appeared", 3), ("appeared", 7), ("appeared", 5)]
    assert [digit.box_xywh_px[0] - digits[digit.digit][0] for digit in watching.steady.digits] == [50, 50, 50]


def test_what_leaves_the_picture_is_gone_at_once(watch, drawn, digits, page):
    watching = watch(30).show(page(), 1)
    for step in range(1, 11):
        shift = np.array([[1.0, 0, 12.0 * step], [0, 1, 0]])
        there = {digit: (x + 12 * step, y, w, h) for digit, (x, y, w, h) in digits.items() if x + 12 * step < 302}
        watching.show(page(there), 1 / 30, image=drawn(by=shift))
    assert watching.told[3:] == [("gone", 5)]


def test_a_second_box_over_a_digit_is_not_said(watching, page, digits):
    x, y, w, h = digits[7]
    two = Page((*page().readings, *page({1: (x, y - 8, w, h + 16)}).readings), ())
    watching.show(page(), 1).show(two, 2)
    assert len(watching.told) == 3


def test_readings_without_a_digit_or_a_box_are_left_out(watching, page):
    watching.show(Page((*page().readings, Reading(None, 0.9, (150, 30, 20, 30)), Reading(4, 0.9)), ()), 1)
    assert [digit for _, digit in watching.told] == [3, 7, 5]


def test_readings_without_probabilities_count_as_sure(watching):
    watching.show(Page((Reading(4, 0.9, (150, 30, 20, 30)),), ()), 1)
    (digit,) = watching.steady.digits
    assert digit.probabilities.index(max(digit.probabilities)) == 4


def test_one_look_is_none_even_at_a_frame_a_second(watch, page):
    assert watch(1).show(NOTHING, 3).show(page(), 1).told == []
    assert watch(1).show(NOTHING, 3).show(page(), 2).told != []


class Rested:
    """A tracker that is shown noisy pictures, and read for where it wants that, or always."""

    def __init__(self, noisy, *, always):
        self.tracker, self.noisy, self.always = Tracker(), noisy, always
        self.index, self.reads, self.events, self.steady = 0, 0, [], None

    def show(self, image, page, seconds):
        for _ in range(round(seconds * 30)):
            self.index += 1
            frame = Frame(self.noisy(image, self.index), self.index / 30, self.index)
            read = self.tracker.wants(frame) or self.always
            self.reads += read
            self.steady, events = self.tracker.update(frame, page if read else None)
            self.events += events
        return self


def test_a_page_that_lies_still_is_not_read_and_told_as_before(drawn, noisy, page):
    resting = Rested(noisy, always=False).show(drawn(), page(), 3)
    reads = resting.reads
    assert reads <= 26
    resting.show(drawn(), NOTHING, 2)
    assert resting.reads == reads
    assert resting.steady.lines == ("37", "5")


def test_after_a_rest_all_is_said_as_soon_as_without(drawn, noisy, page, digits):
    shown = [(drawn(), page(), 5), (drawn(without(digits, 7)), page(without(digits, 7)), 5), (drawn(), page(), 3)]
    told, times_s = [], []
    for always in (False, True):
        watched = Rested(noisy, always=always)
        for image, now, seconds in shown:
            watched.show(image, now, seconds)
        told.append([(event.kind, event.digit) for event in watched.events])
        times_s.append([event.time_s for event in watched.events])
    assert told[0] == told[1]
    assert times_s[0] == pytest.approx(times_s[1], abs=1 / 30 + 1e-9)
    assert len(told[0]) == 5


@pytest.mark.parametrize(("rate", "share"), [(15, 1), (30, 1 / 2), (60, 1 / 3)])
def test_what_moves_is_looked_at_fifteen_to_twenty_times_a_second(rate, share, page):
    tracker, reads = Tracker(), 0
    for index in range(2 * rate):
        image = np.random.default_rng(index).integers(0, 256, (240, 320, 3), np.uint8)
        frame = Frame(image, index / rate, index)
        reads += (read := tracker.wants(frame))
        tracker.update(frame, page() if read else None)
    assert reads == pytest.approx(2 * rate * share, abs=3)  # more often until what is there is said


@pytest.mark.parametrize(("rate", "share"), [(15, 1), (30, 1), (60, 1 / 2)])
def test_what_is_not_said_yet_is_looked_at_thirty_times_a_second(rate, share, page):
    tracker, reads = Tracker(), 0
    for index in range(rate // 5):
        image = np.random.default_rng(index).integers(0, 256, (240, 320, 3), np.uint8)
        frame = Frame(image, index / rate, index)
        reads += (read := tracker.wants(frame))
        tracker.update(frame, page(confidence=0.6) if read else None)
    assert reads == pytest.approx(rate / 5 * share, abs=1)


def test_boxes_follow_a_page_in_the_frames_that_are_not_read(watch, drawn, page, digits):
    watching = watch(30).show(page(), 1)
    tracker, x = watching.tracker, digits[7][0]
    for step in range(1, 7):
        shift = np.array([[1.0, 0, 3.0 * step], [0, 1, 0]])
        watching.index += 1
        frame = Frame(drawn(by=shift), watching.index / 30, watching.index)
        tracker.wants(frame)
        steady, _ = tracker.update(frame, None)
    assert steady.digits[1].box_xywh_px[0] == pytest.approx(x + 18, abs=1)


def test_what_changes_is_read_also_after_the_clock_was_turned_back(page):
    tracker = Tracker()
    for index, time_s in enumerate((100.0, 100.1, 5.0, 5.1)):
        image = np.random.default_rng(index).integers(0, 256, (240, 320, 3), np.uint8)
        frame = Frame(image, time_s, index)
        assert tracker.wants(frame)
        tracker.update(frame, page())


def test_a_source_that_pauses_or_turns_back_its_clock_drops_nothing(drawn, page):
    tracker = Tracker()
    told = []
    for index, time_s in enumerate([*np.arange(30) / 30, 3600.0, 3600.03, 10.0, 10.03]):
        frame = Frame(drawn(), float(time_s), index)
        tracker.wants(frame)
        told += tracker.update(frame, page())[1]
    assert len(told) == 3


def test_no_number_of_a_track_is_used_twice(watching, page):
    for _ in range(3):
        watching.show(page(), 1).show(NOTHING, 2)
    numbers = [event.track for event in watching.events if event.kind is EventKind.APPEARED]
    assert len(numbers) == len(set(numbers)) == 9
