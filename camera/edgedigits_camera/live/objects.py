"""Readings and events as JSON objects, with the same fields wherever they go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgedigits_camera.live.seen import Event, Seen, Tracked

# Of what docs/json.md describes; a higher one takes away or changes what was there, additions leave it.
JSON_VERSION = 1


def reading_object(seen: Seen) -> dict[str, Any]:
    """What stands steadily in a frame; boxes in pixels of the frame, lines counted from 1."""
    height_px, width_px = seen.frame.image.shape[:2]
    return {
        "version": JSON_VERSION,
        "index": seen.frame.index,
        "time_s": round(seen.frame.time_s, 4),
        "width": width_px,
        "height": height_px,
        "digits": [digit_object(tracked) for tracked in seen.steady.digits],
        "lines": list(seen.steady.lines),
        "read_ms": round(seen.read_ms, 2),
        "latency_ms": round(seen.latency_ms, 2),
        "fps": round(seen.frames_per_s, 1),
    }


def digit_object(tracked: Tracked) -> dict[str, Any]:
    """A digit that is there to stay."""
    return {
        "track": tracked.track,
        "digit": tracked.digit,
        "confidence": round(tracked.confidence, 4),
        "box": list(tracked.box_xywh_px),
        "line": tracked.line + 1,
    }


def event_object(event: Event) -> dict[str, Any]:
    """What happened to a digit."""
    return {
        "kind": event.kind.value,
        "track": event.track,
        "digit": event.digit,
        "before": event.before,
        "confidence": round(event.confidence, 4),
        "box": list(event.box_xywh_px),
        "line": event.line,
        "time_s": round(event.time_s, 4),
    }
