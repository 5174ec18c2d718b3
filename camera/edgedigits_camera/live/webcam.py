"""Webcams as OpenCV reads them, in the mode that suits digits best; found again where they come back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from edgedigits.errors import SourceError
from edgedigits_camera.live import v4l2
from edgedigits_camera.live.cameras import look_at
from edgedigits_camera.live.devices import Video
from edgedigits_camera.live.stream import Sent
from edgedigits_camera.live.v4l2 import USUAL_PX, Mode, best_mode
from edgedigits_camera.live.whole import decode, is_whole
from edgedigits_camera.pixels import is_image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from edgedigits_camera.live.cameras import Camera
    from edgedigits_camera.live.v4l2 import Device

JPEGS = ("MJPG", "JPEG")


class JpegVideo(Video):
    """A camera that sends JPEGs, which are decoded here: OpenCV would fill up those that were cut."""

    sent: Sent | None = None
    """The picture that was read last, as it came."""

    def read(self) -> object:
        """Wait for the next image, (H, W, 3) uint8 BGR; None for one that is not whole."""
        data = super().read()
        time_s = time.monotonic()
        self.sent = None
        if is_image(data) or not isinstance(data, np.ndarray):  # OpenCV may have decoded it all the same
            return data
        jpeg = data.tobytes()
        image = decode(jpeg) if is_whole(jpeg) else None
        if image is not None:
            self.sent = Sent(jpeg, time_s, 0)
        return image


class Webcam:
    """Opens one camera, the first time and again: by its place and name, whatever number it has then."""

    def __init__(
        self,
        path: Path,
        *,
        size_px: tuple[int, int] | None = None,
        look: Callable[[Path], Camera | None] = look_at,
        find: Callable[[str, str], Device | None] = v4l2.find_again,
        open_capture: Callable[[str, int], Any] = cv2.VideoCapture,
    ) -> None:
        self._path, self._size_px = path, size_px
        self._look, self._find, self._open_capture = look, find, open_capture
        self._known: Device | None = None

    def __call__(self) -> Video:
        """Open it; the title says what was granted.

        Raises:
            SourceError: it is not there, may not be used, is busy, or is no camera.

        """
        device = self._device()
        capture = self._open_capture(str(device.path), cv2.CAP_V4L2)
        if not capture.isOpened():
            raise SourceError(f"camera {device.path} cannot be opened: OpenCV cannot read it")
        self._known = device
        mode = best_mode(device, self._size_px or USUAL_PX)
        if mode:
            ask_for(capture, mode)
        elif self._size_px:
            set_size(capture, self._size_px)
        granted = granted_by(capture)
        title = f"camera {device.path}, {granted}{what_was_asked(granted, mode, self._size_px)}"
        as_jpegs = granted.fourcc in JPEGS and capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
        return (JpegVideo if as_jpegs else Video)(capture, title=title)

    def _device(self) -> Device:
        if self._known and (device := self._find(self._known.bus, self._known.card)):
            return device
        if not self._path.exists():
            raise SourceError(f"camera {self._path} cannot be opened: {absent(self._path)}")
        camera = self._look(self._path)
        if camera is None:
            raise SourceError(f"camera {self._path} cannot be opened: it is no camera; edgedigits cameras lists them")
        if camera.trouble or camera.device is None:
            cure = f"; run: {camera.command}" if camera.command else ""
            raise SourceError(f"camera {self._path} cannot be opened: {camera.trouble}{cure}")
        if self._known and camera.device.card != self._known.card:
            raise SourceError(f"camera {self._path} is {camera.device.card} now; {self._known.card} is away")
        return camera.device


def absent(path: Path) -> str:
    """Say which cameras are there where one is not."""
    found = ", ".join(map(str, v4l2.nodes(path.parent)))
    return f"there is no such device (found: {found or 'none'}); plug one in, or try --source demo"


def ask_for(capture: Any, mode: Mode) -> None:
    """Ask for a mode: the format first, since sizes depend on it, and rates on both."""
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*mode.fourcc.ljust(4)))
    set_size(capture, mode.size_px)
    if mode.frames_per_s:
        capture.set(cv2.CAP_PROP_FPS, mode.frames_per_s)


def set_size(capture: Any, size_px: tuple[int, int]) -> None:
    """Ask for a size."""
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, size_px[0])
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size_px[1])


def granted_by(capture: Any) -> Mode:
    """The mode that a camera has taken."""
    fourcc = int(capture.get(cv2.CAP_PROP_FOURCC)) & 0xFFFFFFFF
    size_px = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
    frames_per_s = float(capture.get(cv2.CAP_PROP_FPS))
    name = fourcc.to_bytes(4, "little").decode("ascii", "replace").strip("\0 ")
    return Mode(name, size_px, frames_per_s if 0 < frames_per_s < 1000 else 0.0)


def what_was_asked(granted: Mode, mode: Mode | None, size_px: tuple[int, int] | None) -> str:
    """In brackets, what was asked for and not granted; empty where all was."""
    if size_px and size_px != granted.size_px:
        return f" (asked for {size_px[0]}x{size_px[1]})"
    if mode and (mode.fourcc, mode.size_px) != (granted.fourcc, granted.size_px):
        return f" (asked for {mode})"
    return ""
