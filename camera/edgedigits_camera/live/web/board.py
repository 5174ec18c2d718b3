"""What there is to show, handed from the loop's thread to the server's without either waiting for the other."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from edgedigits_camera.live.frames import SourceState

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgedigits_camera.live.seen import Event, Seen

HISTORY = 200


@dataclass(frozen=True, slots=True)
class Noted:
    """An event with its number, from 1, and the time of the day."""

    number: int
    event: Event
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """All that there is to show at one moment.

    Attributes:
        number: of this state of things; the next one has a higher number.
        state: whether frames come.
        seen: the newest frame and what was read, None before the first.
        seen_s: when that was put up, monotonic.
        notes: the last events, oldest first.

    """

    number: int
    state: SourceState
    seen: Seen | None = None
    seen_s: float = 0.0
    notes: tuple[Noted, ...] = ()


class Board:
    """Written by the loop, read by viewers; a viewer who is slow sees the newest when it looks again.

    Each state of things is one object that never changes and is put up in one step, so that nothing is locked.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.now = Shown(0, SourceState("no source yet"))
        self.run = secrets.token_hex(4)
        """Tells the events of this run from those of another, whose numbers begin at 1 as well."""
        self.over = False
        self._clock = now
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bell: asyncio.Event | None = None
        self._waiting = 0

    def open(self) -> None:
        """Let viewers wait in the event loop that runs."""
        self._loop, self._bell = asyncio.get_running_loop(), asyncio.Event()

    def put(self, seen: Seen) -> None:
        """Put up a frame with what was read."""
        notes, before = self.now.notes, self.now.state
        if seen.events:
            first, at = (notes[-1].number if notes else 0) + 1, self._clock()
            added = (Noted(number, event, at) for number, event in enumerate(seen.events, start=first))
            notes = (*notes, *added)[-HISTORY:]
        state = before if before.waiting_s is None else SourceState(before.title)
        self._put(Shown(self.now.number + 1, state, seen, time.monotonic(), notes))

    def put_state(self, state: SourceState) -> None:
        """Put up that no frames come, or whence they come."""
        self._put(replace(self.now, number=self.now.number + 1, state=state))

    def close(self) -> None:
        """Let all who wait go."""
        self.over = True
        self._ring()

    def _put(self, shown: Shown) -> None:
        self.now = shown
        if self._waiting:  # it is a matter of microseconds, and of waking another thread
            self._ring()

    def _ring(self) -> None:
        if self._loop and self._bell:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        if self._bell:
            self._bell.set()
            self._bell.clear()

    async def newer(self, than: int) -> Shown:
        """Wait for another state of things than the one of a number, or for the end."""
        if self._bell is None:
            raise RuntimeError("the board is not open")
        self._waiting += 1
        try:
            while self.now.number == than and not self.over:
                await self._bell.wait()
        finally:
            self._waiting -= 1
        return self.now
