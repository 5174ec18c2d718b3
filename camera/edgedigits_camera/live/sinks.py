"""What is written to a stream: JSON objects or lines of text, flushed at once."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

from edgedigits_camera.live.objects import JSON_VERSION, event_object
from edgedigits_camera.text.order import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edgedigits_camera.live.frames import SourceState
    from edgedigits_camera.live.seen import Seen

# Time between two lines that say that a source is still waited for.
AGAIN_S = 10.0


@dataclass(slots=True)
class Absence:
    """Decides when a stream is told that the source sends nothing, and that it sends again."""

    clock: Callable[[], float] = time.monotonic
    _reason: str | None = None
    _told_s: float = 0.0

    def news(self, state: SourceState) -> bool:
        """Whether to tell a state: a new reason, or the same for a while."""
        if state.waiting_s is None or (state.reason == self._reason and self.clock() - self._told_s < AGAIN_S):
            return False
        self._reason, self._told_s = state.reason, self.clock()
        return True

    def over(self) -> bool:
        """Whether it was told that the source sends nothing, now that it does; True once."""
        was, self._reason = self._reason is not None, None
        return was


@dataclass(slots=True)
class JsonEvents:
    """One object for each digit that appears, changes or goes, and for a source that goes and comes back."""

    stream: TextIO
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    absence: Absence = field(default_factory=Absence)

    def show(self, seen: Seen) -> bool:
        """Write what changed with a frame."""
        back = [{"kind": "reading"}] if self.absence.over() else []
        events = [event_object(event) | {"lines": list(seen.steady.lines)} for event in seen.events]
        return all(self._write(content) for content in (*back, *events))

    def wait(self, state: SourceState) -> bool:
        """Write that nothing comes, now and then."""
        return not self.absence.news(state) or self._write(waiting_object(state))

    def _write(self, content: Mapping[str, Any]) -> bool:
        head = {"version": JSON_VERSION, "at": self.now().isoformat(timespec="milliseconds")}
        return write_line(self.stream, json.dumps(head | dict(content), ensure_ascii=False))


@dataclass(slots=True)
class JsonFrames:
    """One object for each frame; boxes in pixels of the frame, rejected glyphs left out."""

    stream: TextIO
    absence: Absence = field(default_factory=Absence)

    def show(self, seen: Seen) -> bool:
        """Write a line."""
        self.absence.over()
        return write_line(self.stream, json.dumps(as_object(seen), ensure_ascii=False))

    def wait(self, state: SourceState) -> bool:
        """Write that nothing comes, now and then."""
        if not self.absence.news(state):
            return True
        return write_line(self.stream, json.dumps({"version": JSON_VERSION} | waiting_object(state)))


@dataclass(slots=True)
class TextLines:
    """A line for every change of what stands there: time of the day, and the lines of digits."""

    stream: TextIO
    now: Callable[[], datetime] = lambda: datetime.now().astimezone()
    absence: Absence = field(default_factory=Absence)

    def show(self, seen: Seen) -> bool:
        """Write a line where something changed."""
        if self.absence.over() or seen.events:
            return self._write(one_line(seen.steady.lines))
        return True

    def wait(self, state: SourceState) -> bool:
        """Write that nothing comes, now and then."""
        return not self.absence.news(state) or self._write(f"{state} ({state.reason})")

    def _write(self, text: str) -> bool:
        return write_line(self.stream, f"{self.now().strftime('%Y-%m-%d %H:%M:%S.%f')[:-4]}  {text}")


def waiting_object(state: SourceState) -> dict[str, Any]:
    """What is written of a source that sends nothing."""
    return {
        "kind": "waiting",
        "source": state.title,
        "waiting_s": round(state.waiting_s or 0.0, 1),
        "reason": state.reason,
    }


def as_object(seen: Seen) -> dict[str, Any]:
    """What is written of a frame."""
    height_px, width_px = seen.frame.image.shape[:2]
    numbers = [number for number, text in enumerate(seen.page.lines, start=1) for _ in text]
    read = [reading for reading in seen.page.readings if reading.digit is not None]
    return {
        "version": JSON_VERSION,
        "index": seen.frame.index,
        "time_s": round(seen.frame.time_s, 4),
        "width": width_px,
        "height": height_px,
        "digits": [
            {
                "digit": reading.digit,
                "confidence": round(reading.confidence, 4),
                "box": reading.box_xywh_px,
                "line": number,
            }
            for reading, number in zip(read, numbers, strict=True)
        ],
        "lines": list(seen.page.lines),
        "read_ms": round(seen.read_ms, 2),
        "latency_ms": round(seen.latency_ms, 2),
        "fps": round(seen.frames_per_s, 1),
    }


def write_line(stream: TextIO, line: str) -> bool:
    """Write and flush, so that the next program gets it at once; False when that program is gone.

    Raises:
        OSError: it cannot be written for another reason.

    """
    try:
        stream.write(line + "\n")
        stream.flush()
    except BrokenPipeError:
        return False
    return True
