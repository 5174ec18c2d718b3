"""The emulated webcam, asked over USB/IP as a kernel asks it."""

import socket
import struct
from contextlib import closing

import pytest

from benchmarks.arm.descriptors import FORMATS, PAYLOAD_BYTES, configuration, string
from benchmarks.arm.webcam import Choice, Webcam

MJPG, WANTED = 2, 2
FRAME = b"\xff\xd8" + bytes(range(256)) * 200 + b"\xff\xd9"


class Host:
    """What a kernel sends, and what it gets."""

    def __init__(self, webcam):
        self.connection = socket.create_connection(("127.0.0.1", webcam.port), timeout=10)
        self.stream = self.connection.makefile("rb")
        self.number = 0

    def submit(self, *, endpoint=0, direction=1, setup=bytes(8), data=b"", length=0):
        self.number += 1
        head = struct.pack(">IIIII", 1, self.number, 0, direction, endpoint)
        about = struct.pack(">Iiiii", 0, len(data) or length, 0, 0, 0)
        self.connection.sendall(head + about + setup + data)

    def take(self):
        head = self.stream.read(48)
        status, length = struct.unpack(">ii", head[20:28])
        return status, length, head

    def ask(self, kind, request, value, index=0, length=255):
        self.submit(setup=struct.pack("<BBHHH", kind, request, value, index, length), length=length)
        status, length, _ = self.take()
        return status, self.stream.read(length)

    def tell(self, kind, request, value, index, data=b""):
        self.submit(direction=0, setup=struct.pack("<BBHHH", kind, request, value, index, len(data)), data=data)
        return self.take()[0]

    def frame(self):
        data, flags = b"", 0
        while not flags & 2:
            self.submit(endpoint=1, length=PAYLOAD_BYTES)
            payload = self.stream.read(self.take()[1])
            flags, data = payload[1], data + payload[2:]
        return data


@pytest.fixture
def webcam():
    with closing(Webcam(lambda *_: FRAME)) as webcam:
        yield webcam


@pytest.fixture
def host(webcam):
    host = Host(webcam)
    with host.connection, host.stream:
        yield host


def negotiate(host):
    wanted = struct.pack("<HBBI18x", 1, MJPG, WANTED, 333333)
    assert host.tell(0x21, 1, 0x0100, 1, wanted) == 0
    status, probe = host.ask(0xA1, 0x81, 0x0100, 1)
    assert (status, len(probe)) == (0, 26)
    assert host.tell(0x21, 1, 0x0200, 1, probe) == 0
    return probe


def test_descriptors_say_how_long_they_are(host):
    status, said = host.ask(0x80, 6, 0x0200, length=4096)
    assert (status, said) == (0, configuration())
    assert struct.unpack("<H", said[2:4])[0] == len(said)
    at, total = 0, 0
    while at < len(said):
        at, total = at + said[at], total + 1
    assert at == len(said)
    assert total > 10


def test_a_string_that_there_is_not_stalls_the_endpoint(host):
    assert host.ask(0x80, 6, 0x0302) == (0, string(2))
    assert host.ask(0x80, 6, 0x0309)[0] == -32


def test_large_pictures_come_at_full_rate_as_jpegs_alone():
    rates = {kind: {size.height_px: size.frames_per_s for size in sizes} for kind, sizes in FORMATS.items()}
    assert (rates["MJPG"][720], rates["YUYV"][720]) == (30, 10)


def test_what_was_committed_is_granted_and_sent(webcam, host):
    probe = negotiate(host)
    assert probe[2:4] == bytes([MJPG, WANTED])
    assert webcam.log.granted == ["MJPG 1280x720 at 30"]
    assert host.frame() == FRAME


def test_a_format_that_there_is_not_becomes_one_that_there_is():
    choice = Choice()
    choice.take(struct.pack("<HBBI18x", 1, 9, 9, 0))
    assert (choice.kind, choice.chosen.width_px) == ("MJPG", 1920)


def test_every_other_frame_is_cut_while_it_is_corrupt(webcam, host):
    negotiate(host)
    webcam.corrupt = True
    assert sorted(len(host.frame()) for _ in range(2)) == [len(FRAME) // 3, len(FRAME)]
    assert webcam.log.corrupted == 1


def test_unplugged_it_ends_the_connection(webcam, host):
    negotiate(host)
    assert host.frame() == FRAME
    webcam.unplug()
    assert host.stream.read(1) == b""
