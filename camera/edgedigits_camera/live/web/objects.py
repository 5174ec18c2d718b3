"""What viewers and programs get as JSON; docs/web.md describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits_camera.live.objects import JSON_VERSION, event_object, reading_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgedigits_camera.live.seen import Seen, Tracked
    from edgedigits_camera.live.web.board import Noted, Shown

BEST = 3
NO_FRAME: dict[str, Any] = {"version": JSON_VERSION, "index": None, "digits": [], "lines": []}


def reading_of(shown: Shown, *, temperature_c: float | None) -> dict[str, Any]:
    """Whether frames come, and what stands in the newest one; no frame's fields before the first."""
    state = shown.state
    source = {"title": state.title, "waiting_s": rounded(state.waiting_s), "reason": state.reason}
    frame = frame_of(shown.seen) if shown.seen else NO_FRAME
    return frame | {"source": source, "temperature_c": rounded(temperature_c)}


def frame_of(seen: Seen) -> dict[str, Any]:
    """A frame's own fields, with the likeliest of what each digit may be, and the time of each stage."""
    reading = reading_object(seen)
    for digit, tracked in zip(reading["digits"], seen.steady.digits, strict=True):
        digit["best"] = [[guess, round(tracked.probabilities[guess], 4)] for guess in likeliest(tracked)]
    return reading | {"stages_ms": {name: round(time_ms, 2) for name, time_ms in seen.stages_ms.items()}}


def likeliest(tracked: Tracked) -> list[int]:
    """The likeliest digits, best first."""
    return [int(digit) for digit in np.argsort(tracked.probabilities, kind="stable")[::-1][:BEST]]


def event_of(note: Noted) -> dict[str, Any]:
    """What happened to a digit, its number in this run, and when."""
    return {"number": note.number, "at": note.at.isoformat(timespec="milliseconds")} | event_object(note.event)


def boxes_of(seen: Seen) -> dict[str, Any]:
    """What is drawn over a picture: track, digit, confidence and box of each."""
    height_px, width_px = seen.frame.image.shape[:2]
    digits = [[t.track, t.digit, round(t.confidence, 3), *t.box_xywh_px] for t in seen.steady.digits]
    return {"index": seen.frame.index, "width": width_px, "height": height_px, "digits": digits}


def compact(content: Mapping[str, Any]) -> str:
    """One line of ASCII."""
    return json.dumps(content, separators=(",", ":"))


def rounded(value: float | None) -> float | None:
    """To a tenth, where there is one."""
    return None if value is None else round(value, 1)
