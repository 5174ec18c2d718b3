"""A stream of JPEGs as a device: a thread takes all bytes as they come, and the newest whole picture is decoded.

Were bytes taken only when a picture is wanted, older pictures would wait in sockets and pipes whenever decoding is
slower than the sender, and every answer would be as late as these are old.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from http.client import HTTPException, IncompleteRead
from typing import TYPE_CHECKING

from edgedigits.errors import SourceError
from edgedigits_camera.live.frames import Frame
from edgedigits_camera.live.whole import decode, jpegs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

CHUNK_BYTES = 65536
RELEASE_S = 1.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A whole JPEG as it came.

    Attributes:
        jpeg: its bytes.
        time_s: when its last byte was there, by the clock of the stream.
        index: its number in the stream; broken ones and those that gave way to newer ones count.

    """

    jpeg: bytes
    time_s: float
    index: int


@dataclass(frozen=True, slots=True)
class JpegFrame(Frame):
    """A frame that came as a JPEG, whose bytes can be kept as they are."""

    jpeg: bytes = b""


class JpegStream:
    """The newest picture of bytes that come in chunks, as a :class:`edgedigits_camera.live.capture.Device`."""

    period_s = 0.0

    def __init__(
        self,
        chunks: Iterable[bytes],
        *,
        title: str,
        stall_s: float,
        close: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin to take bytes.

        Args:
            chunks: bytes as they come; OSError, HTTPException or SourceError say how they ended.
            title: what the source is called.
            stall_s: how long a picture is waited for.
            close: ends ``chunks``, called from another thread.
            clock: monotonic, in seconds.

        """
        self.title = title
        self.sent: Sent | None = None
        """The picture that was read last."""
        self._stall_s, self._close, self._clock = stall_s, close, clock
        self._changed = threading.Condition()  # guards all that follows
        self._newest: Sent | None = None
        self._broken = self._bytes = 0
        self._end: SourceError | None = None
        self._thread = threading.Thread(target=self._take, args=(chunks,), name=f"takes {title}", daemon=True)
        self._thread.start()

    def read(self) -> object:
        """Wait for a picture that is newer than the last, (H, W, 3) uint8 BGR; None for one that was not whole.

        Raises:
            SourceError: the stream ended, or sent no picture in time.

        """
        with self._changed:
            before = self._bytes
            if not self._changed.wait_for(lambda: self._newest or self._broken or self._end, timeout=self._stall_s):
                what = "bytes, but no picture," if self._bytes > before else "nothing"
                raise SourceError(f"{self.title} sent {what} for {self._stall_s:g} s; check its cable or network")
            self.sent, self._newest = self._newest, None
            if not self.sent and not self._broken and self._end:
                raise self._end
            self._broken = 0 if self.sent else self._broken - 1
        return decode(self.sent.jpeg) if self.sent else None

    def release(self) -> None:
        """End the stream and the thread."""
        self._close()
        self._thread.join(RELEASE_S)

    def _take(self, chunks: Iterable[bytes]) -> None:
        end = SourceError(f"{self.title} ended")
        try:
            for index, jpeg in enumerate(jpegs(self._counted(chunks))):
                with self._changed:
                    if jpeg:
                        self._newest, self._broken = Sent(jpeg, self._clock(), index), 0
                    else:
                        self._broken += 1
                    self._changed.notify_all()
        except SourceError as known:
            end = known
        except (OSError, HTTPException, ValueError) as error:  # ValueError: closed while it was read
            reason = "" if isinstance(error, IncompleteRead) else f" ({' '.join(str(error).split())})"
            end = SourceError(f"{self.title} broke off{reason}")
        with self._changed:
            self._end = end
            self._changed.notify_all()

    def _counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._bytes += len(chunk)
            yield chunk
