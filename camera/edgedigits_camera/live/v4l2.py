"""Cameras of V4L2: what they offer, which of it to ask for, and where one is that came back."""

from __future__ import annotations

import fcntl
import math
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edgedigits_camera.live import ioctls

if TYPE_CHECKING:
    from edgedigits_camera.live.ioctls import Ioctl

DEV = Path("/dev")
NODE = re.compile(r"video(\d+)")
# What OpenCV turns into BGR itself, the better pictures first: raw ones with colour, then compressed ones, then grey.
READABLE = (
    *("BGR3", "RGB3", "YUYV", "UYVY", "YVYU", "NV12", "NV21", "YU12", "YV12"),
    *("MJPG", "JPEG"),
    *("GREY", "Y16", "Y12", "Y10"),
)
# Digits are read no better from more; decoding JPEGs for them costs a Pi much, so that raw frames win from here on.
ENOUGH_FPS = 30
USUAL_PX = (640, 480)


@dataclass(frozen=True, slots=True)
class Size:
    """A size in pixels, width and height, or a range of them, and its rates.

    Attributes:
        least_px: the size, or the least of a range.
        most_px: the same, or the largest of a range.
        step_px: by which sizes of a range differ.
        rates: frames a second, the highest first; empty where the driver does not tell; of a range, those of the
            largest size.

    """

    least_px: tuple[int, int]
    most_px: tuple[int, int]
    step_px: tuple[int, int] = (1, 1)
    rates: tuple[float, ...] = ()

    def nearest(self, size_px: tuple[int, int]) -> tuple[int, int]:
        """The size that comes nearest to another."""
        width, height = (
            low + round((min(max(wanted, low), high) - low) / max(step, 1)) * max(step, 1)
            for wanted, low, high, step in zip(size_px, self.least_px, self.most_px, self.step_px, strict=True)
        )
        return min(width, self.most_px[0]), min(height, self.most_px[1])

    def __str__(self) -> str:
        low, high = ("x".join(map(str, size)) for size in (self.least_px, self.most_px))
        return low if low == high else f"{low} to {high}"


@dataclass(frozen=True, slots=True)
class Format:
    """A format of pixels: its four signs, its name, whether it is compressed, its sizes in the driver's order."""

    fourcc: str
    name: str
    compressed: bool
    sizes: tuple[Size, ...] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """A V4L2 device that sends pictures.

    Attributes:
        path: its node, for instance ``/dev/video0``; another after it was unplugged and came back.
        card: its name.
        bus: where it is plugged in.
        driver: of the kernel.
        formats: what it offers.
        piped: frames come only once libcamera has set up a pipeline.
        busy: another program has taken its frames.

    """

    path: Path
    card: str
    bus: str
    driver: str
    formats: tuple[Format, ...] = ()
    piped: bool = False
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Mode:
    """What to ask a camera for; ``frames_per_s`` is 0 where the driver does not tell."""

    fourcc: str
    size_px: tuple[int, int]
    frames_per_s: float

    def __str__(self) -> str:
        rate = f" at {self.frames_per_s:g} frames a second" if self.frames_per_s else ""
        return f"{self.fourcc} {self.size_px[0]}x{self.size_px[1]}{rate}"


def nodes(folder: Path = DEV) -> list[Path]:
    """All video devices, by number; not all of them are cameras."""
    found = [(match, path) for path in folder.glob("video*") if (match := NODE.fullmatch(path.name))]
    return [path for _, path in sorted((int(match[1]), path) for match, path in found)]


def devices(folder: Path = DEV, *, ioctl: Ioctl = fcntl.ioctl) -> list[Device]:
    """All cameras that can be asked, by number; those that may not be opened are left out."""
    found: list[Device] = []
    for path in nodes(folder):
        with suppress(OSError):
            device = read_device(path, ioctl=ioctl)
            found += [device] if device else []
    return found


def read_device(path: Path, *, ioctl: Ioctl = fcntl.ioctl) -> Device | None:
    """Ask a device what it offers; None where it is no camera: a codec, an output, a node for metadata.

    Raises:
        OSError: it is not there, may not be opened, or is no V4L2 device.

    """
    fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        who = ioctls.capability(fd, ioctl=ioctl)
        if not (buffers := who.buffers):
            return None
        offered = tuple(
            Format(pixels.fourcc, pixels.name, pixels.compressed, tuple(_sizes(fd, pixels.number, ioctl=ioctl)))
            for pixels in ioctls.formats(fd, buffers, ioctl=ioctl)
        )
        piped = bool(who.bits & ioctls.MEDIA_CONTROLLER)
        return Device(path, who.card, who.bus, who.driver, offered, piped, ioctls.is_busy(fd, buffers, ioctl=ioctl))
    finally:
        os.close(fd)


def _sizes(fd: int, pixels: int, *, ioctl: Ioctl) -> list[Size]:
    return [
        Size(least, most, step, tuple(sorted(set(ioctls.rates(fd, pixels, most, ioctl=ioctl)), reverse=True)))
        for least, most, step in ioctls.sizes(fd, pixels, ioctl=ioctl)
    ]


def best_mode(device: Device, size_px: tuple[int, int] = USUAL_PX, *, least_fps: float = 15.0) -> Mode | None:
    """What to ask a camera for so that it sends pictures near a size, fast enough.

    The size asked for, where it is offered; else the nearest that reaches the rate; else the nearest. Of its formats
    the fastest, and of those that are fast enough for digits the one with the best pictures: MJPG where raw is slower.

    Args:
        device: the camera.
        size_px: width and height that are wanted.
        least_fps: frames a second below which a size is left for another, unless it is the one asked for.

    Returns:
        None where the driver lists no size, or nothing that OpenCV can read.

    """
    modes = [
        Mode(form.fourcc, size.nearest(size_px), max(size.rates, default=0.0))
        for form in device.formats
        if form.fourcc in READABLE
        for size in form.sizes
    ]
    return min(
        modes,
        key=lambda mode: (
            mode.size_px != size_px and mode.frames_per_s < least_fps,
            distance(mode.size_px, size_px),
            -min(round(mode.frames_per_s), ENOUGH_FPS),
            READABLE.index(mode.fourcc),
        ),
        default=None,
    )


def distance(size_px: tuple[int, int], wanted_px: tuple[int, int]) -> float:
    """How far a size is from the one wanted, as a ratio of sides, 0 where they are the same."""
    return sum(abs(math.log(max(have, 1) / want)) for have, want in zip(size_px, wanted_px, strict=True))


def find_again(bus: str, card: str, *, folder: Path = DEV, ioctl: Ioctl = fcntl.ioctl) -> Device | None:
    """The camera of that name at that place, whatever number it has now; None while it is away.

    Others are asked for their names alone: this is called again and again while one is waited for.
    """
    for path in nodes(folder):
        with suppress(OSError):
            if name_of(path, ioctl=ioctl) == (bus, card) and (device := read_device(path, ioctl=ioctl)):
                return device
    return None


def name_of(path: Path, *, ioctl: Ioctl = fcntl.ioctl) -> tuple[str, str]:
    """Where a device is plugged in, and its name.

    Raises:
        OSError: it is not there, may not be opened, or is no V4L2 device.

    """
    fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        who = ioctls.capability(fd, ioctl=ioctl)
    finally:
        os.close(fd)
    return who.bus, who.card
