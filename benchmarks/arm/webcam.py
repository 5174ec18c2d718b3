"""A USB webcam without one: UVC over USB/IP, so that a kernel with vhci_hcd has it and its own uvcvideo drives it.

https://docs.kernel.org/usb/usbip_protocol.html has the messages, the USB Device Class Definition for Video Devices 1.0
the requests. The machine that wants it connects, and hands the connection to its kernel.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.arm.descriptors import DEVICE, FORMATS, PAYLOAD_BYTES, STREAM_INTERFACE, Size, configuration, string

if TYPE_CHECKING:
    from collections.abc import Callable

    Picture = Callable[[str, Size, int], bytes]

SUBMIT, UNLINK, ANSWER_SUBMIT, ANSWER_UNLINK = 1, 2, 3, 4
UNLINKED, BROKEN_PIPE = -104, -32
GET_DESCRIPTOR, GET_STATUS, SET_CURRENT, GET_LENGTH, GET_INFO, GET_DEFAULT = 6, 0, 0x01, 0x85, 0x86, 0x87
PROBE_BYTES = 26
HEADER_BYTES = 2
"""Of a payload: its own length and its flags."""


@dataclass(slots=True)
class Choice:
    """What a host has negotiated: a format, and one of its sizes, both counted from 1."""

    format: int = 1
    size: int = 1

    def take(self, wanted: bytes) -> None:
        """Take from a probe what there is of it."""
        format_, size = wanted[2], wanted[3]
        self.format = min(max(format_, 1), len(FORMATS))
        self.size = min(max(size, 1), len(self.sizes))

    @property
    def kind(self) -> str:
        """The format's four letters."""
        return list(FORMATS)[self.format - 1]

    @property
    def sizes(self) -> tuple[Size, ...]:
        """Of the format."""
        return FORMATS[self.kind]

    @property
    def chosen(self) -> Size:
        """The size."""
        return self.sizes[self.size - 1]

    def probe(self) -> bytes:
        """As the host reads it."""
        size = self.chosen
        numbers = (1, self.format, self.size, size.interval, 0, 0, 0, 0, 0, size.most_bytes, PAYLOAD_BYTES)
        return struct.pack("<HBBIHHHHHII", *numbers)


@dataclass(slots=True)
class Log:
    """What was asked of a webcam, and what it sent."""

    granted: list[str] = field(default_factory=list)
    frames: int = 0
    corrupted: int = 0


class Webcam:
    """Serves one host after the other; ``picture`` makes the bytes of a frame from format, size and number."""

    def __init__(self, picture: Picture) -> None:
        self.log = Log()
        self.stalled = False
        self.corrupt = False
        """Every other frame loses two thirds of its bytes."""
        self.picture = picture
        self._plug: Plug | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._plug = Plug(self, connection)
                threading.Thread(target=self._plug.serve, daemon=True).start()
                threading.Thread(target=self._plug.stream, daemon=True).start()

    def close(self) -> None:
        """Take it away for good."""
        self.unplug()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def unplug(self) -> None:
        """Pull it out."""
        if self._plug:
            self._plug.pull()


class Plug:
    """A webcam as it is plugged in, until it is pulled out."""

    def __init__(self, webcam: Webcam, connection: socket.socket) -> None:
        self._webcam, self._connection = webcam, connection
        self._probe, self._commit = Choice(), Choice()
        self._waiting: list[tuple[int, int]] = []
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._in = True

    def pull(self) -> None:
        """End the connection."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def serve(self) -> None:
        """Answer the host until it goes."""
        with self._connection, self._connection.makefile("rb") as stream, suppress(OSError):
            while len(head := stream.read(48)) == 48:
                command, number, _, direction, endpoint = struct.unpack(">IIIII", head[:20])
                if command == UNLINK:
                    self._unlink(number, struct.unpack(">I", head[20:24])[0])
                    continue
                length = struct.unpack(">i", head[24:28])[0]
                sent = stream.read(length) if not direction and length > 0 else b""
                if endpoint:
                    self._enqueue(number, length)
                else:
                    self._answer(number, head[40:48], direction=direction, sent=sent)
        with self._changed:
            self._in = False
            self._changed.notify_all()

    def _enqueue(self, number: int, length: int) -> None:
        with self._changed:
            self._waiting.append((number, length))
            self._changed.notify_all()

    def _unlink(self, number: int, target: int) -> None:
        with self._changed:
            before = len(self._waiting)
            self._waiting = [each for each in self._waiting if each[0] != target]
            found = len(self._waiting) < before
        with self._sending:
            status = struct.pack(">i24x", UNLINKED if found else 0)
            self._connection.sendall(struct.pack(">IIIII", ANSWER_UNLINK, number, 0, 0, 0) + status)

    def _send(self, number: int, data: bytes = b"", *, length: int | None = None, status: int = 0) -> None:
        head = struct.pack(">IIIII", ANSWER_SUBMIT, number, 0, 0, 0)
        about = struct.pack(">iiiii8x", status, len(data) if length is None else length, 0, 0, 0)
        with self._sending:
            self._connection.sendall(head + about + data)

    def _answer(self, number: int, setup: bytes, *, direction: int, sent: bytes) -> None:
        """Answer a request on the control endpoint."""
        data = self._said(setup, sent)
        if data is None:
            self._send(number, status=BROKEN_PIPE)
        elif direction:
            self._send(number, data[: struct.unpack("<H", setup[6:8])[0]])
        else:
            self._send(number, length=len(sent))

    def _said(self, setup: bytes, sent: bytes) -> bytes | None:
        """What a request gets, empty where it only is to be done; None for one that is not known."""
        kind, request, value, index, _ = struct.unpack("<BBHHH", setup)
        if kind == 0x80 and request == GET_DESCRIPTOR:
            return {1: DEVICE, 2: configuration(), 3: string(value & 255)}.get(value >> 8) or None
        if kind == 0x80 and request == GET_STATUS:
            return bytes(2)
        if kind == 0xA1 and index & 255 == STREAM_INTERFACE:
            choice = self._commit if value >> 8 == 2 and request != GET_DEFAULT else self._probe
            lengths = {GET_INFO: b"\x03", GET_LENGTH: struct.pack("<H", PROBE_BYTES)}
            return lengths.get(request) or choice.probe()
        if kind == 0x21 and index & 255 == STREAM_INTERFACE and request == SET_CURRENT:
            self._choose(sent, committed=value >> 8 == 2)
            return b""
        return b"" if kind in (0x00, 0x01, 0x02) else None  # configuration, interface, features: all are the same

    def _choose(self, wanted: bytes, *, committed: bool) -> None:
        (self._commit if committed else self._probe).take(wanted)
        if committed:
            size = self._commit.chosen
            mode = f"{self._commit.kind} {size.width_px}x{size.height_px} at {size.frames_per_s}"
            self._webcam.log.granted.append(mode)

    def stream(self) -> None:
        """Send frames at their rate for as long as the host asks for them."""
        number, due_s = 0, time.monotonic()
        with suppress(OSError):
            while self._wanted():
                size, corrupt = self._commit.chosen, self._webcam.corrupt and number % 2 == 0
                data = self._webcam.picture(self._commit.kind, size, number)
                time.sleep(max(0.0, due_s - time.monotonic()))
                due_s = max(due_s + 1 / size.frames_per_s, time.monotonic())
                self._send_frame(data[: len(data) // 3] if corrupt else data, flags=0x80 | number % 2)
                self._webcam.log.frames += 1
                self._webcam.log.corrupted += corrupt
                number += 1

    def _wanted(self) -> bool:
        """Wait until a frame is to be sent; whether one is, or the host has gone."""
        with self._changed:
            while self._in and (not self._waiting or self._webcam.stalled):
                self._changed.wait(0.05)
            return self._in

    def _send_frame(self, data: bytes, *, flags: int) -> None:
        at = 0
        while at < len(data):
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or not self._in)
                if not self._in:
                    return
                number, length = self._waiting.pop(0)
            chunk = data[at : at + length - HEADER_BYTES]
            at += len(chunk)
            ended = 2 if at >= len(data) else 0
            self._send(number, bytes([HEADER_BYTES, flags | ended]) + chunk)
