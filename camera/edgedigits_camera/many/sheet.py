"""One file read as it is asked for, and what a process needs for that: plain values, which go to any machine."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import cv2

from edgedigits.errors import EdgeDigitsError, PictureError
from edgedigits.recognizer import Recognizer
from edgedigits_camera.directions import quarters_to_upright
from edgedigits_camera.pictures import load_picture
from edgedigits_camera.profiles import PROFILES
from edgedigits_camera.reader import read_page

if TYPE_CHECKING:
    from edgedigits_camera.pictures import Picture
    from edgedigits_camera.reader import Page

# Runtimes answer one thread at a time, and an engine may run several in one process.
_READING = threading.Lock()


@dataclass(frozen=True, slots=True)
class How:
    """How files are read, and with what; see ``Recognizer.load``."""

    bundle: Path | None = None
    backend: str = "auto"
    format: str | None = None
    threads: int = 1
    profile: str = "still"
    quarters: int | None = 0
    """How often pictures are turned clockwise by 90 degrees; None finds out."""
    print: Literal["read", "ignore"] = "read"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read; its picture has no pixels, whose memory is free by then."""

    picture: Picture
    page: Page


def read_file(source: Path | bytes, recognizer: Recognizer, how: How) -> Sheet | PictureError:
    """Read a file, or the bytes that one holds; what goes wrong with this one is returned: others are read after it.

    Raises:
        BundleError: the bundle has no detector, or does not tell print that is to be ignored.
        BackendError: no runtime here runs it.

    """
    try:
        return _read(source, recognizer, how)
    except PictureError as error:
        return error
    except EdgeDigitsError:
        raise
    except Exception as error:  # noqa: BLE001 - a fault that one page in ten thousand shows does not cost the others
        name = source if isinstance(source, Path) else "standard input"
        return PictureError(f"{name} cannot be read ({type(error).__name__}: {' '.join(str(error).split())[:200]})")


def _read(source: Path | bytes, recognizer: Recognizer, how: How) -> Sheet:
    picture = load_picture(source)
    quarters = quarters_to_upright(picture.grey, recognizer) if how.quarters is None else how.quarters
    if quarters:
        picture = picture.turned(quarters=quarters)
    page = read_page(picture.grey, recognizer, profile=PROFILES[how.profile], print=how.print)
    return Sheet(picture.without_grey(), page)


def read_apart(source: Path, how: How) -> Sheet | PictureError:
    """Read a file in a process that reads many: the networks are opened once, OpenCV takes one core."""
    with _READING:
        return read_file(source, _opened(how.bundle, how.backend, how.format, how.threads), how)


@cache
def _opened(bundle: Path | None, backend: str, format: str | None, threads: int) -> Recognizer:
    cv2.setNumThreads(threads)
    return Recognizer.load(bundle, backend=backend, format=format, threads=threads)
