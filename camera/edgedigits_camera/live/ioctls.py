"""What a V4L2 device tells about itself, asked with the few ioctls that this takes.

linuxpy asks them too, under the GPL; this project's licence is another. Layouts are those of ``linux/videodev2.h``.
"""

from __future__ import annotations

import errno
import fcntl
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

CAPTURE, CAPTURE_PLANES, STREAMING = 0x1, 0x1000, 0x04000000
MEDIA_CONTROLLER = 0x20000000  # frames come only once a pipeline has been set up, which is libcamera's business
HAS_DEVICE_CAPS = 0x80000000
COMPRESSED = 0x1  # flag of a format
DISCRETE = 1  # type of a size or an interval
BIG_ENDIAN = 0x80000000  # flag of a fourcc

CAPABILITY = struct.Struct("=16s32s32s6I")
FORMAT_DESCRIPTION = struct.Struct("=3I32sI4I")
FRAME_SIZE = struct.Struct("=3I6I2I")
FRAME_INTERVAL = struct.Struct("=5I6I2I")
# A union that holds pointers begins where pointers may lie.
FORMAT = struct.Struct("=I4x200s" if struct.calcsize("P") == 8 else "=I200s")

READ, WRITE_READ = 2, 3


def number_of(direction: int, number: int, layout: struct.Struct) -> int:
    """The request of an ioctl, as the macros of ``asm-generic/ioctl.h`` make it."""
    return direction << 30 | layout.size << 16 | ord("V") << 8 | number


QUERY_CAPABILITY = number_of(READ, 0, CAPABILITY)
ENUMERATE_FORMATS = number_of(WRITE_READ, 2, FORMAT_DESCRIPTION)
GET_FORMAT = number_of(WRITE_READ, 4, FORMAT)
SET_FORMAT = number_of(WRITE_READ, 5, FORMAT)
ENUMERATE_SIZES = number_of(WRITE_READ, 74, FRAME_SIZE)
ENUMERATE_INTERVALS = number_of(WRITE_READ, 75, FRAME_INTERVAL)
# The end of a list; or the driver has no such list.
ENDS = {errno.EINVAL, errno.ENOTTY}


class Ioctl(Protocol):
    """As ``fcntl.ioctl``."""

    def __call__(self, fd: int, request: int, structure: bytearray, /) -> Any:
        """Ask; the structure is changed in place."""


@dataclass(frozen=True, slots=True)
class Capability:
    """Who a device is, and what it can do: bits such as :data:`CAPTURE`."""

    driver: str
    card: str
    bus: str
    bits: int

    @property
    def buffers(self) -> int | None:
        """The type of the buffers that it fills with pictures; None where it is no camera that sends frames."""
        if not self.bits & STREAMING:
            return None
        return 1 if self.bits & CAPTURE else 9 if self.bits & CAPTURE_PLANES else None


class Pixels(NamedTuple):
    """A format of pixels: its four signs, its number, its name, and whether it is compressed."""

    fourcc: str
    number: int
    name: str
    compressed: bool


def capability(fd: int, *, ioctl: Ioctl = fcntl.ioctl) -> Capability:
    """Ask a device who it is.

    Raises:
        OSError: it is no V4L2 device, or is gone.

    """
    answer = bytearray(CAPABILITY.size)
    ioctl(fd, QUERY_CAPABILITY, answer)
    driver, card, bus, _, bits, device_bits, *_ = CAPABILITY.unpack(answer)
    return Capability(text(driver), text(card), text(bus), device_bits if bits & HAS_DEVICE_CAPS else bits)


def formats(fd: int, buffers: int, *, ioctl: Ioctl = fcntl.ioctl) -> Iterator[Pixels]:
    """The formats that a device offers, the driver's favourite first."""
    for answer in _listed(fd, ENUMERATE_FORMATS, FORMAT_DESCRIPTION, (buffers,), ioctl=ioctl):
        _, _, flags, name, number, *_ = answer
        fourcc = struct.pack("<I", number & ~BIG_ENDIAN).decode("latin-1").strip()
        yield Pixels(fourcc, number, text(name), bool(flags & COMPRESSED))


def sizes(fd: int, pixels: int, *, ioctl: Ioctl = fcntl.ioctl) -> Iterator[tuple[tuple[int, int], ...]]:
    """The sizes in pixels of a format: least, most and step of each, which are the same where there is one alone."""
    for answer in _listed(fd, ENUMERATE_SIZES, FRAME_SIZE, (pixels,), ioctl=ioctl):
        _, _, kind, first, second, third, fourth, fifth, sixth, *_ = answer
        if kind == DISCRETE:
            yield (first, second), (first, second), (1, 1)
        else:
            yield (first, fourth), (second, fifth), (third, sixth)


def rates(fd: int, pixels: int, size_px: tuple[int, int], *, ioctl: Ioctl = fcntl.ioctl) -> Iterator[float]:
    """The rates in frames a second of a format in a size; of a range, its ends."""
    for answer in _listed(fd, ENUMERATE_INTERVALS, FRAME_INTERVAL, (pixels, *size_px), ioctl=ioctl):
        kind, intervals = answer[4], answer[5:11]
        for upper, lower in (intervals[:2],) if kind == DISCRETE else (intervals[:2], intervals[2:4]):
            if upper:
                yield lower / upper


def is_busy(fd: int, buffers: int, *, ioctl: Ioctl = fcntl.ioctl) -> bool:
    """Whether another program has taken the frames of a device: the format that it has cannot be set then."""
    answer = bytearray(FORMAT.size)
    FORMAT.pack_into(answer, 0, buffers, b"")
    try:
        ioctl(fd, GET_FORMAT, answer)
        ioctl(fd, SET_FORMAT, answer)
    except OSError as error:
        return error.errno == errno.EBUSY
    return False


def _listed(
    fd: int, request: int, layout: struct.Struct, asked: tuple[int, ...], *, ioctl: Ioctl
) -> Iterator[tuple[Any, ...]]:
    index = 0
    while True:
        answer = bytearray(layout.size)
        struct.pack_into(f"={1 + len(asked)}I", answer, 0, index, *asked)
        try:
            ioctl(fd, request, answer)
        except OSError as error:
            if error.errno in ENDS:
                return
            raise
        found = layout.unpack(answer)
        yield found
        if request == ENUMERATE_SIZES and found[2] != DISCRETE:  # a range is the only one there is
            return
        index += 1


def text(raw: bytes) -> str:
    """What the kernel wrote, up to its NUL."""
    return raw.partition(b"\0")[0].decode("utf-8", "replace").strip()
