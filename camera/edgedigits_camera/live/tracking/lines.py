"""Tracks as lines of text: digits that stand side by side are a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits.recognizer import Reading
from edgedigits_camera.text.lines import order_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from edgedigits_camera.live.tracking.track import Track

    Lines = Sequence[Sequence[Track]]


def lines_of(tracks: Sequence[Track]) -> list[list[Track]]:
    """Tracks in reading order, line by line."""
    readings = [Reading(t.said, t.confidence, whole) for t, whole in zip(tracks, _whole(tracks), strict=True)]
    track_of = {id(reading): track for reading, track in zip(readings, tracks, strict=True)}
    return [[track_of[id(reading)] for reading in line] for line in order_lines(readings)]


def boxes_of(tracks: Iterable[Track]) -> NDArray[np.float64]:
    """(N, 4) x, y, width, height in pixels."""
    return np.array([track.box for track in tracks], np.float64).reshape(-1, 4)


def text_of(line: Iterable[Track]) -> str:
    """A line's digits."""
    return "".join(str(track.said) for track in line)


def line_with(track: Track, lines: Lines) -> str:
    """Text of the line that a track is in; empty where it is in none."""
    return next((text_of(line) for line in lines if track in line), "")


def line_without(track: Track, before: Lines, now: Lines) -> str:
    """Text of what is left of the line that a track was in; empty where nothing is."""
    was = next((line for line in before if track in line), ())
    return next((text for other in was if (text := line_with(other, now))), "")


def _whole(tracks: Sequence[Track]) -> list[tuple[int, int, int, int]]:
    return [(x, y, w, h) for x, y, w, h in boxes_of(tracks).round().astype(int).tolist()]
