"""A device read by a thread of its own: a driver that hangs cannot hang the program, and live video never lags behind.

The thread opens the device, reads it and releases it; nobody else touches it. What it reads lies in a box of one frame.
A live device overwrites the box, so that the newest frame is there; a clip waits until the box is empty, so that none
is lost.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from edgedigits.errors import SourceError
from edgedigits_camera.live.frames import Frame, is_image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a device is waited for.

    Attributes:
        open_s: for opening. RTSP takes 2 s, a sleeping network camera several.
        stall_s: for a frame. The slowest webcams in the dark send 5 frames a second.
        broken: so many broken frames in a row end it. A loose plug loses a few.
        pause_s: after a broken frame. An unplugged camera fails at once, which would burn a core.
        release_s: for the thread to end.

    """

    open_s: float = 10.0
    stall_s: float = 5.0
    broken: int = 30
    pause_s: float = 0.03
    release_s: float = 1.0


class Device(Protocol):
    """What the thread needs of a device."""

    title: str
    period_s: float  # least time between two frames, 0 where the device itself keeps the pace

    def read(self) -> object:
        """Wait for the next image and return it; anything else is a broken frame."""

    def release(self) -> None:
        """Give the device back."""


class Captured:
    """Frames of a device; see the module."""

    def __init__(
        self,
        open_device: Callable[[], Device],
        *,
        title: str,
        live: bool,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.title = title
        self._open_device = open_device
        self._live = live
        self._patience = patience or Patience()
        self._clock = clock
        self._changed = threading.Condition()  # guards all that follows
        self._frame: Frame | None = None
        self._error: SourceError | None = None
        self._opened = self._ended = self._closed = False

    def __enter__(self) -> Self:
        """Open the device.

        Raises:
            SourceError: it cannot be opened, or not in time.

        """
        self._thread = threading.Thread(target=self._work, name=f"reads {self.title}", daemon=True)
        self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._opened or self._ended, timeout=self._patience.open_s)
            if self._error and not self._opened:
                raise self._error
            if not self._opened:
                self._closed = True
                raise SourceError(f"{self.title} did not open within {self._patience.open_s:g} s; is it connected?")
        return self

    def __exit__(self, *_exception: object) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        # A thread that hangs in its driver is left behind: releasing the device under it would crash.
        self._thread.join(self._patience.release_s)

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until a clip ends.

        Raises:
            SourceError: a live device sends nothing, or nothing but broken frames; or a clip holds none.

        """
        while frame := self._take():
            yield frame

    def _take(self) -> Frame | None:
        with self._changed:
            if not self._changed.wait_for(lambda: self._frame or self._ended, timeout=self._patience.stall_s):
                raise SourceError(
                    f"{self.title} sent nothing for {self._patience.stall_s:g} s; check its cable or network"
                )
            frame, self._frame = self._frame, None
            self._changed.notify_all()
            if frame is None and self._error:
                raise self._error
            return frame

    def _work(self) -> None:
        error: SourceError | None = None
        try:
            device = self._open_device()
            try:
                with self._changed:
                    self._opened, self.title = True, device.title
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
        index = broken = 0
        start_s = self._clock()
        while not self._closed:
            image = device.read()
            if is_image(image):
                broken = 0
                self._rest(start_s + index * device.period_s - self._clock())
                self._put(Frame(image, self._clock(), index))
            elif not self._live:
                if not index:
                    raise SourceError(f"{self.title} holds no frame that can be decoded")
                return
            else:
                broken += 1
                self._rest(self._patience.pause_s)
            if broken >= self._patience.broken:
                raise SourceError(
                    f"{self.title} sent {broken} broken frames in a row; it was unplugged, or its stream ended"
                )
            index += 1

    def _put(self, frame: Frame) -> None:
        with self._changed:
            if not self._live:
                self._changed.wait_for(lambda: self._closed or self._frame is None)
            self._frame = frame
            self._changed.notify_all()

    def _rest(self, duration_s: float) -> None:
        if duration_s > 0:
            with self._changed:
                self._changed.wait_for(lambda: self._closed, timeout=duration_s)
