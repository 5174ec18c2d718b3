"""What the loop puts up and viewers read."""

import asyncio
import threading
from datetime import UTC, datetime

import numpy as np
import pytest

from edgedigits_camera.live.frames import SourceState
from edgedigits_camera.live.seen import Event, EventKind
from edgedigits_camera.live.web.board import HISTORY, Board

GREY = np.full((48, 64, 3), 128, np.uint8)
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def gone(track):
    return Event(EventKind.GONE, track, 7, 0.9, (0, 0, 9, 9), "", 0.0)


def test_events_are_numbered_and_the_oldest_forgotten(seen_of):
    board = Board(now=lambda: NOON)
    board.put(seen_of(GREY))
    board.put(seen_of(GREY, events=[gone(1), gone(2)]))
    board.put(seen_of(GREY, events=[gone(3)]))
    assert [(note.number, note.event.track, note.at) for note in board.now.notes] == [
        (1, 1, NOON), (2, 2, NOON), (3, 3, NOON)
    ]  # fmt: skip
    board.put(seen_of(GREY, events=[gone(track) for track in range(HISTORY)]))
    assert len(board.now.notes) == HISTORY
    assert board.now.notes[-1].number == HISTORY + 3


def test_a_frame_ends_the_waiting(seen_of):
    board = Board()
    board.put_state(SourceState("camera", 3.0, "unplugged"))
    board.put(seen_of(GREY))
    assert board.now.state == SourceState("camera")


def test_a_viewer_gets_the_newest_at_once_and_else_waits(seen_of):
    async def look():
        board.open()
        first = await board.newer(0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await board.newer(first.number)
        writer = threading.Timer(0.05, board.put, [seen_of(GREY, index=8)])
        writer.start()
        async with asyncio.timeout(10):
            return await board.newer(first.number)

    board = Board()
    board.put(seen_of(GREY, index=6))
    board.put(seen_of(GREY, index=7))
    assert asyncio.run(look()).seen.frame.index == 8
    assert board._waiting == 0


def test_the_end_lets_all_go():
    async def look():
        board.open()
        threading.Timer(0.05, board.close).start()
        async with asyncio.timeout(10):
            await asyncio.gather(*(board.newer(0) for _ in range(3)))

    board = Board()
    asyncio.run(look())
    assert board.over
    board.put_state(SourceState("after the end"))  # the event loop is closed
