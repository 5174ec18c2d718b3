"""Cameras, clips and network streams as OpenCV opens them, without its noise and with the reason when one fails."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import cv2

from edgedigits.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    from edgedigits_camera.live.capture import Patience


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


def open_camera(device: Path, *, size_px: tuple[int, int] | None = None) -> Video:
    """Open a V4L2 camera and ask it for a size; the title holds the size that it grants.

    Raises:
        SourceError: there is none, it may not be used, or it is busy.

    """
    capture = cv2.VideoCapture(str(device), cv2.CAP_V4L2)
    if not capture.isOpened():
        raise SourceError(f"camera {device} cannot be opened: {why_not(device)}")
    if size_px:
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, size_px[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size_px[1])
    granted_px = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
    asked = f" (asked for {size_px[0]}x{size_px[1]})" if size_px and size_px != granted_px else ""
    return Video(capture, title=f"camera {device}, {granted_px[0]}x{granted_px[1]}{asked}")


def why_not(device: Path) -> str:
    """Say what keeps a camera from being opened, and what to do."""
    if not device.exists():
        cameras = ", ".join(sorted(str(path) for path in device.parent.glob("video*")))
        return f"there is no such device (found: {cameras or 'none'}); plug one in, or try --source demo"
    if not os.access(device, os.R_OK | os.W_OK):
        return "permission denied; add yourself to its group (sudo usermod -aG video $USER) and log in again"
    return "another program uses it, or it is no camera that V4L2 can read; v4l2-ctl --list-devices shows which are"


def open_clip(path: Path, *, paced: bool) -> Video:
    """Open a video file; paced ones are not read faster than they were filmed.

    Raises:
        SourceError: it is no video that OpenCV can read.

    """
    # Named, since OpenCV would try others after it, some of which write to stderr whatever the level.
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise SourceError(f"{path} is neither a clip nor a picture that OpenCV can read")
    frames_per_s = capture.get(cv2.CAP_PROP_FPS)
    return Video(capture, title=str(path), period_s=1 / frames_per_s if paced and frames_per_s > 0 else 0.0)


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
