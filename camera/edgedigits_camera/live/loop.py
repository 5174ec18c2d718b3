"""The loop: frames are read, shown and counted, until one side has had enough."""

from __future__ import annotations

import statistics
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from edgedigits_camera.live.sinks import Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits_camera.live.frames import Frame
    from edgedigits_camera.live.sinks import Sink
    from edgedigits_camera.reader import Page

# Frame rates are those of about the last second; the median of the reading time is that of about the last minute.
RATE_FRAMES = 30
TIMED_FRAMES = 2000


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run of the loop did.

    Attributes:
        frames: that were read.
        lost: that the source dropped or found broken, between the first and the last that were read.
        duration_s: from the wait for the first frame to the end.
        read_p50_ms: median time of finding and classifying, over the last frames.

    """

    frames: int
    lost: int
    duration_s: float
    read_p50_ms: float

    def __str__(self) -> str:
        rate = self.frames / self.duration_s if self.duration_s else 0.0
        lost = f", {self.lost} dropped or broken" if self.lost else ""
        frames = "1 frame" if self.frames == 1 else f"{self.frames} frames"
        return f"{frames}, {rate:.1f} a second, read in {self.read_p50_ms:.1f} ms at the median{lost}"


def run(
    frames: Iterable[Frame],
    read: Callable[[NDArray[np.uint8]], Page],
    sinks: Sequence[Sink],
    *,
    max_frames: int | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Summary:
    """Read frames until they end, a sink has had enough, so many were read, or the work is interrupted.

    Signals end it between two frames where the frames come through :class:`edgedigits_camera.live.signals.Ending`.

    Args:
        frames: an entered source.
        read: what finds and names the digits in an image (H, W, 3) uint8 BGR.
        sinks: all of them get every frame that is read.
        max_frames: None for no limit.
        clock: monotonic, in seconds, the one of the frames' times.

    Raises:
        SourceError: the source failed.

    """
    ends_s: deque[float] = deque(maxlen=RATE_FRAMES)
    read_ms: deque[float] = deque(maxlen=TIMED_FRAMES)
    count = first = last = 0
    begin_s = clock()
    with suppress(KeyboardInterrupt):
        for frame in islice(frames, max_frames):
            seen = look(frame, read, ends_s, clock)
            read_ms.append(seen.read_ms)
            first, last, count = first if count else frame.index, frame.index, count + 1
            wishes = [sink.show(seen) for sink in sinks]  # every sink gets the frame, whatever the others say
            if not all(wishes):
                break
    lost = last - first + 1 - count if count else 0
    return Summary(count, lost, clock() - begin_s, statistics.median(read_ms) if read_ms else 0.0)


def look(
    frame: Frame, read: Callable[[NDArray[np.uint8]], Page], ends_s: deque[float], clock: Callable[[], float]
) -> Seen:
    """Read one frame and time it; its end is added to those before, which give the frame rate."""
    start_s = clock()
    page = read(frame.image)
    end_s = clock()
    ends_s.append(end_s)
    duration_s = end_s - ends_s[0]
    return Seen(
        frame,
        page,
        read_ms=1000 * (end_s - start_s),
        latency_ms=1000 * (end_s - frame.time_s),
        frames_per_s=(len(ends_s) - 1) / duration_s if duration_s > 0 else 0.0,
    )
