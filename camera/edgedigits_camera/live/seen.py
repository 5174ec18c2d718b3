"""What the live loop hands to every sink: a frame, what was read in it, what stands there steadily, what changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgedigits_camera.live.frames import Frame, SourceState
    from edgedigits_camera.reader import Page

Box = tuple[int, int, int, int]
"""x, y, width and height in pixels of the frame."""


class EventKind(StrEnum):
    """What happened to a digit."""

    APPEARED = "appeared"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Tracked:
    """A digit that is there to stay.

    Attributes:
        track: number of its track; none is used twice.
        digit: 0 to 9.
        confidence: 0..1, over the frames in which it was seen.
        box_xywh_px: where it is in this frame.
        probabilities: ten, the mean over time of what the network says.
        line: number of its line of text, from 0.
        since_s: time of the frame in which it was first seen.

    """

    track: int
    digit: int
    confidence: float
    box_xywh_px: Box
    probabilities: tuple[float, ...]
    line: int
    since_s: float


@dataclass(frozen=True, slots=True)
class Event:
    """A digit is there to stay, is another than was said, or is gone.

    Attributes:
        kind: which of these.
        track: number of its track.
        digit: what it is, or was.
        before: what was said before, where that changed.
        confidence: 0..1.
        box_xywh_px: where it is, or was last.
        line: text of its line after the event.
        time_s: of the frame that decided it, monotonic.

    """

    kind: EventKind
    track: int
    digit: int
    confidence: float
    box_xywh_px: Box
    line: str
    time_s: float
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Steady:
    """All digits that are there to stay, in reading order, and the same as lines of text."""

    digits: tuple[Tracked, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame and what was read in it.

    Attributes:
        frame: what the source sent.
        page: what was read in this frame, or in the last one that was read where this one needed no reading.
        steady: what is there to stay.
        events: what changed with this frame.
        read_ms: the time that finding and classifying took; 0 where it needed no reading.
        latency_ms: from the frame's arrival to its answer, waiting included.
        frames_per_s: over the last frames; 0 at the first.
        stages_ms: time of each stage by name, in their order.

    """

    frame: Frame
    page: Page
    steady: Steady
    events: tuple[Event, ...]
    read_ms: float
    latency_ms: float
    frames_per_s: float
    stages_ms: Mapping[str, float] = field(default_factory=dict)


class Sink(Protocol):
    """Takes what was seen. Both methods return False when the person or program at the other end has had enough."""

    def show(self, seen: Seen) -> bool:
        """Show a frame with what was read."""

    def wait(self, state: SourceState) -> bool:
        """Show that the source sends nothing; called at least twice a second while it does not."""
