"""What viewers and programs get as JSON; docs/web.md describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits_camera.sinks import JSON_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgedigits_camera.live.seen import Seen, Tracked
    from edgedigits_camera.live.web.board import Noted, Shown

BEST = 3


def reading_of(shown: Shown, *, temperature_c: float | None) -> dict[str, Any]:
    """Whether frames come, and what stands in the newest one; no frame's fields before the first."""
    state = shown.state
    return {
        "version": JSON_VERSION,
        "source": {"title": state.title, "waiting_s": rounded(state.waiting_s, 1), "reason": state.reason},
        "temperature_c": rounded(temperature_c, 1),
    } | (frame_of(shown.seen) if shown.seen else {"index": None, "digits": [], "lines": []})


def frame_of(seen: Seen) -> dict[str, Any]:
    """A frame's own fields."""
    height_px, width_px = seen.frame.image.shape[:2]
    return {
        "index": seen.frame.index,
        "time_s": round(seen.frame.time_s, 4),
        "width": width_px,
        "height": height_px,
        "digits": [digit_of(tracked) for tracked in seen.steady.digits],
        "lines": list(seen.steady.lines),
        "read_ms": round(seen.read_ms, 2),
        "latency_ms": round(seen.latency_ms, 2),
        "fps": round(seen.frames_per_s, 1),
        "stages_ms": {name: round(time_ms, 2) for name, time_ms in seen.stages_ms.items()},
    }


def digit_of(tracked: Tracked) -> dict[str, Any]:
    """A digit, with the likeliest of what it may be."""
    return {
        "track": tracked.track,
        "digit": tracked.digit,
        "confidence": round(tracked.confidence, 4),
        "box": list(tracked.box_xywh_px),
        "line": tracked.line + 1,
        "best": [[digit, round(tracked.probabilities[digit], 4)] for digit in likeliest(tracked)],
    }


def likeliest(tracked: Tracked) -> list[int]:
    """The likeliest digits, best first."""
    return [int(digit) for digit in np.argsort(tracked.probabilities, kind="stable")[::-1][:BEST]]


def event_of(note: Noted) -> dict[str, Any]:
    """What happened to a digit, and when."""
    event = note.event
    return {
        "number": note.number,
        "at": note.at.isoformat(timespec="milliseconds"),
        "kind": event.kind.value,
        "track": event.track,
        "digit": event.digit,
        "before": event.before,
        "confidence": round(event.confidence, 4),
        "box": list(event.box_xywh_px),
        "line": event.line,
    }


def boxes_of(seen: Seen) -> dict[str, Any]:
    """What is drawn over a picture: track, digit, confidence and box of each."""
    height_px, width_px = seen.frame.image.shape[:2]
    digits = [[t.track, t.digit, round(t.confidence, 3), *t.box_xywh_px] for t in seen.steady.digits]
    return {"index": seen.frame.index, "width": width_px, "height": height_px, "digits": digits}


def compact(content: Mapping[str, Any]) -> str:
    """One line of ASCII."""
    return json.dumps(content, separators=(",", ":"))


def rounded(value: float | None, places: int) -> float | None:
    """The same with fewer places, where there is one."""
    return None if value is None else round(value, places)
