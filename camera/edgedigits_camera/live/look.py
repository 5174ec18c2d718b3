"""A look at a frame: whether it must be read, what was read, what stands there steadily, and how long all that took."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Protocol

from edgedigits_camera.live.frames import Kind
from edgedigits_camera.live.seen import Seen
from edgedigits_camera.live.stills import Stills
from edgedigits_camera.live.tracking import Tracker
from edgedigits_camera.reader import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits_camera.live.frames import Frame
    from edgedigits_camera.live.seen import Event, Steady

# Frame rates are those of about the last second.
RATE_FRAMES = 30


class Memory(Protocol):
    """What is remembered from frame to frame."""

    def wants(self, frame: Frame) -> bool:
        """Whether a frame must be read."""

    def update(self, frame: Frame, page: Page | None) -> tuple[Steady, tuple[Event, ...]]:
        """Take in a frame and what was read in it, None where nothing was."""


class Look:
    """Looks at the frames of one source, in their order.

    Args:
        read: finds and names the digits in an image (H, W, 3) uint8 BGR.
        kind: of the source.
        clock: monotonic, in seconds; that of the frames' times where they are live.

    """

    def __init__(
        self, read: Callable[[NDArray[np.uint8]], Page], *, kind: Kind, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read, self._kind, self._clock = read, kind, clock
        self._memory: Memory = Stills() if kind is Kind.STILLS else Tracker()
        self._page = Page((), ())
        self._ends_s: deque[float] = deque(maxlen=RATE_FRAMES)

    def __call__(self, frame: Frame) -> Seen:
        """Look at the next one."""
        begin_s = self._clock()
        wanted = self._memory.wants(frame)
        compared_s = read_s = self._clock()
        if wanted:
            self._page = self._read(frame.image)
            read_s = self._clock()
        steady, events = self._memory.update(frame, self._page if wanted else None)
        end_s = self._clock()
        # Frames that are not live were never waiting: they are made when they are asked for.
        arrival_s = min(frame.time_s, begin_s) if self._kind is Kind.LIVE else begin_s
        steps_s = {"wait": begin_s - arrival_s, "compare": compared_s - begin_s}
        steps_s |= {"read": read_s - compared_s, "track": end_s - read_s} if wanted else {}
        return Seen(
            frame,
            self._page,
            steady,
            events,
            read_ms=1000 * (read_s - compared_s),
            latency_ms=1000 * (end_s - arrival_s),
            frames_per_s=self._rate(end_s),
            stages_ms={name: 1000 * step_s for name, step_s in steps_s.items()},
        )

    def _rate(self, end_s: float) -> float:
        self._ends_s.append(end_s)
        duration_s = end_s - self._ends_s[0]
        return (len(self._ends_s) - 1) / duration_s if duration_s > 0 else 0.0
