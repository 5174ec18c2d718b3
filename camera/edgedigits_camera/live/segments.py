"""The files of a recording: segments of pictures and lines beside them, bounded in bytes, in a folder of their own.

    recording.json      says that the folder is a recording
    000001.mjpeg        JPEGs one after the other, which video players show
    000001.jsonl        first how it was recorded, then a line for each picture with its place in the file above

A line is written when its picture is; so a program that is killed leaves at most one picture without a line.
"""

from __future__ import annotations

import fcntl
import json
import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, BinaryIO

from edgedigits.errors import WriteError
from edgedigits.files import write_json, writing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from io import FileIO
    from pathlib import Path

MARK, VERSION = "recording.json", 1
NAME = re.compile(r"(\d{6,})\.(?:mjpeg|jsonl)")
LIMIT_BYTES = 1_000_000_000
LEAST_BYTES = 10_000_000
# The oldest segment goes as a whole; so between nine and ten tenths of the limit are kept.
PARTS = 10


def is_recording(folder: Path) -> bool:
    """Whether a folder holds what was recorded here."""
    try:
        content = json.loads((folder / MARK).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("recording") == VERSION


def paths_of(folder: Path, number: int) -> tuple[Path, Path]:
    """Pictures and lines of a segment."""
    return folder / f"{number:06}.mjpeg", folder / f"{number:06}.jsonl"


def numbers_in(folder: Path) -> list[int]:
    """Numbers of the segments, oldest first."""
    return sorted({int(match[1]) for path in folder.iterdir() if (match := NAME.fullmatch(path.name))})


class Segments:
    """Writes a recording. All that it does raises OSError where the system refuses."""

    def __init__(self, folder: Path, *, limit_bytes: int, header: Mapping[str, Any]) -> None:
        """Take a folder for this program.

        Args:
            folder: new, empty, or a recording that is to go on.
            limit_bytes: for all segments together.
            header: first line of each segment.

        Raises:
            WriteError: it holds something else, cannot be written, or another program records there.

        """
        self._folder, self._limit_bytes, self._header = folder, limit_bytes, dict(header)
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            refuse_others(folder)
            if not (folder / MARK).exists():
                write_json(folder / MARK, {"recording": VERSION})
            self._lock = lock(folder)
            self._bytes = {number: self._size(number) for number in numbers_in(folder)}
        self._streams: list[FileIO] = []  # pictures and lines of the segment that has begun
        self._empty = True

    def close(self) -> None:
        """End the segment and let the folder go."""
        self.end()
        self._lock.close()

    def end(self) -> None:
        """End the segment, of which nothing stays where it is empty; the next picture begins another."""
        if not self._streams:
            return
        for stream in self._streams:
            stream.close()
        self._streams = []
        if self._empty:
            self._remove(max(self._bytes))

    def write(self, content: Mapping[str, Any], jpeg: bytes = b"") -> None:
        """Add a line, and its picture where there is one."""
        if not self._streams or self._bytes[max(self._bytes)] > self._limit_bytes // PARTS:
            self._begin()
        pictures, lines = self._streams
        place = {"bytes": [pictures.tell(), len(jpeg)]} if jpeg else {}
        line = as_line({**content, **place})
        self._make_room(len(jpeg) + len(line))
        write_all(pictures, jpeg)
        write_all(lines, line)
        self._bytes[max(self._bytes)] += len(jpeg) + len(line)
        self._empty = False

    def _begin(self) -> None:
        self.end()
        number, line = max(self._bytes, default=0) + 1, as_line(self._header)
        self._make_room(len(line))
        with ExitStack() as undo:
            streams = []
            for path in paths_of(self._folder, number):
                # Without buffers: what was written is there, whatever becomes of this program.
                streams.append(undo.enter_context(path.open("xb", buffering=0)))
                undo.callback(path.unlink)
            write_all(streams[1], line)
            undo.pop_all()
        self._streams, self._empty, self._bytes[number] = streams, True, len(line)

    def _make_room(self, size_bytes: int) -> None:
        while len(self._bytes) > 1 and sum(self._bytes.values()) + size_bytes > self._limit_bytes:
            self._remove(min(self._bytes))

    def _remove(self, number: int) -> None:
        for path in paths_of(self._folder, number):
            path.unlink(missing_ok=True)
        del self._bytes[number]

    def _size(self, number: int) -> int:
        return sum(path.stat().st_size for path in paths_of(self._folder, number) if path.exists())


def refuse_others(folder: Path) -> None:
    """Look at what a folder holds before anything is written there.

    Raises:
        WriteError: it is not empty and no recording.

    """
    if not is_recording(folder) and (found := next(folder.iterdir(), None)):
        raise WriteError(f"{folder} is no recording and holds {found.name}; name a new or an empty folder to record to")


def lock(folder: Path) -> BinaryIO:
    """Keep other programs from recording to a folder, until what is returned is closed.

    Raises:
        WriteError: one does already.

    """
    stream = (folder / MARK).open("rb")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        raise WriteError(f"another program records to {folder}; name another folder") from None
    return stream


def write_all(stream: FileIO, data: bytes) -> None:
    """Write all of it; without a buffer, a disk that is almost full takes a part."""
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) :]


def as_line(content: Mapping[str, Any]) -> bytes:
    """JSON on a line of its own."""
    return json.dumps(content, separators=(",", ":"), default=str).encode() + b"\n"
