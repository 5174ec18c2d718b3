"""What systemd is told."""

import os
import socket
from types import SimpleNamespace

import pytest

from edgedigits_camera.live.frames import SourceState
from edgedigits_camera.live.seen import Steady
from edgedigits_camera.live.watchdog import Watchdog, limit_s

SEEN = SimpleNamespace(frames_per_s=29.7, steady=Steady(lines=("47", "11")))


class Clock:
    now_s = 100.0

    def __call__(self):
        return self.now_s


@pytest.fixture(params=["in a folder", "abstract"])
def systemd(request, tmp_path):
    """A socket as systemd has one, its environment, and what was received since."""
    address = str(tmp_path / "notify") if request.param == "in a folder" else f"@edgedigits-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address.replace("@", "\0", 1))
        listener.settimeout(0)

        def received():
            try:
                return listener.recv(4096).decode().splitlines()
            except BlockingIOError:
                return []

        yield SimpleNamespace(environment={"NOTIFY_SOCKET": address}, received=received, address=address)


def test_the_first_turn_says_that_it_is_ready_alive_and_what_it_does(systemd):
    with Watchdog(systemd.environment) as watchdog:
        assert systemd.received() == []  # a model that loads is not ready yet
        assert watchdog.show(SEEN)
        assert systemd.received() == ["READY=1", "WATCHDOG=1", "STATUS=30 frames/s: 47 | 11"]


def test_waiting_for_a_camera_is_being_alive(systemd):
    with Watchdog(systemd.environment) as watchdog:
        assert watchdog.wait(SourceState("camera /dev/video0", 12.3, "it was\nunplugged"))
    assert systemd.received() == [
        "READY=1",
        "WATCHDOG=1",
        "STATUS=waiting for camera /dev/video0, 12 s: it was unplugged",
    ]


def test_it_is_heard_of_once_a_second_and_ready_once(systemd):
    clock = Clock()
    with Watchdog(systemd.environment, clock=clock) as watchdog:
        heard = []
        for _ in range(96):
            watchdog.show(SEEN)
            heard += [(clock.now_s - 100, message)] if (message := systemd.received()) else []
            clock.now_s += 1 / 32
    assert [round(at_s, 1) for at_s, _ in heard] == [0.0, 1.0, 2.0]
    assert [message[0] for _, message in heard] == ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]


def test_it_is_heard_of_four_times_within_a_short_limit(systemd):
    clock, environment = Clock(), systemd.environment | {"WATCHDOG_USEC": "2000000"}
    with Watchdog(environment, clock=clock) as watchdog:
        watchdog.show(SEEN)
        clock.now_s += 0.49
        watchdog.show(SEEN)
        assert len(systemd.received()) == 3
        assert systemd.received() == []
        clock.now_s += 0.02
        watchdog.show(SEEN)
        assert systemd.received()[0] == "WATCHDOG=1"


def test_its_end_is_told(systemd):
    with Watchdog(systemd.environment) as watchdog:
        watchdog.show(SEEN)
        systemd.received()
    assert systemd.received() == ["STOPPING=1"]


def test_without_systemd_it_is_silent():
    with Watchdog({}) as watchdog:
        assert watchdog.show(SEEN)
        assert watchdog.wait(SourceState("demo"))


def test_a_systemd_that_is_gone_or_does_not_listen_holds_nothing_up(systemd, tmp_path):
    with Watchdog({"NOTIFY_SOCKET": str(tmp_path / "gone")}) as watchdog:
        assert watchdog.show(SEEN)
    clock = Clock()
    with Watchdog(systemd.environment, clock=clock) as watchdog:
        for _ in range(2000):  # more than a socket keeps
            clock.now_s += 2
            assert watchdog.show(SEEN)


@pytest.mark.parametrize(
    ("environment", "limit"),
    [
        ({}, float("inf")),
        ({"WATCHDOG_USEC": "20000000"}, 20.0),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": str(os.getpid())}, 20.0),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"}, float("inf")),
        ({"WATCHDOG_USEC": "soon"}, float("inf")),
        ({"WATCHDOG_USEC": "0"}, float("inf")),
    ],
)
def test_the_limit_is_the_one_that_systemd_set_for_this_process(environment, limit):
    assert limit_s(environment) == limit
