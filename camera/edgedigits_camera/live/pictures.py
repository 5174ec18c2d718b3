"""A folder or pattern of pictures as a source."""

from __future__ import annotations

import glob
import logging
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from edgedigits.bundle.manifest import NO_PICTURES, is_bundle
from edgedigits.errors import PictureError, SourceError
from edgedigits_camera.formats import SUFFIXES
from edgedigits_camera.live.frames import Frame, Kind
from edgedigits_camera.pictures import load_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

DIGITS = re.compile(r"(\d+)")
# At their own pace, pictures that tell no time come as fast as a person can follow.
PERIOD_S = 0.5


@dataclass(slots=True)
class Pictures:
    """Pictures one after the other, as a FrameSource; those that are broken are left out and logged."""

    title: str
    paths: tuple[Path, ...]
    period_s: float = 0.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    kind: Kind = field(default=Kind.STILLS, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """Nothing is held."""

    def __iter__(self) -> Iterator[Frame]:
        """Yield a frame for each picture; the number of one that cannot be read is missing.

        Raises:
            SourceError: none can be read.

        """
        problem: PictureError | None = None
        count, begin_s = 0, self.clock()
        for index, path in enumerate(self.paths):
            try:
                image = image_of(path)
            except PictureError as error:
                problem = problem or error
                log.warning("left out: %s", error)
                continue
            if (ahead_s := begin_s + count * self.period_s - self.clock()) > 0:
                self.sleep(ahead_s)
            count += 1
            yield Frame(image, self.clock(), index)
        if not count:
            raise SourceError(f"none of the {len(self.paths)} pictures of {self.title} can be read: {problem}")


def image_of(path: Path) -> NDArray[np.uint8]:
    """A picture (H, W, 3) uint8 BGR, upright; that it is one page of several is logged.

    Raises:
        PictureError: it cannot be decoded.

    """
    picture = load_picture(path).without_grey()
    if picture.note:
        log.warning("%s: %s", path, picture.note)
    return picture.image


def pictures_source(text: str, *, period_s: float = 0.0) -> Pictures:
    """Find the pictures that a folder or pattern names, 2 before 10.

    Args:
        text: a folder, or a path with ``*``, ``?``, ``[...]``; ``**`` goes through folders.
        period_s: least time between two of them; 0 is as fast as they are read.

    Raises:
        SourceError: there is none.

    """
    folder = Path(text)
    found = folder.iterdir() if folder.is_dir() else map(Path, glob.glob(text, recursive=True))  # noqa: PTH207  # may be absolute
    try:
        paths = sorted(filter(is_picture, found), key=natural)
    except OSError as error:
        raise SourceError(f"{text} cannot be listed ({error.strerror})") from None
    if not paths:
        if is_bundle(folder):
            raise SourceError(f"{text!r} {NO_PICTURES}")
        what = "is a folder without pictures" if folder.is_dir() else "matches no picture"
        raise SourceError(f"{text!r} {what}; expected files that end in .jpg, .png and the like")
    return Pictures(text, tuple(paths), period_s)


def is_picture(path: Path) -> bool:
    """Whether it is a file that is called as pictures are, and not hidden."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()


def natural(path: Path) -> list[tuple[str | int, ...]]:
    """Sort numbers in names by their value: frame2 before frame10."""
    return [
        tuple(int(part) if part.isdecimal() else part.lower() for part in DIGITS.split(name)) for name in path.parts
    ]
