"""What counts as false, missed and late when a film is told."""

import json
import sys

import numpy as np
import pytest

from benchmarks import steadiness
from benchmarks.referee import Tally, Told, judged
from benchmarks.steadiness import (
    FILMS,
    RATES,
    added,
    as_object,
    one_by_one,
    table,
    told_at,
    tracked,
    unchanged_ms,
)
from edgedigits.recognizer import Reading
from edgedigits_camera.live.seen import Event, EventKind
from edgedigits_camera.reader import Page
from edgedigits_camera.scene.filmed import Filmed, FilmedDigit
from edgedigits_camera.scoring import Mark

BOX, PLACE = (40, 30, 12, 20), (80, 30, 12, 20)
IMAGE = np.full((90, 120, 3), 200, np.uint8)


def filmed(index, *, hidden=0.0, rate=10, ignored=()):
    return Filmed(IMAGE, index / rate, (FilmedDigit(0, 4, BOX, hidden),), ignored)


def event(kind, digit=4, *, track=1, box=BOX, time_s=0.0):
    return Event(kind, track, digit, 0.9, box, "", time_s)


def count(events, *, frames=60, hidden=lambda _: 0.0, standing=(), ignored=()):
    """Tally of a film of ten frames a second; events by the number of their frame."""
    truth = [filmed(index, hidden=hidden(index), ignored=ignored) for index in range(frames)]
    told = [Told(tuple(events.get(index, ())), tuple(standing)) for index in range(frames)]
    return judged(truth, told, frames / 10)


def test_what_is_told_right_and_once_is_not_false():
    tally = count({2: [event(EventKind.APPEARED, time_s=0.2)]}, standing=[Mark(4, BOX)])
    assert (tally.digits, tally.missed, tally.false) == (1, 0, 0)
    assert tally.delays_s == [0.2]
    assert tally.as_object()["delay_ms"] == {"events": 1, "p50": 200, "p95": 200}
    assert tally.right == tally.sights == 45


def test_what_is_never_told_right_is_missed():
    assert count({}).missed == 1
    assert count({2: [event(EventKind.APPEARED, 7)]}).missed == 1


def test_what_is_in_sight_for_less_than_a_second_is_not_due():
    assert count({}, frames=9).digits == 0


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ({2: [event(EventKind.APPEARED, 7)]}, "misread"),
        ({2: [event(EventKind.APPEARED, box=PLACE)]}, "invented"),
        ({2: [event(EventKind.APPEARED)], 9: [event(EventKind.APPEARED, track=2)]}, "invented"),
        ({2: [event(EventKind.APPEARED)], 9: [event(EventKind.CHANGED, 9)]}, "changed"),
        ({2: [event(EventKind.APPEARED)], 20: [event(EventKind.GONE, time_s=2.0)]}, "dropped"),
    ],
)
def test_each_kind_of_false_event_is_counted_as_what_it_is(events, kind):
    tally = count(events)
    assert getattr(tally, kind) == tally.false == 1
    assert tally.as_object()["per_minute"][kind] == 10


def test_print_and_half_hidden_digits_count_neither_way():
    assert count({2: [event(EventKind.APPEARED, box=PLACE)]}, ignored=[PLACE]).false == 0
    half = (BOX[0], BOX[1] + 14, BOX[2], 6)
    assert count({2: [event(EventKind.APPEARED, box=half)]}, hidden=lambda _: 0.4).false == 0


def test_what_was_hidden_may_be_gone_and_appear_again():
    events = {
        2: [event(EventKind.APPEARED)],
        25: [event(EventKind.GONE, time_s=2.5)],
        35: [event(EventKind.APPEARED, track=2, time_s=3.5)],
    }
    assert count(events, hidden=lambda index: float(15 <= index < 30)).false == 0
    assert count(events).dropped == 1


def readings(*digits):
    return Page(tuple(Reading(digit, 0.9, box) for digit, box in zip(digits, (BOX, PLACE), strict=False)), ())


def test_frames_one_by_one_tell_each_flicker():
    pages = [readings(), readings(4), readings(9), readings(9, 1), readings()]
    told = list(one_by_one([filmed(index) for index in range(5)], pages))
    kinds = [[(event.kind.value, event.digit) for event in one.events] for one in told]
    assert kinds == [[], [("appeared", 4)], [("changed", 9)], [("appeared", 1)], [("gone", 9), ("gone", 1)]]
    assert told[3].standing == (Mark(9, BOX), Mark(1, PLACE))


def test_tracked_frames_do_not_and_those_without_change_are_not_read():
    frames, flicker = [filmed(index, rate=15) for index in range(60)], [readings(4), readings(4), readings()] * 20
    told = list(tracked(frames, flicker))
    assert [event.digit for one in told for event in one.events] == [4]
    assert 20 <= sum(one.read for one in told) < 30


def test_rates_are_counted_over_the_same_time():
    frames = [filmed(index, rate=60) for index in range(120)]
    for rate in RATES:
        tallies = told_at(rate, frames, [readings(4)] * 120)
        assert set(tallies) == {"tracked", "one by one"}
        assert {(tally.film_s, tally.frames) for tally in tallies.values()} == {(2.0, 2 * rate)}
        assert all(tally.false == tally.missed == 0 for tally in tallies.values())


def test_films_add_up():
    film = {
        str(rate): {name: Tally(film_s=30.0, changed=rate, digits=2) for name in ("tracked", "one by one")}
        for rate in RATES
    }
    found = as_object(added([film, film]))["30"]["tracked"]
    assert (found["film_s"], found["digits"], found["per_minute"]["changed"]) == (60, 4, 60)


def test_a_frame_without_change_is_timed():
    assert 0 < unchanged_ms((160, 120), frames=5) < 100


def test_a_film_is_measured_printed_and_written(monkeypatch, tmp_path, capsys):
    short = ["--only", "stand", "--pages", "1", "--page-s", "0.1", "--out", str(tmp_path / "s.json")]
    monkeypatch.setattr(sys, "argv", ["steadiness", *short])
    steadiness.main()
    saved = json.loads((tmp_path / "s.json").read_text())
    assert set(saved["films"]) == {"stand"}
    assert set(saved["frames_per_s"]) == {"15", "30", "60"}
    assert set(saved["unchanged_frame_ms"]) == {"640x480", "1280x720", "1920x1080"}
    assert "one by one" in capsys.readouterr().out


def test_the_table_has_a_row_for_each_rate_and_teller():
    assert len(table("stand", added([])).splitlines()) == 1 + 2 * len(RATES)
    assert "no digits" in FILMS
