"""Where frames come from: a camera, a clip, a picture, a network stream, or pages that the project draws itself."""

from __future__ import annotations

import itertools
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import cv2

from edgedigits.errors import SourceError
from edgedigits_camera.live.capture import Captured, Patience
from edgedigits_camera.live.devices import open_camera, open_clip, open_stream, quieten, without_password
from edgedigits_camera.live.frames import Frame
from edgedigits_camera.pictures import load_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits_camera.live.frames import FrameSource

DEMO = "demo"
DEMO_SIZE_PX = (640, 480)
# A hand's drift over a drawn page takes about so many frames; then comes the next page.
DEMO_FRAMES_PER_PAGE = 60
# A picture that is watched is shown again and again; more often costs power and shows nothing new.
PICTURE_PERIOD_S = 0.1


@dataclass(slots=True)
class Made:
    """Frames from images that are made on demand, (H, W, 3) uint8 BGR, with nothing to open or release."""

    title: str
    make: Callable[[], Iterable[NDArray[np.uint8]]]
    clock: Callable[[], float] = time.monotonic

    def __iter__(self) -> Iterator[Frame]:
        for index, image in enumerate(self.make()):
            yield Frame(image, self.clock(), index)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """Nothing is held."""


def open_source(
    text: str,
    *,
    size_px: tuple[int, int] | None = None,
    watched: bool = False,
    patience: Patience | None = None,
) -> FrameSource:
    """Choose a source by what the text names; entering the source opens it.

    Args:
        text: a camera's number or device file, an existing clip or picture, ``scheme://...`` of a network stream, or
            ``demo``.
        size_px: width and height to ask a camera or the demo for; a camera may grant another size, its title says so.
        watched: a person looks on: a clip keeps its own pace, a picture stays until the end is asked for.
        patience: limits of time and of broken frames; the defaults suit cameras.

    Raises:
        SourceError: the text names nothing of these, or a size is asked of a source that has its own.

    """
    quieten()
    patience = patience or Patience()
    numbered = text.isascii() and text.isdecimal()
    is_camera = numbered or stat.S_ISCHR(mode_of(text))
    if size_px and not is_camera and text != DEMO:
        raise SourceError(f"{text} has a size of its own; a size is for cameras and {DEMO}")
    if text == DEMO:
        return Made(DEMO, lambda: draw_pages(size_px or DEMO_SIZE_PX))
    if is_camera:
        device = Path(f"/dev/video{int(text)}" if numbered else text)
        return Captured(
            lambda: open_camera(device, size_px=size_px), title=f"camera {device}", live=True, patience=patience
        )
    if "://" in text:
        title = without_password(text)
        return Captured(lambda: open_stream(text, patience=patience), title=title, live=True, patience=patience)
    return open_file(text, watched=watched, patience=patience)


def open_file(text: str, *, watched: bool, patience: Patience) -> FrameSource:
    """Open a picture or a clip.

    Raises:
        SourceError: the path is no file.

    """
    mode = mode_of(text)
    if not stat.S_ISREG(mode):
        found = "is no file" if mode else "does not exist"
        raise SourceError(f"{text!r} {found}; name a camera's number, a clip or picture, a URL, or {DEMO}")
    path = Path(text)
    if cv2.haveImageReader(str(path)):
        return Made(str(path), lambda: show_picture(path, watched=watched))
    return Captured(lambda: open_clip(path, paced=watched), title=str(path), live=False, patience=patience)


def mode_of(text: str) -> int:
    """Kind and permissions of what lies at a path, 0 where there is nothing."""
    try:
        return Path(text).stat().st_mode
    except (OSError, ValueError):  # too long, or with a NUL
        return 0


def show_picture(path: Path, *, watched: bool) -> Iterator[NDArray[np.uint8]]:
    """Yield the picture once, or for ever where it is watched.

    Raises:
        PictureError: it cannot be decoded.

    """
    image = load_picture(path).image
    yield image
    while watched:
        time.sleep(PICTURE_PERIOD_S)
        yield image


def draw_pages(size_px: tuple[int, int]) -> Iterator[NDArray[np.uint8]]:
    """Draw pages for ever, each moved before the camera for a while."""
    from edgedigits_camera.scene import draw_clip

    for seed in itertools.count():
        for scene in draw_clip(seed, frames=DEMO_FRAMES_PER_PAGE, size_px=size_px):
            yield scene.image
