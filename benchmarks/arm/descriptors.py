"""What a USB webcam says of itself: descriptors of USB 2.0 and of its video class (UVC 1.0), with a bulk endpoint."""

from __future__ import annotations

import struct
from dataclasses import dataclass

UNITS_PER_S = 10_000_000
"""Intervals between frames are counted in 100 ns."""
PAYLOAD_BYTES = 16384
"""Of one transfer: uvcvideo makes them of 32 packets of 512 bytes at most."""
FORMAT_TYPES = {"YUYV": 0x04, "MJPG": 0x06}
GUID_YUY2 = b"YUY2\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
STRINGS = ("edgedigits", "Emulated UVC webcam", "0001")
CONTROL_INTERFACE, STREAM_INTERFACE, ENDPOINT = 0, 1, 0x81


@dataclass(frozen=True, slots=True)
class Size:
    """A size and the rate at which it is sent."""

    width_px: int
    height_px: int
    frames_per_s: int

    @property
    def interval(self) -> int:
        """Between frames, in 100 ns."""
        return round(UNITS_PER_S / self.frames_per_s)

    @property
    def most_bytes(self) -> int:
        """Of a frame."""
        return 2 * self.width_px * self.height_px


FORMATS = {
    "YUYV": (Size(640, 480, 30), Size(1280, 720, 10)),
    "MJPG": (Size(640, 480, 30), Size(1280, 720, 30), Size(1920, 1080, 30)),
}
"""As of most webcams: large pictures come at full rate as JPEGs alone."""

DEVICE = struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0xEF, 2, 1, 64, 0x1D6B, 0x0102, 0x0100, 1, 2, 3, 1)


def string(number: int) -> bytes:
    """A string descriptor; empty where there is none of that number."""
    if number == 0:
        return b"\x04\x03\x09\x04"
    if number > len(STRINGS):
        return b""
    text = STRINGS[number - 1].encode("utf-16-le")
    return bytes([2 + len(text), 3]) + text


def configuration() -> bytes:
    """The whole configuration: an interface that controls, one that streams."""
    association = bytes([8, 11, CONTROL_INTERFACE, 2, 14, 3, 0, 0])
    control = bytes([9, 4, CONTROL_INTERFACE, 0, 0, 14, 1, 0, 0]) + camera()
    stream = bytes([9, 4, STREAM_INTERFACE, 0, 1, 14, 2, 0, 0]) + formats()
    endpoint = struct.pack("<BBBBHB", 7, 5, ENDPOINT, 2, 512, 0)
    body = association + control + stream + endpoint
    return struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), 2, 1, 0, 0x80, 250) + body


def camera() -> bytes:
    """Class-specific descriptors of the controlling interface: a sensor that feeds an output."""
    sensor = struct.pack("<BBBBHBBHHHB", 18, 0x24, 0x02, 1, 0x0201, 0, 0, 0, 0, 0, 3) + bytes(3)
    output = struct.pack("<BBBBHBBB", 9, 0x24, 0x03, 3, 0x0101, 0, 1, 0)
    length = 13 + len(sensor) + len(output)
    return struct.pack("<BBBHHIBB", 13, 0x24, 0x01, 0x0100, length, 48_000_000, 1, STREAM_INTERFACE) + sensor + output


def formats() -> bytes:
    """Class-specific descriptors of the streaming interface: formats, and the sizes of each."""
    body = b"".join(format_of(number, kind, sizes) for number, (kind, sizes) in enumerate(FORMATS.items(), 1))
    length = 13 + len(FORMATS)
    header = struct.pack(
        "<BBBBHBBBBBBB", length, 0x24, 0x01, len(FORMATS), length + len(body), ENDPOINT, 0, 3, 0, 0, 0, 1
    )
    return header + bytes(len(FORMATS)) + body


def format_of(number: int, kind: str, sizes: tuple[Size, ...]) -> bytes:
    """A format with its sizes and colours."""
    raw = kind == "YUYV"
    about = GUID_YUY2 + bytes([16, 1, 0, 0, 0, 0]) if raw else bytes([1, 1, 0, 0, 0, 0])
    head = bytes([5 + len(about), 0x24, FORMAT_TYPES[kind], number, len(sizes)]) + about
    frames = b"".join(
        struct.pack("<BBBBBHH", 30, 0x24, FORMAT_TYPES[kind] + 1, place, 0, size.width_px, size.height_px)
        + struct.pack("<IIIIB", size.most_bytes * 8 * 5, size.most_bytes * 8 * 30, size.most_bytes, size.interval, 1)
        + struct.pack("<I", size.interval)
        for place, size in enumerate(sizes, 1)
    )
    return head + frames + bytes([6, 0x24, 0x0D, 1, 1, 4])
