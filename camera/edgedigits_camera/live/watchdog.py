"""Tells systemd that the camera is read: ready, alive, and what it does. Silent where no systemd asks for it.

A service of ``Type=notify`` has the address of a socket in its environment, and with ``WatchdogSec=`` how often it must
be heard of; see sd_notify(3). What is sent comes from the loop that reads, so that a hung one is found out.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edgedigits_camera.live.frames import SourceState
    from edgedigits_camera.live.seen import Seen

# A status more often than that is read by nobody.
STATUS_PERIOD_S = 1.0


class Watchdog:
    """A sink that sends READY=1 when the loop first turns, then WATCHDOG=1 and STATUS= again and again.

    Args:
        environment: holds NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID where systemd started this process.
        clock: monotonic, in seconds.

    """

    def __init__(
        self, environment: Mapping[str, str] | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        environment = os.environ if environment is None else environment
        self._address = address_of(environment.get("NOTIFY_SOCKET", ""))
        self._period_s = min(STATUS_PERIOD_S, limit_s(environment) / 4)
        self._clock = clock
        self._socket: socket.socket | None = None
        self._sent_s: float | None = None

    def __enter__(self) -> Self:
        if self._address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._socket.settimeout(0)  # a systemd that does not listen holds up no frame
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._socket:
            self._send("STOPPING=1")
            self._socket.close()
            self._socket = None

    def show(self, seen: Seen) -> bool:
        """Say that frames are read, how many a second, and what stands there."""
        self._turn(lambda: f"{seen.frames_per_s:.0f} frames/s: {' | '.join(seen.steady.lines) or 'no digits'}")
        return True

    def wait(self, state: SourceState) -> bool:
        """Say what is waited for; waiting is no fault that a new start would mend."""
        self._turn(lambda: f"{state}: {state.reason}" if state.reason else str(state))
        return True

    def _turn(self, status: Callable[[], str]) -> None:
        if not self._socket:
            return
        now_s = self._clock()
        if self._sent_s is not None and now_s - self._sent_s < self._period_s:
            return
        ready = [] if self._sent_s is not None else ["READY=1"]
        self._sent_s = now_s
        self._send("\n".join([*ready, "WATCHDOG=1", f"STATUS={' '.join(status().split())}"]))

    def _send(self, message: str) -> None:
        with suppress(OSError):  # nobody listens, or not fast enough: then systemd will see to it
            if self._socket:
                self._socket.sendto(message.encode("utf-8", "replace"), self._address)


def address_of(text: str) -> str:
    """The address of a socket from what systemd writes, where @ stands for the NUL of an abstract one."""
    return f"\0{text[1:]}" if text.startswith("@") else text


def limit_s(environment: Mapping[str, str]) -> float:
    """After how long without a word systemd takes this process for hung; infinite where it does not watch it."""
    microseconds, process = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    watched = microseconds.isdecimal() and process in ("", str(os.getpid()))
    return int(microseconds) / 1e6 if watched and int(microseconds) else float("inf")
