"""Counts what is told of a film against what is in it; ``steadiness`` says what is counted."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits_camera.live.seen import Event, EventKind
from edgedigits_camera.scoring import Mark, compare, matches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgedigits_camera.scene.filmed import Filmed

EVENTS = ("invented", "misread", "changed", "dropped", "false")
# A digit counts as in sight when at most this share is hidden, as out of sight from the other share on.
IN_SIGHT, OUT_OF_SIGHT = 0.05, 0.5
# What was out of sight may be said to be gone this long after it is back: that was decided before.
LATE_S = 1.5
# In sight for less, a digit need not be told.
LEAST_SIGHT_S = 1.0


@dataclass(frozen=True, slots=True)
class Told:
    """What is told with a frame: what changed, all that stands, and whether the frame was read."""

    events: tuple[Event, ...]
    standing: tuple[Mark, ...]
    read: bool = True


@dataclass(slots=True)
class Tally:
    """Counts of films, which add up; see above.

    Attributes:
        film_s: how long they take.
        frames: how many frames they have.
        read: how many of these were read.
        digits: how many were in sight for long enough.
        sights: frames times digits in sight, after ``LATE_S`` of each.
        right: how many of these were told right.
        delays_s: from the first frame that shows a digit to the event.

    """

    film_s: float = 0.0
    frames: int = 0
    read: int = 0
    digits: int = 0
    missed: int = 0
    invented: int = 0
    misread: int = 0
    changed: int = 0
    dropped: int = 0
    sights: int = 0
    right: int = 0
    delays_s: list[float] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def false(self) -> int:
        """Events that should not have been."""
        return self.invented + self.misread + self.changed + self.dropped

    def as_object(self) -> dict[str, Any]:
        """Rates a minute and shares, for JSON."""
        minutes = max(self.film_s / 60, 1e-9)
        delays_ms = 1000 * np.array(self.delays_s or [0.0])
        return {
            "film_s": round(self.film_s, 1),
            "digits": self.digits,
            "missed": self.missed,
            "per_minute": {kind: round(getattr(self, kind) / minutes, 2) for kind in EVENTS},
            "told_share": round(self.right / max(self.sights, 1), 4),
            "delay_ms": {"events": len(self.delays_s)}
            | {f"p{share}": round(float(np.percentile(delays_ms, share))) for share in (50, 95)},
            "read_share": round(self.read / max(self.frames, 1), 3),
        }


@dataclass(slots=True)
class Known:
    """A digit of the page: when it was in sight, what was told of it.

    Attributes:
        digit: 0 to 9.
        first_s: when it was first in sight.
        since_s: since when it has been without a break; None while it is not.
        hidden_s: when it was last out of sight.
        track: what tells of it now.
        due: whether it was in sight for long enough.
        right: whether it was once told right.

    """

    digit: int
    first_s: float | None = None
    since_s: float | None = None
    hidden_s: float = -np.inf
    track: int | None = None
    due: bool = False
    right: bool = False

    def look(self, hidden: float, time_s: float) -> None:
        """Take in which share of it is hidden."""
        if hidden <= IN_SIGHT:
            self.since_s = time_s if self.since_s is None else self.since_s
            self.first_s = time_s if self.first_s is None else self.first_s
            self.due |= time_s - self.since_s >= LEAST_SIGHT_S
        else:
            self.since_s = None
        if hidden >= OUT_OF_SIGHT:
            self.hidden_s = time_s


class Referee:
    """Counts what is told of one film against what is there."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._known: dict[int, Known] = {}
        """Number of a digit of the page -> what is known of it."""

    def judge(self, filmed: Filmed, told: Told) -> None:
        """Take in a frame and what was told with it."""
        self.tally.frames += 1
        self.tally.read += told.read
        here = {digit.number: digit for digit in filmed.digits}
        for number, digit in here.items():
            self._known.setdefault(number, Known(digit.digit))
        for number, known in self._known.items():
            known.look(here[number].hidden if number in here else 1.0, filmed.time_s)
        for event in told.events:
            if event.kind is EventKind.GONE:
                self._count_gone(event)
            else:
                self._count_said(event, filmed)
        self._compare(filmed, told)

    def end(self, film_s: float) -> Tally:
        """Everything that was counted."""
        due = [known for known in self._known.values() if known.due]
        self.tally.film_s, self.tally.digits = film_s, len(due)
        self.tally.missed = sum(not known.right for known in due)
        return self.tally

    def _count_gone(self, event: Event) -> None:
        for known in self._known.values():
            if known.track == event.track:
                known.track = None
                self.tally.dropped += event.time_s - known.hidden_s > LATE_S

    def _count_said(self, event: Event, filmed: Filmed) -> None:
        known, appeared = self._meant(event, filmed), event.kind is EventKind.APPEARED
        self.tally.changed += not appeared
        if known is None or (appeared and known.track is not None):
            self.tally.invented += appeared and (known is not None or not _ignored(event, filmed))
            return
        known.track = event.track
        right = event.digit == known.digit
        self.tally.misread += appeared and not right
        if right and not known.right and known.first_s is not None:
            self.tally.delays_s.append(event.time_s - known.first_s)
        known.right |= right

    def _meant(self, event: Event, filmed: Filmed) -> Known | None:
        """Which digit of the page an event is about."""
        true = [Mark(digit.digit, digit.box_xywh_px) for digit in filmed.digits]
        found = list(matches(true, [Mark(event.digit, event.box_xywh_px)]))
        return self._known[filmed.digits[found[0]].number] if found else None

    def _compare(self, filmed: Filmed, told: Told) -> None:
        """Count the digits that have been in sight for a while, and those of them that are told right."""
        true = [Mark(digit.digit, digit.box_xywh_px) for digit in filmed.digits]
        for digit, right in zip(filmed.digits, compare(true, told.standing).right, strict=True):
            since_s = self._known[digit.number].since_s
            if since_s is not None and filmed.time_s - since_s >= LATE_S:
                self.tally.sights += 1
                self.tally.right += right


def _ignored(event: Event, filmed: Filmed) -> bool:
    """Whether an event is about what counts neither way: print, and what a hand or the border leaves of a digit."""
    doubtful = [digit.box_xywh_px for digit in filmed.digits if digit.hidden > IN_SIGHT]
    marks = [Mark(event.digit, event.box_xywh_px)]
    return not compare([], marks, ignored=[*filmed.ignored, *doubtful]).false


def judged(frames: Iterable[Filmed], told: Iterable[Told], film_s: float) -> Tally:
    """Count what is told of a film."""
    referee = Referee()
    for filmed, now in zip(frames, told, strict=True):
        referee.judge(filmed, now)
    return referee.end(film_s)
