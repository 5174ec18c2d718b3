"""Clips and network streams as OpenCV opens them, without its noise and with the reason when one fails."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import cv2

from edgedigits.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    from edgedigits_camera.live.capture import Patience


# Of clips that do not tell their own.
USUAL_PERIOD_S = 1 / 30


def quieten() -> None:
    """Keep OpenCV and its FFmpeg from writing to stderr; their failures are reported by us, in one line."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET, read when the first stream is opened
    # OpenCV 4 has the first, OpenCV 5 the second.
    set_level = cv2.setLogLevel if hasattr(cv2, "setLogLevel") else cv2.utils.logging.setLogLevel
    set_level(0)


class Video:
    """A ``cv2.VideoCapture`` that is open."""

    def __init__(self, capture: cv2.VideoCapture, *, title: str, period_s: float = 0.0) -> None:
        self.title = title
        self.period_s = period_s
        self._capture = capture

    def read(self) -> object:
        """Wait for the next image, (H, W, 3) uint8 BGR; None where there is none."""
        return self._capture.read()[1]

    def release(self) -> None:
        """Give the device back."""
        self._capture.release()


def open_clip(path: Path) -> Video:
    """Open a video file.

    Raises:
        SourceError: it is no video that OpenCV can read.

    """
    # Named, since OpenCV would try others after it, some of which write to stderr whatever the level.
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise SourceError(f"{path} is neither a clip nor a picture that OpenCV can read")
    frames_per_s = capture.get(cv2.CAP_PROP_FPS)
    return Video(capture, title=str(path), period_s=1 / frames_per_s if frames_per_s > 0 else USUAL_PERIOD_S)


def open_stream(url: str, *, patience: Patience) -> Video:
    """Open a network stream.

    Raises:
        SourceError: nothing answers there, or what answers is no video.

    """
    limits = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        int(1000 * patience.open_s),
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        int(1000 * patience.stall_s),
    ]
    title = without_password(url)
    capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, limits)
    if not capture.isOpened():
        raise SourceError(f"{title} cannot be opened; nothing answers there, or what answers is no video")
    return Video(capture, title=title)


def without_password(url: str) -> str:
    """Return the address with user and password left out, fit to be shown.

    Raises:
        SourceError: it is no address.

    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise SourceError(f"the source is no address ({error}); expected scheme://host/path") from None
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
