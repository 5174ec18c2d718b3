"""Keeps what was seen: pictures, readings and settings, so that any fault can be shown again."""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import cv2

from edgedigits.version import __version__
from edgedigits_camera.live.objects import event_object, reading_object
from edgedigits_camera.live.segments import LIMIT_BYTES, VERSION, Segments
from edgedigits_camera.live.stream import JpegFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from edgedigits_camera.live.frames import Frame, SourceState
    from edgedigits_camera.live.seen import Seen

# A card that is slow for a moment costs no frame, one that is slow for longer costs frames of the recording alone.
MOST_WAITING = 8
QUALITY = 92
# A disk that is full is tried again: others may make room.
RETRY_S = 10.0
END_S = 1.5


class Recording:
    """Records while it is entered, in a thread of its own: the loop never waits for the disk."""

    def __init__(
        self,
        folder: Path,
        *,
        note: Callable[[str], None],
        settings: Mapping[str, Any],
        limit_bytes: int = LIMIT_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing is written yet.

        Args:
            folder: new, empty, or a recording that is to go on.
            note: is told once, in one line, that the disk does not take it.
            settings: source, without passwords, and options; kept with the frames.
            limit_bytes: for all of the folder; the oldest go first.
            clock: monotonic, in seconds.

        """
        self._folder, self._note, self._limit_bytes, self._clock = folder, note, limit_bytes, clock
        self._header = {
            "recording": VERSION,
            "edgedigits": __version__,
            "session": secrets.token_hex(8),
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "settings": dict(settings),
        }
        self._waiting: queue.Queue[tuple[dict[str, Any], Frame | None] | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name=f"records to {folder}", daemon=True)
        self._reason: str | None = None
        self._told = False
        self._again_s = 0.0

    def __enter__(self) -> Self:
        """Take the folder and begin.

        Raises:
            WriteError: the folder holds something else, cannot be written, or another program records there.

        """
        self._segments = Segments(self._folder, limit_bytes=self._limit_bytes, header=self._header)
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        # A disk that hangs is not waited for; its thread ends with the process.
        with contextlib.suppress(queue.Full):
            self._waiting.put(None, timeout=END_S)
            self._thread.join(END_S)

    def show(self, seen: Seen) -> bool:
        """Record a frame and what was read in it, unless the disk is too slow for it."""
        events = [event_object(event) for event in seen.events]
        self._put({**reading_object(seen), "page": list(seen.page.lines), "events": events}, seen.frame)
        self._reason = None
        return True

    def wait(self, state: SourceState) -> bool:
        """Record that the source sends nothing, once for each reason."""
        if state.waiting_s is not None and state.reason != self._reason:
            self._reason = state.reason
            self._put({"waiting": state.title, "reason": state.reason}, None)
        return True

    def _put(self, content: dict[str, Any], frame: Frame | None) -> None:
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait((content, frame))

    def _work(self) -> None:
        try:
            while item := self._waiting.get():
                if self._clock() >= self._again_s:
                    self._write(*item)
        finally:
            self._segments.close()

    def _write(self, content: dict[str, Any], frame: Frame | None) -> None:
        try:
            self._segments.write(content, jpeg_of(frame) if frame else b"")
        except OSError as error:
            self._again_s = self._clock() + RETRY_S
            with contextlib.suppress(OSError):
                self._segments.end()
            if not self._told:
                self._told = True
                reason = os.strerror(error.errno).lower() if error.errno else str(error)
                self._note(f"{self._folder} takes no more frames ({reason}); reading goes on, recording when it can")


def jpeg_of(frame: Frame) -> bytes:
    """The picture as it came, or as a new JPEG where it came otherwise."""
    if isinstance(frame, JpegFrame) and frame.jpeg:
        return frame.jpeg
    encoded: bytes = cv2.imencode(".jpg", frame.image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
    return encoded
