"""A device read by a thread of its own: a driver that hangs cannot hang the program, and live video never lags behind.

The thread opens the device, reads it and releases it; nobody else touches it. What it reads lies in a box of one frame.
A live device overwrites the box, so that the newest frame is there; a clip waits until the box is empty, so that none
is lost.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from edgedigits.errors import SourceError
from edgedigits_camera.live.frames import Frame, Kind
from edgedigits_camera.live.same import Sameness
from edgedigits_camera.live.stream import JpegFrame
from edgedigits_camera.pixels import is_image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a device is waited for.

    Attributes:
        open_s: for opening. RTSP takes 2 s, a sleeping network camera several.
        stall_s: for a frame. The slowest webcams in the dark send 5 frames a second.
        broken: how many broken frames in a row end it. A loose plug loses a few.
        pause_s: after a broken frame. An unplugged camera fails at once, which would burn a core.
        release_s: for the thread to end.
        same_s: for a frame that differs. No two pictures of a sensor are the same, bit by bit.

    """

    open_s: float = 10.0
    stall_s: float = 5.0
    broken: int = 30
    pause_s: float = 0.03
    release_s: float = 1.0
    same_s: float = 10.0


class StuckError(SourceError):
    """A camera sends one and the same frame."""


class Device(Protocol):
    """What the thread needs of a device; one whose pictures come as JPEGs has the last in ``sent`` as well."""

    title: str
    period_s: float  # time between two frames, 0 where the device itself keeps the pace

    def read(self) -> object:
        """Wait for the next image and return it; anything else is a broken frame."""

    def release(self) -> None:
        """Give the device back."""


class Captured:
    """Frames of a device from its opening to its end; see the module."""

    def __init__(
        self,
        open_device: Callable[[], Device],
        *,
        title: str,
        live: bool,
        realtime: bool = False,
        patience: Patience | None = None,
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            open_device: called by the thread.
            title: what the device is called until it is open.
            live: it is a camera, whose newest frame counts; else a clip, which ends at the first broken frame.
            realtime: a clip is shown as a camera would show it, frame by frame at its time.
            patience: limits of time and of broken frames.

        """
        self.title = title
        self.kind = Kind.LIVE if live or realtime else Kind.CLIP
        self.varied = False
        """Whether two frames ever differed."""
        self._open_device, self._live = open_device, live
        self._patience = patience or Patience()
        self._changed = threading.Condition()  # guards all that follows
        self._frame: Frame | None = None
        self._error: SourceError | None = None
        self._opened = self._ended = self._closed = False
        self._heard_s = 0.0

    def __enter__(self) -> Self:
        """Open the device.

        Raises:
            SourceError: it cannot be opened, or not in time.

        """
        self.start()
        try:
            while not (self._opened or self._ended):
                self._wait(math.inf)
        except BaseException:
            self.close()
            raise
        if self._error and not self._opened:
            raise self._error
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()
        # A thread that hangs in its driver is left behind: releasing the device under it would crash.
        self._thread.join(self._patience.release_s)

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until a clip ends.

        Raises:
            SourceError: a live device sends nothing, or nothing but broken frames; or a clip holds none.

        """
        while frame := self.take():
            yield frame

    def start(self) -> None:
        """Begin to open the device."""
        self._heard_s = time.monotonic()
        self._thread = threading.Thread(target=self._work, name=f"reads {self.title}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Have the device released as soon as it lets go, without waiting for it."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def alive(self) -> bool:
        """Whether the device may still be held."""
        return self._thread.is_alive()

    def take(self, limit_s: float = math.inf) -> Frame | None:
        """Wait for the next frame; None at the end of a clip, or where none came within the limit.

        Raises:
            SourceError: the device cannot be opened, failed, or has sent nothing for too long.

        """
        with self._changed:
            self._wait(limit_s)
            frame, self._frame = self._frame, None
            self._changed.notify_all()
            if frame is None and self._error:
                raise self._error
            return frame

    def _wait(self, limit_s: float) -> None:
        """Wait for a frame or the end, and while it is not open, for that; raises SourceError after too long."""
        with self._changed:
            opened = self._opened
            left_s = self._heard_s + self._patience_s() - time.monotonic()
            if self._changed.wait_for(
                lambda: self._frame or self._ended or self._opened != opened, timeout=max(0, min(limit_s, left_s))
            ):
                return
            if time.monotonic() - self._heard_s < self._patience_s():
                return
            if opened:
                raise SourceError(
                    f"{self.title} sent nothing for {self._patience.stall_s:g} s; check its cable or network"
                )
            raise SourceError(f"{self.title} did not open within {self._patience.open_s:g} s; is it connected?")

    def _patience_s(self) -> float:
        return self._patience.stall_s if self._opened else self._patience.open_s

    def _work(self) -> None:
        error: SourceError | None = None
        try:
            device = self._open_device()
            try:
                with self._changed:
                    self._opened, self.title, self._heard_s = True, device.title, time.monotonic()
                    self._changed.notify_all()
                self._read(device)
            finally:
                device.release()
        except SourceError as known:
            error = known
        except Exception as unknown:  # noqa: BLE001 - whatever a driver raises belongs to whoever waits for frames
            error = SourceError(f"{self.title} failed: {' '.join(str(unknown).split())}")
        with self._changed:
            self._error, self._ended = error, True
            self._changed.notify_all()

    def _read(self, device: Device) -> None:
        count = broken = 0
        begin_s, same = time.monotonic(), Sameness()
        while not self._closed:
            image = device.read()
            if is_image(image):
                broken = 0
                due_s = begin_s + count * device.period_s
                self._look_for_change(same.lasts_s(image, time.monotonic()), first=not count)
                if self.kind is Kind.LIVE:
                    self._rest(due_s - time.monotonic())
                self._put(self._frame_of(device, image, due_s, count))
            elif not self._live:
                if not count:
                    raise SourceError(f"{self.title} holds no frame that can be decoded")
                return
            else:
                broken += 1
                self._rest(self._patience.pause_s)
            if broken >= self._patience.broken:
                raise SourceError(
                    f"{self.title} sent {broken} broken frames in a row; it was unplugged, or its stream ended"
                )
            count += 1

    def _look_for_change(self, same_s: float, *, first: bool) -> None:
        self.varied = self.varied or not (first or same_s)
        if self._live and same_s > self._patience.same_s:
            raise StuckError(f"{self.title} sent one and the same frame for {self._patience.same_s:g} s; it is stuck")

    def _frame_of(self, device: Device, image: NDArray[np.uint8], due_s: float, index: int) -> Frame:
        if sent := getattr(device, "sent", None):
            return JpegFrame(image, sent.time_s, index, sent.jpeg)
        of_clip = self.kind is Kind.CLIP and device.period_s
        return Frame(image, due_s if of_clip else time.monotonic(), index)

    def _put(self, frame: Frame) -> None:
        with self._changed:
            if self.kind is Kind.CLIP:
                self._changed.wait_for(lambda: self._closed or self._frame is None)
            self._frame, self._heard_s = frame, time.monotonic()
            self._changed.notify_all()

    def _rest(self, duration_s: float) -> None:
        if duration_s > 0:
            with self._changed:
                self._changed.wait_for(lambda: self._closed, timeout=duration_s)
