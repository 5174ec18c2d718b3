"""Digits over frames: each is said once when it is there to stay, once when it is another, once when it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits_camera.live.seen import EventKind, Steady
from edgedigits_camera.live.tracking.drift import drift, moved, shift
from edgedigits_camera.live.tracking.glance import Glance
from edgedigits_camera.live.tracking.lines import boxes_of, line_with, line_without, lines_of, text_of
from edgedigits_camera.live.tracking.matching import covered, distances, matches
from edgedigits_camera.live.tracking.motion import Motion
from edgedigits_camera.live.tracking.track import Track
from edgedigits_camera.reader import whole_boxes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgedigits.recognizer import Reading
    from edgedigits_camera.live.frames import Frame
    from edgedigits_camera.live.seen import Event
    from edgedigits_camera.reader import Page

# Longer than it takes until a digit is said or gone: what was not decided by then is not for lack of looking.
SETTLING_S = 1.5
# While anything moves, a look this often is enough: more of them tell little new, and the frames between cost little.
# Where a digit was just seen and is not said yet, it is looked at more often.
LOOK_EVERY_S, UNDECIDED_EVERY_S = 0.045, 0.03
# In heights of a digit a second. Slower, nothing is blurred: a shutter is open for a hundredth of a second or less.
STILL = 1.0
# What a step to the next frame counts as. At most: one look after a pause is one look. At least: so is the first one.
LONGEST_STEP_S, SHORTEST_STEP_S = 0.2, 1 / 120


class Tracker:
    """Keeps what stands on the page while single frames miss, misread and invent.

    For each frame of a source, in their order, of those that are not left out::

        page = read(frame.image) if tracker.wants(frame) else None
        steady, events = tracker.update(frame, page)

    All of it goes by the frames' times, so that any rate behaves alike.
    """

    def __init__(self) -> None:
        self._motion, self._moved = Motion(), False
        self._glance: Glance | None = None
        self._still, self._followed_s = False, -np.inf
        self._changed_s, self._time_s, self._looked_s = -np.inf, np.inf, -np.inf
        self._tracks: list[Track] = []
        self._lines: list[list[Track]] = []
        self._number = 0

    def wants(self, frame: Frame) -> bool:
        """Whether a frame must be read: something changed, or did so shortly before and may not be decided yet.

        What changes after a pause is read at once, and so is the first frame after a clock was turned back.
        """
        if self._motion.changed(frame):
            self._changed_s, self._moved = frame.time_s, True
        every_s = UNDECIDED_EVERY_S if any(track.undecided for track in self._tracks) else LOOK_EVERY_S
        return self._unsettled(frame) and not 0 <= frame.time_s - self._looked_s < every_s

    def _unsettled(self, frame: Frame) -> bool:
        return frame.time_s - self._changed_s <= SETTLING_S

    def update(self, frame: Frame, page: Page | None) -> tuple[Steady, tuple[Event, ...]]:
        """Take in a frame.

        Args:
            frame: it.
            page: what was read in it; None where ``wants`` said that it need not be read.

        Returns:
            What is there to stay, and what changed with this frame.

        """
        step_s = float(np.clip(frame.time_s - self._time_s, SHORTEST_STEP_S, LONGEST_STEP_S))
        events: tuple[Event, ...] = ()
        if page is not None or not self._unsettled(frame):
            self._time_s = frame.time_s  # the step to the next look does not count what nobody needed to look at
        if page is not None:
            self._looked_s = frame.time_s
            self._take(page.readings, self._followed(frame), step_s)
            events = self._decide(frame)
        elif self._tracks:
            self._followed(frame)
        return self._steady(frame), events

    def _followed(self, frame: Frame) -> Glance:
        """Look at a frame, move all places as the page moved, and see whether it lies still."""
        before, step_s = self._glance, frame.time_s - self._followed_s
        if before is not None and not self._moved:
            self._still = True
            return before
        now = Glance.of(frame.image)
        self._glance, self._moved, self._followed_s, self._still = now, False, frame.time_s, False
        boxes = boxes_of(self._tracks)
        by = None if before is None else drift(before, now, boxes)
        if by is not None:
            there = moved(boxes, by)
            self._still = bool((distances(boxes, there).diagonal() <= STILL * step_s).all())
            for track, box in zip(self._tracks, there, strict=True):
                track.box = box
        return now

    def _take(self, readings: Iterable[Reading], glance: Glance, step_s: float) -> None:
        """See what was read in known places, those that were said first; what was read elsewhere is new."""
        left = [reading for reading in readings if reading.digit is not None and reading.box_xywh_px is not None]
        self._follow_names(left)
        for tracks in (self._said(), [track for track in self._tracks if track.said is None]):
            there = np.array([reading.box_xywh_px for reading in left], np.float64).reshape(-1, 4)
            match = matches(boxes_of(tracks), there)
            for index, track in enumerate(tracks):
                if index in match:
                    track.see(left[match[index]], step_s, glance, still=self._still)
                else:
                    track.miss(step_s, glance)
            left = [reading for index, reading in enumerate(left) if index not in match.values()]
        for reading in left:
            self._number += 1
            track = Track(self._number, self._time_s)
            track.see(reading, step_s, glance, still=self._still)
            self._tracks.append(track)

    def _follow_names(self, readings: list[Reading]) -> None:
        """Move all places by as much as most digits of their names were shifted, where the page was lost."""
        names = np.array([track.name for track in self._tracks], np.intp)
        read = np.array([reading.digit for reading in readings], np.intp)
        now = np.array([reading.box_xywh_px for reading in readings], np.float64).reshape(-1, 4)
        by = shift(boxes_of(self._tracks), names, now, read)
        if by is not None:
            self._still = False
            for track in self._tracks:
                track.box[:2] += by

    def _decide(self, frame: Frame) -> tuple[Event, ...]:
        """Find what changed, and remember that it was said."""
        size_px = frame.image.shape[1::-1]
        lost = [track for track in self._tracks if track.gone or not track.inside(size_px)]
        self._tracks = [track for track in self._tracks if track not in lost]
        gone, said = [track for track in lost if track.said is not None], self._said()
        places = boxes_of(said)
        come = [t for t in self._tracks if t.said is None and t.stays and not covered(t.box, places)]
        changed = [(track, track.said) for track in said if track.name != track.said]
        if not (gone or changed or come):
            return ()
        for track in (*said, *come):
            track.said = track.name
        before, self._lines = self._lines, lines_of([*said, *come])
        left = [(EventKind.GONE, track, line_without(track, before, self._lines), None) for track in gone]
        other = [(EventKind.CHANGED, track, line_with(track, self._lines), was) for track, was in changed]
        new = [(EventKind.APPEARED, t, text_of(line), None) for line in self._lines for t in line if t in come]
        return tuple(track.event(kind, line, self._time_s, was) for kind, track, line, was in (*left, *other, *new))

    def _said(self) -> list[Track]:
        """Tracks that were reported."""
        return [track for track in self._tracks if track.said is not None]

    def _steady(self, frame: Frame) -> Steady:
        """All that is there to stay, as it stands in this frame."""
        placed = [(track, number) for number, line in enumerate(self._lines) for track in line]
        boxes = whole_boxes(boxes_of(track for track, _ in placed), frame.image.shape[1::-1])
        digits = [track.tracked(box, line) for (track, line), box in zip(placed, boxes, strict=True)]
        return Steady(tuple(digits), tuple(text_of(line) for line in self._lines))
