"""Reading live in a loop of one's own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from edgedigits_camera.live.frames import SourceState
from edgedigits_camera.live.look import Look
from edgedigits_camera.live.sources import open_source
from edgedigits_camera.profiles import LIVE
from edgedigits_camera.read import shipped
from edgedigits_camera.reader import read_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgedigits.recognizer import Recognizer
    from edgedigits_camera.live.seen import Seen


def watch(source: str, *, recognizer: Recognizer | None = None) -> Iterator[Seen]:
    """Read digits live; a camera that goes is waited for.

    Examples:
        >>> import edgedigits
        >>> for seen in edgedigits.watch("clip.avi"):
        ...     for event in seen.events:
        ...         print(event.kind, event.digit, event.line)
        appeared 5 549
        appeared 4 549
        appeared 9 549

    Args:
        source: what ``edgedigits camera --source`` takes: a camera's number or device, ``picamera2``, ``rpicam``, the
            URL of a stream, a clip or picture, a folder or pattern of pictures, a recording, ``demo``.
        recognizer: the networks; the shipped bundle, opened once, by default.

    Yields:
        Every frame with what was read in it, what stands there steadily, and what changed with it. The source is
        released when the iterator is closed, and at its end.

    Raises:
        SourceError: the source cannot be opened; on the first step, as the following.
        BundleError: the shipped bundle is broken.
        BackendError: no runtime here runs it.

    """
    read = partial(read_page, recognizer=recognizer or shipped(), profile=LIVE)
    with open_source(source) as items:
        look = Look(read, kind=items.kind)
        for item in items:
            if not isinstance(item, SourceState):
                yield look(item)
