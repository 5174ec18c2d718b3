"""Picture files of any kind as one kind of array."""

from __future__ import annotations

import contextlib
import io
import struct
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from edgedigits.bundle.manifest import NO_PICTURES, is_bundle
from edgedigits.errors import PictureError
from edgedigits.silence import silence
from edgedigits_camera.formats import EXPECTED, HEAD_BYTES, formats_of
from edgedigits_camera.limits import refuse_huge
from edgedigits_camera.pixels import WHITE, colour_of, grey_of
from edgedigits_camera.png import png_exif
from edgedigits_camera.turns import UPRIGHT, box_as_stored, clockwise, swaps_sides

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

# What Pillow and its plugins raise of damaged files; it promises OSError, and has raised each of the others.
DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    SystemError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is read, and how it is stored."""

    grey: NDArray[np.uint8]
    """(H, W) uint8, upright as its EXIF orientation says, then turned by ``quarters``: what is read."""
    stored_width_px: int
    stored_height_px: int
    orientation: int
    """EXIF orientation 1..8: how the stored picture was turned to become upright."""
    source: Path | bytes
    """The file, or what it holds: colours are decoded when they are asked for."""
    ground: int = WHITE
    """Grey level under transparent parts."""
    quarters: int = 0
    """How often it was then turned clockwise by 90 degrees."""
    pages: int = 1
    """How many pages or frames the file has; the first is this one."""

    @property
    def image(self) -> NDArray[np.uint8]:
        """(H, W, 3) uint8, BGR, turned as ``grey`` is; decoded anew at each call.

        Raises:
            PictureError: the file is gone or damaged by now.

        """
        return self.colours()

    def colours(self, *, shrink: int = 1) -> NDArray[np.uint8]:
        """As ``image``, each ``shrink`` by ``shrink`` pixels averaged to one; ``shrink`` is 1, 2, 4 or 8.

        Raises:
            PictureError: the file is gone or damaged by now.

        """
        with opened(self.source) as (stored, stream):
            width, height = stored.size
            # A JPEG gives a half or a quarter of its size without decoding all; other formats pay no heed.
            stored.draft(None, (max(1, width // shrink), max(1, height // shrink)))
            left = shrink // round(width / stored.width)
            orientation = to_apply(stored, self.orientation, quarters=self.quarters)
            return colour_of(stored, stream, orientation=orientation, ground=self.ground, shrink=left)

    @property
    def note(self) -> str:
        """What a person must know of it: that it is one page of several; else nothing."""
        return f"the first of {self.pages} pages is read" if self.pages > 1 else ""

    def turned(self, *, quarters: int) -> Picture:
        """The same picture, turned clockwise by quarters of a turn more."""
        grey = np.ascontiguousarray(np.rot90(self.grey, -quarters))
        return replace(self, grey=grey, quarters=(self.quarters + quarters) % 4)

    def without_grey(self) -> Picture:
        """The same picture with no pixels in ``grey``, whose memory is free then; colours can still be decoded."""
        return replace(self, grey=np.empty((0, 0), np.uint8))

    def stored_box(self, box_xywh_px: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """A box of the picture as it is read, in pixels of the picture as stored."""
        orientation = clockwise(self.orientation, quarters=self.quarters)
        return box_as_stored(box_xywh_px, orientation, stored_size_px=(self.stored_width_px, self.stored_height_px))


def load_picture(source: Path | bytes) -> Picture:
    """Read a picture: JPEG, PNG, WebP, TIFF, BMP, GIF, PPM, HEIC, AVIF; grey, palette, CMYK, 16-bit, or with alpha.

    Transparent parts are white, as viewers show them, or black where the ink is as light as white. Of several pages or
    frames the first is read. A HEIC picture counts as stored in the way it is shown.

    Args:
        source: a file, or the bytes that one holds.

    Raises:
        PictureError: missing, a folder, empty, no picture, truncated, larger than 128 megapixels or longer than 100,000
            pixels; or HEIC or AVIF, and what reads them is not installed.

    """
    with opened(source) as (stored, stream):
        orientation, pages = orientation_of(stored, stream), pages_of(stored)
        if stored.format in {"JPEG", "MPO"}:
            stored.draft("L", stored.size)  # its luma is grey already, in a quarter of the memory
        grey, ground = grey_of(stored, stream, orientation=to_apply(stored, orientation))
        height, width = grey.shape[::-1] if swaps_sides(orientation) else grey.shape
        return Picture(grey, width, height, orientation, source, ground, pages=pages)


@contextlib.contextmanager
def opened(source: Path | bytes) -> Iterator[tuple[Image.Image, BinaryIO]]:
    """Yield a picture that is opened, not decoded, and its stream; what goes wrong until the end is told in one line.

    Raises:
        PictureError: as ``load_picture`` says.

    """
    name = str(source) if isinstance(source, Path) else "standard input"
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            source.open("rb") if isinstance(source, Path) else io.BytesIO(source) as stream,
        ):
            head = stream.read(HEAD_BYTES)
            stream.seek(0)
            with (
                Image.open(stream, formats=formats_of(head, name=name)) as stored,
                silence() if stored.format == "TIFF" else contextlib.nullcontext(),  # libtiff says all it finds wrong
            ):
                refuse_huge(stored, name=name)
                yield stored, stream
    except PictureError:
        raise
    except IsADirectoryError:
        what = NO_PICTURES if is_bundle(name) else "is a folder; name the pictures in it"
        raise PictureError(f"{name} {what}") from None
    except FileNotFoundError:
        raise PictureError(f"{name} does not exist") from None
    except PermissionError:
        raise PictureError(f"{name} may not be read by you; change its permissions or copy it") from None
    except UnidentifiedImageError:
        raise PictureError(f"{name} is no picture that can be read; expected {EXPECTED}") from None
    except Image.DecompressionBombError:
        raise PictureError(f"{name} has more pixels than can be read; make it smaller") from None
    except MemoryError:
        raise PictureError(f"{name} needs more memory than there is; make it smaller") from None
    except DAMAGED as error:
        what = " ".join(str(error).split())
        raise PictureError(f"{name} is damaged or cannot be opened ({what}); save or copy it again") from error


def orientation_of(stored: Image.Image, stream: BinaryIO) -> int:
    """EXIF orientation 1..8; upright where there is none, or none that makes sense."""
    try:
        exif = png_exif(stream) if stored.format == "PNG" else stored.getexif()
        orientation = exif.get(ExifTags.Base.Orientation, UPRIGHT)
    except DAMAGED:
        return UPRIGHT
    return orientation if orientation in range(1, 9) else UPRIGHT


def pages_of(stored: Image.Image) -> int:
    """How many pages or frames there are; a JPEG's further pictures are previews and depths of the first."""
    try:
        return 1 if stored.format in {"JPEG", "MPO"} else getattr(stored, "n_frames", 1)
    except DAMAGED:
        return 1


def to_apply(stored: Image.Image, orientation: int, *, quarters: int = 0) -> int:
    """Which orientation is left to apply to what Pillow decodes: a TIFF it turns itself, while it loads it."""
    if stored.format == "TIFF":
        stored.load()
        orientation = UPRIGHT
    return clockwise(orientation, quarters=quarters)
