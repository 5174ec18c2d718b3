"""Answers without end: what is seen, over and over, until the viewer or the program goes."""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from edgedigits_camera.live.web.objects import boxes_of, compact, event_of
from edgedigits_camera.live.web.pictures import PERIOD_S

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from starlette.types import Receive, Scope, Send

    from edgedigits_camera.live.web.board import Board, Noted, Shown
    from edgedigits_camera.live.web.patches import Patches
    from edgedigits_camera.live.web.pictures import Picture, Pictures

BOUNDARY = "frame"
# Readings and patches a second, at most; an event goes out with the next reading.
READING_S, PATCHES_S = 0.1, 0.5
# After this long without an event, an empty comment is sent: it shows whether the viewer is still there.
SILENCE_S = 10.0
MOST_VIEWERS = 16


class TooManyError(Exception):
    """No more viewers of this kind."""


class Viewers:
    """How many look on, by what they look at."""

    def __init__(self, most: int = MOST_VIEWERS) -> None:
        self.count = Counter[str]()
        self._most = most

    def check(self, kind: str) -> None:
        """Raise unless there is room for one more.

        Raises:
            TooManyError: there is none.

        """
        if self.count[kind] >= self._most:
            raise TooManyError

    @contextmanager
    def one(self, kind: str) -> Iterator[None]:
        """Count a viewer while it is there."""
        self.count[kind] += 1
        try:
            yield
        finally:
            self.count[kind] -= 1


class Stream:
    """An answer of parts; the next part is made when the viewer has taken the one before."""

    def __init__(self, parts: AsyncIterator[bytes], *, media_type: str, viewers: Viewers, kind: str) -> None:
        self._parts, self._media_type = parts, media_type
        self._viewers, self._kind = viewers, kind

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the parts end or the viewer leaves."""
        with self._viewers.one(self._kind):
            tasks = [asyncio.create_task(self._send(send)), asyncio.create_task(gone(receive))]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        if not tasks[0].cancelled():
            tasks[0].result()

    async def _send(self, send: Send) -> None:
        headers = [(b"content-type", self._media_type.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async for part in self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def gone(receive: Receive) -> None:
    """Wait until the viewer has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def picture_parts(board: Board, pictures: Pictures, *, boxes: bool) -> AsyncIterator[bytes]:
    """JPEG after JPEG; without boxes drawn in, each part's head says where they are."""
    last: Picture | None = None
    number = -1
    while not board.over:
        shown = await board.newer(number)
        begin_s = time.monotonic()
        if not shown.seen or board.over:
            number = shown.number
            continue
        picture = pictures.of(shown.seen, boxes=boxes)
        if picture is not last:
            yield part_of(picture, boxes=boxes)
            last = picture
        if picture.seen is shown.seen:  # else another viewer had one made just now; this frame may be the last to come
            number = shown.number
        await asyncio.sleep(max(0.0, PERIOD_S - (time.monotonic() - begin_s)))


def part_of(picture: Picture, *, boxes: bool) -> bytes:
    """A picture with its head."""
    where = "" if boxes else f"X-Boxes: {compact(boxes_of(picture.seen))}\r\n"
    size = len(picture.jpeg)
    head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {size}\r\n{where}\r\n"
    return head.encode() + picture.jpeg + b"\r\n"


async def event_parts(
    board: Board, patches: Patches, reading: Callable[[Shown], str], *, after: int
) -> AsyncIterator[bytes]:
    """Readings, events and patches as server-sent events.

    Args:
        board: what there is to show.
        patches: shared by all viewers.
        reading: what a reading says, as one line.
        after: number of the last event that the viewer has.

    """
    sent: dict[int, bytes] = {}
    number, patches_s = -1, 0.0
    while not board.over:
        try:
            async with asyncio.timeout(SILENCE_S):
                shown = await board.newer(number)
        except TimeoutError:
            yield b": nothing new\n\n"
            continue
        number = shown.number
        notes = [note for note in shown.notes if note.number > after]
        after = notes[-1].number if notes else after
        parts = [note_part(board.run, note) for note in notes]
        parts.append(message("reading", reading(shown)))
        if shown.seen and time.monotonic() - patches_s >= PATCHES_S:
            patches_s = time.monotonic()
            patches.renew(shown.seen, now_s=patches_s, least_s=PATCHES_S)
            now = {track: patch.pixels for track, patch in patches.newest.items()}
            if fresh := {track: pixels for track, pixels in now.items() if sent.get(track) != pixels}:
                pixels = {str(track): b64encode(pixels).decode() for track, pixels in fresh.items()}
                parts.append(message("patches", compact(pixels)))
            sent = now
        yield b"".join(parts)
        await asyncio.sleep(READING_S)


def note_part(run: str, note: Noted) -> bytes:
    """An event, with the number by which a viewer that comes back says what it has."""
    return f"id: {run}-{note.number}\n".encode() + message("change", compact(event_of(note)))


def message(kind: str, data: str) -> bytes:
    """A server-sent event of one line."""
    return f"event: {kind}\ndata: {data}\n\n".encode()


def last_number(run: str, last_id: str) -> int:
    """The event that a viewer had last, 0 where it has none of this run."""
    of_run, _, number = last_id.rpartition("-")
    return int(number) if of_run == run and number.isascii() and number.isdecimal() and len(number) < 19 else 0
