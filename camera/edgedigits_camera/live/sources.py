"""What --source names: a camera, a clip, pictures, a recording, a network stream, or pages that the project draws."""

from __future__ import annotations

import glob
import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

import cv2

from edgedigits.errors import SourceError
from edgedigits_camera.live.capture import Captured, Patience
from edgedigits_camera.live.devices import open_clip, open_stream, quieten, without_password
from edgedigits_camera.live.drawn import DEMO, demo_source
from edgedigits_camera.live.frames import Frame, Kind
from edgedigits_camera.live.mjpeg import open_http
from edgedigits_camera.live.pi_camera import open_pi_camera
from edgedigits_camera.live.pictures import PERIOD_S, image_of, pictures_source
from edgedigits_camera.live.recorded import Recorded
from edgedigits_camera.live.returning import Backoff, Returning
from edgedigits_camera.live.rpicam import open_rpicam
from edgedigits_camera.live.segments import is_recording
from edgedigits_camera.live.webcam import Webcam

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgedigits_camera.live.capture import Device
    from edgedigits_camera.live.frames import FrameSource

PICAMERA2, RPICAM = "picamera2", "rpicam"
SCHEMES = {"http", "https", "rtsp", "rtsps", "rtmp", "rtmps", "tcp", "udp", "srt", "rtp"}
EXPECTED = f"a camera's number, a clip, pictures, a URL, {PICAMERA2}, {RPICAM} or {DEMO}"
# A picture that is watched is shown again and again; more often costs power and shows nothing new.
PICTURE_PERIOD_S = 0.1


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a source is to be read.

    Attributes:
        size_px: width and height to ask a camera or the demo for; a camera may grant another, its title says so.
        realtime: what is no camera comes at its own pace, as a camera would send it, and a picture stays.
        patience: limits of time and of broken frames; the defaults suit cameras.
        backoff: how a camera that went is waited for; None where it is not.

    """

    size_px: tuple[int, int] | None = None
    realtime: bool = False
    patience: Patience = field(default_factory=Patience)
    backoff: Backoff | None = field(default_factory=Backoff)


def open_source(text: str, wishes: Wishes | None = None) -> FrameSource:
    """Choose a source by what the text names; entering the source opens it.

    Args:
        text: a camera's number or device file, ``picamera2``, ``rpicam``, ``scheme://...`` of a network stream, a clip
            or picture, a folder or pattern of pictures, a recording, or ``demo``.
        wishes: how it is to be read.

    Raises:
        SourceError: the text names nothing of these, or a size is asked of a source that has its own.

    """
    quieten()
    wishes = wishes or Wishes()
    if text.partition(":")[0] == DEMO:
        return demo_source(text, size_px=wishes.size_px, realtime=wishes.realtime)
    if opener := camera_of(text, wishes):
        title, open_device = opener
        return Returning(open_device, title=title, patience=wishes.patience, backoff=wishes.backoff)
    if wishes.size_px:
        raise SourceError(f"{shown(text)} has a size of its own; a size is for cameras and {DEMO}")
    if "://" in text:
        title, patience = without_password(text), wishes.patience
        return Returning(lambda: open_url(text, patience), title=title, patience=patience, backoff=wishes.backoff)
    return open_path(text, wishes)


def camera_of(text: str, wishes: Wishes) -> tuple[str, Callable[[], Device]] | None:
    """What a camera is called, and what opens it; None where the text names none."""
    if text == PICAMERA2:
        return text, lambda: open_pi_camera(size_px=wishes.size_px)
    if text == RPICAM:
        return text, lambda: open_rpicam(patience=wishes.patience, size_px=wishes.size_px)
    numbered = text.isascii() and text.isdecimal()
    if numbered or text.startswith("/dev/video") or stat.S_ISCHR(mode_of(text)):
        path = Path(f"/dev/video{int(text)}" if numbered and len(text) < 5 else text)
        return f"camera {path}", Webcam(path, size_px=wishes.size_px)
    return None


def open_url(url: str, patience: Patience) -> Device:
    """Open a network stream.

    Raises:
        SourceError: there is no such host, it refuses, or what it sends is no video.

    """
    scheme = url.partition("://")[0].lower()
    if scheme in ("http", "https"):
        return open_http(url, patience=patience)
    if scheme not in SCHEMES:
        raise SourceError(f"{without_password(url)} has a scheme that is none of {', '.join(sorted(SCHEMES))}")
    return open_stream(url, patience=patience)


def open_path(text: str, wishes: Wishes) -> FrameSource:
    """Open what lies at a path: a clip or picture, a recording, a folder or pattern of pictures.

    Raises:
        SourceError: there is nothing, or nothing of these.

    """
    mode, path = mode_of(text), Path(text) if "\0" not in text else Path()
    if stat.S_ISDIR(mode):
        if is_recording(path):
            return Recorded(path, realtime=wishes.realtime)
        return pictures_source(text, period_s=PERIOD_S if wishes.realtime else 0.0)
    if stat.S_ISREG(mode):
        return open_file(path, wishes)
    if not mode and glob.has_magic(text) and "\0" not in text:
        return pictures_source(text, period_s=PERIOD_S if wishes.realtime else 0.0)
    found = "is no file" if mode else "does not exist"
    raise SourceError(f"{shown(text)} {found}; name {EXPECTED}")


def open_file(path: Path, wishes: Wishes | None = None) -> Picture | Captured:
    """Open a picture or a clip.

    Raises:
        SourceError: it may not be read.

    """
    wishes = wishes or Wishes()
    if not os.access(path, os.R_OK):
        raise SourceError(f"{path} may not be read by you; change its permissions or copy it")
    if cv2.haveImageReader(str(path)):
        return Picture(path, stays=wishes.realtime)
    return Captured(
        lambda: open_clip(path), title=str(path), live=False, realtime=wishes.realtime, patience=wishes.patience
    )


class Picture:
    """One picture, once or for ever."""

    kind = Kind.STILLS

    def __init__(self, path: Path, *, stays: bool = False) -> None:
        self.title = str(path)
        self._path, self._stays = path, stays

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """Nothing is held."""

    def __iter__(self) -> Iterator[Frame]:
        """Yield it.

        Raises:
            PictureError: it cannot be decoded.

        """
        image, index = image_of(self._path), 0
        yield Frame(image, time.monotonic(), index)
        while self._stays:
            time.sleep(PICTURE_PERIOD_S)
            index += 1
            yield Frame(image, time.monotonic(), index)


def mode_of(text: str) -> int:
    """Kind and permissions of what lies at a path, 0 where there is nothing."""
    try:
        return Path(text).stat().st_mode
    except (OSError, ValueError):  # too long, or with a NUL
        return 0


def shown(text: str) -> str:
    """What a person wrote, on one line and not longer."""
    return repr(text if len(text) <= 200 else text[:200] + "...")
