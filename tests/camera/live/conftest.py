"""A kernel with cameras: answers ioctls as V4L2 drivers do, in structures declared anew from ``linux/videodev2.h``."""

import ctypes as c
import errno
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

u32 = c.c_uint32
DIRECTIONS = {"read": 2, "both": 3}
CAPTURE, META, STREAMING, OUTPUT, MEDIA_CONTROLLER = 1, 0x00800000, 0x04000000, 2, 0x20000000
INTERNAL = 0x80000000


class Capability(c.Structure):
    _fields_ = [
        ("driver", c.c_char * 16),
        ("card", c.c_char * 32),
        ("bus_info", c.c_char * 32),
        ("version", u32),
        ("capabilities", u32),
        ("device_caps", u32),
        ("reserved", u32 * 3),
    ]


class FormatDescription(c.Structure):
    _fields_ = [
        ("index", u32),
        ("type", u32),
        ("flags", u32),
        ("description", c.c_char * 32),
        ("pixelformat", u32),
        ("mbus_code", u32),
        ("reserved", u32 * 3),
    ]


class Fraction(c.Structure):
    _fields_ = [("numerator", u32), ("denominator", u32)]


class Discrete(c.Structure):
    _fields_ = [("width", u32), ("height", u32)]


class Stepwise(c.Structure):
    _fields_ = [(f"{what}_{side}", u32) for side in ("width", "height") for what in ("min", "max", "step")]


class Sizes(c.Union):
    _fields_ = [("discrete", Discrete), ("stepwise", Stepwise)]


class FrameSize(c.Structure):
    _fields_ = [("index", u32), ("pixel_format", u32), ("type", u32), ("of", Sizes), ("reserved", u32 * 2)]


class Intervals(c.Union):
    _fields_ = [("discrete", Fraction), ("stepwise", Fraction * 3)]


class FrameInterval(c.Structure):
    _fields_ = [
        ("index", u32),
        ("pixel_format", u32),
        ("width", u32),
        ("height", u32),
        ("type", u32),
        ("of", Intervals),
        ("reserved", u32 * 2),
    ]


class FormatUnion(c.Union):
    _fields_ = [("raw", c.c_uint8 * 200), ("holds_pointers", c.c_void_p)]


class Format(c.Structure):
    _fields_ = [("type", u32), ("fmt", FormatUnion)]


def request_of(direction, number, structure):
    return DIRECTIONS[direction] << 30 | c.sizeof(structure) << 16 | ord("V") << 8 | number


@dataclass
class Plugged:
    """A device of the fake kernel; ``offers``: fourcc -> size, or six numbers of a range -> intervals as fractions."""

    card: str = "Lab UVC webcam"
    bus: str = "usb-1.1"
    driver: str = "uvcvideo"
    bits: int = CAPTURE | STREAMING
    offers: dict = field(default_factory=dict)
    busy: bool = False
    open_error: int = 0


class Kernel:
    """Devices by the names of their nodes, which lie in ``folder``."""

    def __init__(self, folder):
        self.folder, self.plugged, self.set_up = folder, {}, []

    def plug(self, name="video0", **about):
        self.plugged[name] = Plugged(**about)
        (self.folder / name).touch()
        return self.folder / name

    def unplug(self, name="video0"):
        (self.folder / name).unlink()
        del self.plugged[name]

    def ioctl(self, fd, request, buffer):
        path = Path(f"/proc/self/fd/{fd}").readlink()
        device = self.plugged[path.name]
        self.set_up += [path] if request == request_of("both", 5, Format) else []
        for (direction, number, structure), answer in ANSWERS.items():
            if request == request_of(direction, number, structure):
                assert len(buffer) == c.sizeof(structure)
                if error := answer(device, structure.from_buffer(buffer)):
                    raise OSError(error, os.strerror(error))
                return 0
        raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))


def query(device, it):
    if device.open_error:
        return device.open_error
    it.driver, it.card, it.bus_info = device.driver.encode(), device.card.encode(), device.bus.encode()
    # All nodes of a physical device together can do more than this one.
    it.capabilities, it.device_caps = INTERNAL | CAPTURE | META | OUTPUT | STREAMING, device.bits
    return 0


def number_of(fourcc):
    return int.from_bytes(fourcc.encode().ljust(4), "little")


def list_formats(device, it):
    if it.type != 1 or it.index >= len(device.offers):
        return errno.EINVAL
    fourcc = list(device.offers)[it.index]
    it.pixelformat, it.description = number_of(fourcc), f"{fourcc} pictures".encode()
    it.flags = 1 if fourcc in ("MJPG", "JPEG", "H264") else 0
    return 0


def sizes_of(device, number):
    return next((sizes for fourcc, sizes in device.offers.items() if number_of(fourcc) == number), {})


def list_sizes(device, it):
    sizes = list(sizes_of(device, it.pixel_format))
    if it.index >= len(sizes):
        return errno.EINVAL
    size = sizes[it.index]
    it.type = 1 if len(size) == 2 else 3
    if len(size) == 2:
        it.of.discrete = Discrete(*size)
    else:
        it.of.stepwise = Stepwise(*size)
    return 0


def list_intervals(device, it):
    for size, fractions in sizes_of(device, it.pixel_format).items():
        most = size if len(size) == 2 else (size[1], size[4])
        if most == (it.width, it.height) and it.index < len(fractions):
            it.type, it.of.discrete = 1, Fraction(*fractions[it.index])
            return 0
    return errno.EINVAL


ANSWERS = {
    ("read", 0, Capability): query,
    ("both", 2, FormatDescription): list_formats,
    ("both", 4, Format): lambda _device, _it: 0,
    ("both", 5, Format): lambda device, _it: errno.EBUSY if device.busy else 0,
    ("both", 74, FrameSize): list_sizes,
    ("both", 75, FrameInterval): list_intervals,
}


@pytest.fixture
def kernel(tmp_path):
    """A kernel without cameras; ``plug`` one in."""
    folder = tmp_path / "dev"
    folder.mkdir()
    return Kernel(folder)


@pytest.fixture
def webcam():
    """What an ordinary webcam offers: MJPG fast in every size, raw slowly in large ones."""
    return {
        "YUYV": {(640, 480): [(1, 15), (1, 30)], (1280, 720): [(1, 10)], (1920, 1080): [(1, 5)]},
        "MJPG": {(640, 480): [(1, 30)], (1280, 720): [(1, 30)], (1920, 1080): [(1, 30)]},
    }
