"""A camera that may go and come back: whatever ends it, it is closed and opened again, for as long as it takes."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from edgedigits.errors import SourceError
from edgedigits_camera.live.capture import Captured, Patience, StuckError
from edgedigits_camera.live.frames import Kind, SourceState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgedigits_camera.live.capture import Device
    from edgedigits_camera.live.frames import Frame

# Time between two calls of those who show the state, while no frame comes.
TICK_S = 0.25
# Threads that hang in drivers are left behind, up to three; then no other is started until one comes back.
MOST_HANGING = 3
# Of a picture that just stands still.
LONGEST_SAME_S = 3600.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before opening again: twice as long each time, from the first to the longest.

    Attributes:
        first_s: after a failure.
        longest_s: at most.
        steady_s: after frames for this long, the next failure counts as the first again.

    """

    first_s: float = 0.5
    longest_s: float = 10.0
    steady_s: float = 2.0

    def after(self, failures: int) -> float:
        """Seconds to wait after a number of failures in a row, at least one."""
        return min(self.longest_s, self.first_s * 2.0 ** min(failures - 1, 30))


class Returning:
    """Frames of a live device, and its state while it sends none.

    What fails before the first frame ends it: that is a wrong address or a camera that is not there.
    """

    kind = Kind.LIVE

    def __init__(
        self,
        open_device: Callable[[], Device],
        *,
        title: str,
        patience: Patience | None = None,
        backoff: Backoff | None = Backoff(),
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            open_device: opens it, the first time and again; called by threads, one after the other.
            title: what it is called while it is away.
            patience: limits of time and of broken frames.
            backoff: how long to wait before opening again; None where the first failure ends it.

        """
        self.title = title
        self._name, self._open_device = title, open_device
        self._patience, self._backoff = patience or Patience(), backoff
        self._same_s = self._patience.same_s
        self._next = 0
        self._session = self._new()
        self._left: list[Captured] = []

    def __enter__(self) -> Self:
        """Open it.

        Raises:
            SourceError: it cannot be opened, or not in time.

        """
        self._session.__enter__()
        self.title = self._session.title
        return self

    def __exit__(self, *_exception: object) -> None:
        self._session.__exit__()

    def __iter__(self) -> Iterator[Frame | SourceState]:
        """Yield frames, and while none comes, the state.

        Raises:
            SourceError: it failed, and has never sent a frame or is not to be waited for.

        """
        heard_s, failures, reason = time.monotonic(), 0, ""
        while True:
            begun_s = time.monotonic()
            try:
                for frame in self._frames():
                    if frame:
                        heard_s, reason = time.monotonic(), ""
                    yield frame or self._state(heard_s, reason)
            except SourceError as error:
                if not (self._backoff and self._next):
                    raise
                failures = 1 if heard_s - begun_s >= self._backoff.steady_s else failures + 1
                reason, rest_s = str(error), self._backoff.after(failures)
                self._bear_with(error)
            yield from self._rest(rest_s, heard_s, reason)
            self._session = self._new()
            self._session.start()

    def _frames(self) -> Iterator[Frame | None]:
        """Yield what the session sends, its numbers going on from those before, None at each tick without a frame."""
        first = self._next
        while True:
            frame = self._session.take(TICK_S)
            if frame:
                frame = replace(frame, index=first + frame.index)
                self._next, self.title = frame.index + 1, self._session.title
            yield frame

    def _rest(self, duration_s: float, heard_s: float, reason: str) -> Iterator[SourceState]:
        """Let the session go, and wait until there may be another."""
        self._session.close()
        self._left.append(self._session)
        until_s = time.monotonic() + duration_s
        while True:
            self._left = [session for session in self._left if session.alive]
            if time.monotonic() >= until_s and len(self._left) <= MOST_HANGING:
                return
            yield self._state(heard_s, reason)
            time.sleep(min(TICK_S, max(until_s - time.monotonic(), 0.01)))

    def _bear_with(self, error: SourceError) -> None:
        """What shows the same after it was opened again just stands still, and is not opened so soon again."""
        if isinstance(error, StuckError):
            self._same_s = self._patience.same_s if self._session.varied else min(2 * self._same_s, LONGEST_SAME_S)

    def _state(self, heard_s: float, reason: str) -> SourceState:
        return SourceState(self._name, time.monotonic() - heard_s, reason) if reason else SourceState(self.title)

    def _new(self) -> Captured:
        patience = replace(self._patience, same_s=self._same_s)
        return Captured(self._open_device, title=self._name, live=True, patience=patience)
