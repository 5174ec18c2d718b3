"""The loop: frames are looked at, shown and counted, until one side has had enough."""

from __future__ import annotations

import statistics
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgedigits_camera.live.frames import SourceState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from edgedigits_camera.live.frames import Frame
    from edgedigits_camera.live.look import Look
    from edgedigits_camera.live.seen import Seen, Sink

# The median of the reading time is that of about the last minute.
TIMED_FRAMES = 2000


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run of the loop did.

    Attributes:
        frames: that were looked at.
        unread: of these, which needed no reading: nothing moved, or the look before was just now.
        lost: that the source dropped or found broken, between the first and the last.
        duration_s: from the wait for the first frame to the end.
        read_p50_ms: median time of finding and classifying, over the last frames that were read.
        blank: whether no digit was there to stay in any of them.

    """

    frames: int
    unread: int
    lost: int
    duration_s: float
    read_p50_ms: float
    blank: bool

    def __str__(self) -> str:
        if not self.frames:
            return "no frame came"
        rate = self.frames / self.duration_s if self.duration_s else 0.0
        frames = "1 frame" if self.frames == 1 else f"{self.frames} frames"
        blank = " without a digit" if self.blank else ""
        unread = f", {self.unread} needed no reading" if self.unread else ""
        lost = f", {self.lost} dropped or broken" if self.lost else ""
        return f"{frames}{blank}, {rate:.1f} a second, read in {self.read_p50_ms:.1f} ms at the median{unread}{lost}"


class Tally:
    """Counts what a run does."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._begin_s = clock, clock()
        self._read_ms: deque[float] = deque(maxlen=TIMED_FRAMES)
        self._last: int | None = None
        self.frames = self._unread = self._lost = 0
        self._blank = True

    def count(self, seen: Seen) -> None:
        """Count a frame."""
        index = seen.frame.index
        # Where a recording has several sessions, the numbers begin anew.
        self._lost += max(0, index - self._last - 1) if self._last is not None else 0
        self._last = index
        self.frames += 1
        self._blank &= not seen.steady.digits
        if "read" in seen.stages_ms:
            self._read_ms.append(seen.read_ms)
        else:
            self._unread += 1

    def summary(self) -> Summary:
        """What was done up to now."""
        p50_ms = statistics.median(self._read_ms) if self._read_ms else 0.0
        return Summary(self.frames, self._unread, self._lost, self._clock() - self._begin_s, p50_ms, self._blank)


def run(
    items: Iterable[Frame | SourceState],
    look: Look,
    sinks: Sequence[Sink],
    *,
    tally: Tally,
    max_frames: int | None = None,
) -> None:
    """Look at frames until they end, a sink has had enough, ``max_frames`` were looked at, or the work is interrupted.

    Signals end it between two frames where these come through :class:`edgedigits_camera.live.signals.Ending`.

    Args:
        items: an entered source.
        look: finds and names the digits, and follows them over frames.
        sinks: all of them get every frame, and every state of a source that sends none.
        tally: counts, whatever ends it.
        max_frames: None for no limit.

    Raises:
        SourceError: the source failed.

    """
    with suppress(KeyboardInterrupt):
        for item in items:
            # Every sink gets it, whatever the others say.
            if isinstance(item, SourceState):
                wishes = [sink.wait(item) for sink in sinks]
            else:
                seen = look(item)
                tally.count(seen)
                wishes = [sink.show(seen) for sink in sinks]
            if not all(wishes) or tally.frames == max_frames:
                return
