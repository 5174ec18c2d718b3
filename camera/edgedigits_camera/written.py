"""Pictures and clips that are written: each bears a mark, and what bears none is never written over."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import cv2

from edgedigits.errors import PictureError
from edgedigits.files import replacing, target_of
from edgedigits_camera.png import SIGNATURE, chunk

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

DRAWN, ANNOTATED, EXPLAINED = b"edgedigits demo", b"edgedigits recognize", b"edgedigits explain"
JPEG_SUFFIXES, PNG_SUFFIX = (".jpg", ".jpeg"), ".png"
PNG_HEAD_BYTES = len(SIGNATURE) + 25  # the comment follows the header
LONGEST_BYTES = 128


def save_picture(path: Path, image: NDArray[np.uint8], *, mark: bytes = ANNOTATED) -> None:
    """Write a picture (H, W, 3) uint8 BGR whole, as what its suffix says, into a folder that is made when missing.

    Args:
        path: where; its suffix is .png, .jpg or .jpeg.
        image: the picture.
        mark: one of this module's.

    Raises:
        PictureError: the suffix is another, the picture is too large for its kind, or something else lies there.
        WriteError: it cannot be written there.

    """
    check_free(path)
    try:
        written, content = cv2.imencode(path.suffix, image)
    except cv2.error:
        written = False
    if not written:
        height_px, width_px = image.shape[:2]
        raise PictureError(f"{path} cannot be written: {width_px} x {height_px} pixels are too many for its kind")
    with replacing(path) as temporary:
        temporary.write_bytes(marked(content.tobytes(), mark))


def check_free(path: Path) -> None:
    """Make sure that a picture may be written to a path.

    Raises:
        PictureError: its suffix is of no kind that is written, it is a folder, or a file lies there that bears no mark.
        WriteError: it is a device or a pipe.

    """
    if path.is_dir():
        raise PictureError(f"{path} is a folder; name a picture in it, such as {path / 'page.png'}")
    if path.suffix.lower() not in (PNG_SUFFIX, *JPEG_SUFFIXES):
        raise PictureError(f"{path} has no name of a picture that is written; let it end in .png or .jpg")
    target_of(path)  # what reads a pipe waits
    check_ours(path)


def check_ours(path: Path) -> None:
    """Make sure that nothing is lost when a path is written to.

    Raises:
        PictureError: a file lies there that bears no mark.

    """
    if os.path.lexists(path) and mark_of(path) is None:
        raise PictureError(f"{path} is there already, and not written by edgedigits; choose another name or place")


def mark_of(path: Path) -> bytes | None:
    """The mark that a picture or clip bears; None of any other file, and where there is none."""
    try:
        with path.open("rb") as stream:
            head = stream.read(LONGEST_BYTES)
            stream.seek(max(0, path.stat().st_size - LONGEST_BYTES))
            tail = stream.read(LONGEST_BYTES)
    except OSError:
        return None
    for mark in (DRAWN, ANNOTATED, EXPLAINED):
        in_png = head.startswith(SIGNATURE) and head[PNG_HEAD_BYTES:].startswith(png_comment(mark))
        if in_png or head.startswith(jpeg_head(mark)) or tail.endswith(avi_end(mark)):
            return mark
    return None


def marked(content: bytes, mark: bytes) -> bytes:
    """A PNG, JPEG or AVI with the mark in it, where no pixel is changed by it."""
    if content.startswith(SIGNATURE):
        return content[:PNG_HEAD_BYTES] + png_comment(mark) + content[PNG_HEAD_BYTES:]
    if content.startswith(b"RIFF"):
        return content + avi_end(mark)
    return jpeg_head(mark) + content[2:]


def png_comment(mark: bytes) -> bytes:
    """A text chunk with the mark."""
    return chunk(b"tEXt", b"Software\0" + mark)


def jpeg_head(mark: bytes) -> bytes:
    """How a JPEG with the mark as its first comment begins."""
    return b"\xff\xd8\xff\xfe" + (len(mark) + 2).to_bytes(2, "big") + mark


def avi_end(mark: bytes) -> bytes:
    """A chunk with the mark that players pass over."""
    return b"JUNK" + len(mark).to_bytes(4, "little") + mark + bytes(len(mark) % 2)
