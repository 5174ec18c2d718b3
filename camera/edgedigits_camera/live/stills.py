"""Pictures that have nothing to do with each other: what was read in one stands until the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits_camera.live.seen import Event, EventKind, Steady, Tracked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edgedigits_camera.live.frames import Frame
    from edgedigits_camera.reader import Page


class Stills:
    """Stands where a Tracker stands for what is filmed."""

    def __init__(self) -> None:
        self._image: NDArray[np.uint8] | None = None
        self._steady = Steady()
        self._number = 0

    def wants(self, frame: Frame) -> bool:
        """Whether this is another picture than the one before."""
        before, self._image = self._image, frame.image
        return before is not frame.image

    def update(self, frame: Frame, page: Page | None) -> tuple[Steady, tuple[Event, ...]]:
        """Take in a picture: all that stood before is gone, all that was read in it appears."""
        if page is None:
            return self._steady, ()
        gone = [event_of(EventKind.GONE, tracked, "", frame.time_s) for tracked in self._steady.digits]
        self._steady = Steady(tuple(self._tracked(page, frame.time_s)), page.lines)
        come = [
            event_of(EventKind.APPEARED, tracked, page.lines[tracked.line], frame.time_s)
            for tracked in self._steady.digits
        ]
        return self._steady, (*gone, *come)

    def _tracked(self, page: Page, time_s: float) -> list[Tracked]:
        lines = [number for number, text in enumerate(page.lines) for _ in text]
        read = [reading for reading in page.readings if reading.digit is not None]
        tracked = []
        for reading, line in zip(read, lines, strict=True):
            self._number += 1
            digit, box = reading.digit or 0, reading.box_xywh_px or (0, 0, 0, 0)
            tracked.append(Tracked(self._number, digit, reading.confidence, box, reading.probabilities, line, time_s))
        return tracked


def event_of(kind: EventKind, tracked: Tracked, line: str, time_s: float) -> Event:
    """What happened to a digit."""
    return Event(kind, tracked.track, tracked.digit, tracked.confidence, tracked.box_xywh_px, line, time_s)
