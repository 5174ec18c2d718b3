"""Digits over frames: where they are on the moving page, what they are, whether they stay."""

from edgedigits_camera.live.tracking.motion import Motion
from edgedigits_camera.live.tracking.tracker import Tracker

__all__ = ["Motion", "Tracker"]
