"""Where readings go: JSON lines, plain lines; the window is in :mod:`edgedigits_camera.live.window`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from edgedigits_camera.live.objects import JSON_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgedigits_camera.live.frames import Frame
    from edgedigits_camera.reader import Page


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame and what was read in it.

    Attributes:
        frame: what the source sent.
        page: what was read.
        read_ms: the time that finding and classifying took.
        latency_ms: from the frame's arrival to its answer, waiting included.
        frames_per_s: over the last frames; 0 at the first.

    """

    frame: Frame
    page: Page
    read_ms: float
    latency_ms: float
    frames_per_s: float


class Sink(Protocol):
    """Takes what was seen."""

    def show(self, seen: Seen) -> bool:
        """Show it; return False when the person or program at the other end has had enough."""


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One object per frame; boxes in pixels of the frame, rejected glyphs left out."""

    stream: TextIO

    def show(self, seen: Seen) -> bool:
        """Write a line."""
        return write_line(self.stream, json.dumps(as_object(seen), ensure_ascii=False))


@dataclass(slots=True)
class TextLines:
    """A line for every change of what is read: when, and the lines of digits."""

    stream: TextIO
    _last: tuple[str, ...] = ()
    _start_s: float | None = None

    def show(self, seen: Seen) -> bool:
        """Write a line where the digits differ from those before."""
        if self._start_s is None:
            self._start_s = seen.frame.time_s
        if seen.page.lines == self._last:
            return True
        self._last = seen.page.lines
        return write_line(self.stream, f"{seen.frame.time_s - self._start_s:8.2f} s  {one_line(self._last)}")


def one_line(lines: Sequence[str]) -> str:
    """Lines of digits as they are told to people."""
    return " | ".join(lines) or "no digits"


def as_object(seen: Seen) -> dict[str, Any]:
    """Return what a JSON line holds."""
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
