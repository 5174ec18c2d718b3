"""Reading a picture in one call, whatever it is held in."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image, ImageOps

from edgedigits.errors import PictureError
from edgedigits.recognizer import Recognizer
from edgedigits_camera.pictures import load_picture
from edgedigits_camera.pixels import is_image
from edgedigits_camera.profiles import PROFILES
from edgedigits_camera.reader import read_page

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.reader import Page


def read(
    picture: str | Path | bytes | NDArray[np.uint8] | Image.Image,
    *,
    recognizer: Recognizer | None = None,
    profile: Literal["still", "live"] = "still",
    print: Literal["read", "ignore"] = "read",
) -> Page:
    """Find and read the handwritten digits in a picture.

    Examples:
        >>> import edgedigits
        >>> page = edgedigits.read("photo.jpg")
        >>> page.lines
        ('7180645', '45111670', '934588')
        >>> page.readings[0].digit, page.readings[0].box_xywh_px
        (7, (219, 126, 35, 62))

    Args:
        picture: a file, the bytes that one holds, a Pillow image, or an array: (H, W) uint8 grey or (H, W, 3) uint8 BGR
            as OpenCV has it. Files and Pillow images are turned upright by their EXIF tag; of several pages the
            first is read.
        recognizer: the networks; the shipped bundle, opened once, by default.
        profile: ``still`` looks closely, ``live`` takes a third of the time.
        print: ``ignore`` leaves out digits that a machine wrote, as far as it can tell.

    Raises:
        PictureError: there is no picture, or it cannot be decoded, or the array is of another form.
        BundleError: the shipped bundle is broken; or the recognizer's does not tell print that is to be ignored.
        BackendError: no runtime here runs it.

    """
    return read_page(pixels_of(picture), recognizer or shipped(), profile=PROFILES[profile], print=print)


@cache
def shipped() -> Recognizer:
    """The shipped bundle, opened once."""
    return Recognizer.load()


def pixels_of(picture: str | Path | bytes | NDArray[np.uint8] | Image.Image) -> NDArray[np.uint8]:
    """Grey (H, W) or BGR (H, W, 3) uint8 of a picture.

    Raises:
        PictureError: see ``read``.

    """
    if isinstance(picture, np.ndarray):
        if is_image(picture) or (picture.dtype == np.uint8 and picture.ndim == 2 and picture.size):
            return picture
        raise PictureError(
            f"an array of shape {picture.shape} and type {picture.dtype} is no picture; "
            "expected (H, W) grey or (H, W, 3) BGR of uint8"
        )
    if isinstance(picture, Image.Image):
        if picture.mode == "L":
            return np.asarray(ImageOps.exif_transpose(picture))
        stored = io.BytesIO()
        picture.save(stored, "TIFF", exif=picture.getexif())
        picture = stored.getvalue()
    return load_picture(Path(picture) if isinstance(picture, str) else picture).grey
