"""One place on the page where a digit may be: what was seen of it over time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from edgedigits_camera.live.seen import Event, Tracked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits.recognizer import Reading
    from edgedigits_camera.live.seen import Box, EventKind
    from edgedigits_camera.live.tracking.glance import Glance

# Looks count by how long and how sure they are, this long to the full: what is clear is said after 90 ms of looking,
# what is more likely than not after a second at most, and after a second without a sight it is gone.
SEEING_S = 0.25
THERE, GONE = 0.3, 0.02
# A look counts in full from this score on. What moves is blurred, and below it one of five is named wrong at first:
# there doubt counts to the fifth power. What lies still looks the same at every look: waiting tells little more.
CLEAR, DOUBT_POWER = 0.88, 5
LEAST_SURE, LEAST_SURE_STILL = 0.1, 0.3
# One sighting is none, however long the step to the next frame.
LEAST_SIGHTINGS = 2
# Time without a reading counts as this share of it where the ink still stands: it is gone after ten seconds, not one.
OVERLOOKED = 0.1
# Names are a mean over this time. Ten times a tremor's period: its blur and turns average out.
NAMING_S = 1.0
# By how much of the probability another name must lead: half of it would be sure and late, none would flicker.
LEAD = 0.3


@dataclass(slots=True, eq=False)
class Track:
    """A digit, or what looks like one.

    Attributes:
        number: none is used twice.
        since_s: time of the frame in which it was first seen.
        box: (4,) x, y, width and height in pixels of the last frame that was read, fractions kept.
        presence: how established it is, 0..1: grows with every look that finds it, fades with every other.
        probabilities: (10,) mean over time, where it was seen.
        confidence: mean over time, where it was seen.
        weight_s: over how much time these are means.
        sightings: how often it was seen.
        seen: whether the last look found it.
        said: what was reported of it; None before it is there to stay.
        ink: (h, w) uint8, what it looked like when it was last read.

    """

    number: int
    since_s: float
    box: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))
    presence: float = 0.0
    probabilities: NDArray[np.float64] = field(default_factory=lambda: np.full(10, 0.1))
    confidence: float = 0.0
    weight_s: float = 0.0
    sightings: int = 0
    seen: bool = False
    said: int | None = None
    ink: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 0), np.uint8))

    def see(self, reading: Reading, step_s: float, glance: Glance, *, still: bool) -> None:
        """Take in that it was read in a frame, ``step_s`` after the frame before, and whether the page lies still."""
        self.box = np.array(reading.box_xywh_px, np.float64)
        self.ink = glance.ink(self.box)
        sure_s = _sure(reading.confidence, still=still) * step_s
        self._fade(sure_s, towards=1.0)
        self.sightings += 1
        self.seen = True
        share = sure_s / (min(self.weight_s, NAMING_S) + sure_s)
        self.weight_s += sure_s
        self.probabilities += share * (_probabilities(reading) - self.probabilities)
        self.confidence += share * (reading.confidence - self.confidence)

    def miss(self, step_s: float, glance: Glance) -> None:
        """Take in that it was not read in a frame, ``step_s`` after the frame before.

        Where what was said looks as it did, that is more likely the reader's fault.
        """
        self.seen = False
        stands = self.said is not None and glance.has(self.ink, self.box)
        self._fade(step_s * (OVERLOOKED if stands else 1.0), towards=0.0)

    def _fade(self, step_s: float, *, towards: float) -> None:
        self.presence += (1 - float(np.exp(-step_s / SEEING_S))) * (towards - self.presence)

    @property
    def name(self) -> int:
        """The digit that it is by what was seen."""
        likeliest = int(np.argmax(self.probabilities))
        if self.said is None or self.probabilities[likeliest] - self.probabilities[self.said] >= LEAD:
            return likeliest
        return self.said

    @property
    def stays(self) -> bool:
        """Whether it is there to stay."""
        return self.presence >= THERE and self.sightings >= LEAST_SIGHTINGS

    @property
    def undecided(self) -> bool:
        """Whether the next look may be the one that says it."""
        return self.seen and self.said is None

    @property
    def gone(self) -> bool:
        """Whether next to nothing is left of it."""
        return not self.seen and self.presence < GONE

    def inside(self, size_px: tuple[int, ...]) -> bool:
        """Whether more than a quarter of it is in a frame of (width, height)."""
        low, high = self.box[:2] + self.box[2:] / 4, self.box[:2] + 3 * self.box[2:] / 4
        return bool((high >= 0).all() and (low < size_px).all())

    def tracked(self, box: Box, line: int) -> Tracked:
        """It as others see it."""
        probabilities = tuple(self.probabilities.tolist())
        return Tracked(self.number, self._digit, self.confidence, box, probabilities, line, self.since_s)

    def event(self, kind: EventKind, line: str, time_s: float, before: int | None) -> Event:
        """What happened to it."""
        x, y, w, h = self.box.round().astype(int).tolist()
        return Event(kind, self.number, self._digit, self.confidence, (x, y, w, h), line, time_s, before)

    @property
    def _digit(self) -> int:
        return self.name if self.said is None else self.said


def _sure(confidence: float, *, still: bool) -> float:
    """How much a look counts, 0..1; as nothing where it is as sure as the toss of a coin."""
    sure = float(np.clip((confidence - 0.5) / (CLEAR - 0.5), 0, 1)) ** DOUBT_POWER
    return max(sure, LEAST_SURE_STILL if still else LEAST_SURE)


def _probabilities(reading: Reading) -> NDArray[np.float64]:
    """Ten probabilities; of a reading that kept none, all of it for its digit."""
    return np.array(reading.probabilities) if reading.probabilities else np.eye(10)[reading.digit or 0]
