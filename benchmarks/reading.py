"""What the benchmarks of reading share: the profiles, the bundle opened once a process, and what was measured with."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

import cv2

from edgedigits.machine import Device
from edgedigits.recognizer import Recognizer
from edgedigits_camera.scoring import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from edgedigits.recognizer import Reading
    from edgedigits_camera.pictures import Picture

# Detector and judge are fitted on scenes whose numbers are lower.
FIRST_SEED = 1_000_000


@cache
def opened(bundle: Path | None) -> Recognizer:
    """Open a bundle, the shipped one by default, for a process that has one core to itself."""
    cv2.setNumThreads(1)
    return Recognizer.load(bundle)


def marks_of(readings: Iterable[Reading]) -> list[Mark]:
    """What was reported."""
    return [Mark(r.digit, r.box_xywh_px) for r in readings if r.digit is not None and r.box_xywh_px]


def marks_as_stored(readings: Iterable[Reading], picture: Picture) -> list[Mark]:
    """What was reported, with boxes in pixels of the picture as stored."""
    return [Mark(mark.digit, picture.stored_box(mark.box_xywh_px)) for mark in marks_of(readings)]


def measured_with(recognizer: Recognizer) -> dict[str, Any]:
    """Machine, versions, bundle and runtime, for the file of results."""
    made = {"bundle": recognizer.bundle.name, "judge_sha256": recognizer.bundle.judge_sha256}
    return {"device": asdict(Device.here()), **made, "network": recognizer.opened.explain()}
