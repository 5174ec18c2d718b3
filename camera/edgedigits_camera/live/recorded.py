"""A recorded session as a source: the same frames at the same distances in time, what is broken left out."""

from __future__ import annotations

import json
import math
import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from edgedigits.errors import SourceError
from edgedigits_camera.live.frames import Kind
from edgedigits_camera.live.segments import is_recording, numbers_in, paths_of
from edgedigits_camera.live.stream import JpegFrame
from edgedigits_camera.live.whole import decode, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Between two sessions of one recording.
BREAK_S = 1.0


@dataclass(slots=True)
class Recorded:
    """Frames of a recording, as a :class:`edgedigits_camera.live.frames.FrameSource`.

    Their times begin when they are asked for and keep their distances; with ``realtime`` they come at these times.
    """

    folder: Path
    realtime: bool = False
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    title: str = field(init=False)

    @property
    def kind(self) -> Kind:
        """Live where the frames come at their times."""
        return Kind.LIVE if self.realtime else Kind.CLIP

    def __post_init__(self) -> None:
        self.title = f"recording {self.folder}"

    def __enter__(self) -> Self:
        """Look at the folder.

        Raises:
            SourceError: it is no recording.

        """
        if not is_recording(self.folder):
            raise SourceError(f"{self.folder} is no recording of edgedigits camera --record")
        return self

    def __exit__(self, *_exception: object) -> None:
        """Nothing is held."""

    def __iter__(self) -> Iterator[JpegFrame]:
        """Yield the frames, oldest first.

        Raises:
            SourceError: there is none.

        """
        session, shift_s, time_s = "", 0.0, None
        for found, content, jpeg in self._stored():
            image = decode(jpeg) if is_whole(jpeg) else None
            if image is None:
                continue
            recorded_s = float(content["time_s"])
            if found != session or time_s is None:
                session, shift_s = found, (self.clock() if time_s is None else time_s + BREAK_S) - recorded_s
            time_s = recorded_s + shift_s
            if self.realtime and (ahead_s := time_s - self.clock()) > 0:
                self.sleep(ahead_s)
            yield JpegFrame(image, time_s, int(content["index"]), jpeg)
        if time_s is None:
            raise SourceError(f"{self.title} holds no frame")

    def _stored(self) -> Iterator[tuple[str, dict[str, Any], bytes]]:
        """Session, line and picture of each frame; what is cut or gone is passed over."""
        for number in numbers_in(self.folder):
            pictures, lines = paths_of(self.folder, number)
            # While it goes on being recorded, the oldest segments go.
            with suppress(FileNotFoundError), pictures.open("rb") as stream, lines.open("rb") as text:
                session = ""
                for content in map(object_of, text):
                    session = str(content.get("session", session))
                    if is_frame(content) and sum(content["bytes"]) <= os.fstat(stream.fileno()).st_size:
                        begin, size = content["bytes"]
                        stream.seek(begin)
                        yield session, content, stream.read(size)


def object_of(line: bytes) -> dict[str, Any]:
    """What a line holds; nothing where it is cut or no object."""
    try:
        content = json.loads(line)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def is_frame(content: dict[str, Any]) -> bool:
    """Whether a line tells of a picture, in full."""
    place = content.get("bytes")
    return (
        isinstance(place, list)
        and len(place) == 2
        and all(isinstance(number, int) and number >= 0 for number in (*place, content.get("index")))
        and isinstance(content.get("time_s"), int | float)
        and math.isfinite(content["time_s"])
    )
