"""Digits as picture files, one folder for each digit: the form of torchvision's ImageFolder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.archives import MOST_BYTES, megabytes
from edgedigits.errors import DataError, require
from edgedigits.preprocess import MNIST, to_patch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from PIL.Image import Image

DIGITS = tuple("0123456789")
SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm"}
# One digit; a page is read with `recognize`.
MOST_SIDE_PX = 4096
# Of the strongest ink: what lies below is the noise of JPEG.
LEAST_INK = 0.15
SIDE_PX = MNIST.size_px


def is_image_folder(folder: Path) -> bool:
    """Whether it has a folder that is called as a digit."""
    return any((folder / digit).is_dir() for digit in DIGITS)


def read_image_folder(folder: Path, *, tell: Callable[[str], None]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read images (N, 28, 28) and labels (N,), both uint8, in an order that mixes the digits.

    Pictures of 28 x 28 pixels stay as they are; the ink of others is brought into MNIST's form.

    Raises:
        DataError: there is a folder that is no digit's, no picture, one that cannot be read, or too much.

    """
    if strangers := sorted(each.name for each in folder.iterdir() if each.is_dir() and each.name not in DIGITS):
        raise DataError(f"{folder} has a folder {strangers[0]!r} beside the digits', expected 0 to 9 alone")
    found = [(path, int(digit)) for digit in DIGITS for path in pictures_in(folder / digit)]
    if not 0 < len(found) * SIDE_PX**2 <= MOST_BYTES:
        raise DataError(f"{folder} holds {len(found):,} pictures, expected some, and at most {megabytes(MOST_BYTES)}")
    # By digit, a validation share at the end would be nines alone.
    mixed = [found[row] for row in np.random.default_rng(0).permutation(len(found))]
    pictures = [read_grey(path) for path, _ in mixed]
    if others := sum(grey.shape != (SIDE_PX, SIDE_PX) for grey in pictures):
        tell(f"{folder}: {others:,} of {len(pictures):,} pictures are not 28 x 28, and were brought into MNIST's form")
    images = np.stack([grey if grey.shape == (SIDE_PX, SIDE_PX) else patch_of(grey) for grey in pictures])
    return images, np.array([digit for _, digit in mixed], np.uint8)


def pictures_in(folder: Path) -> list[Path]:
    """Picture files of a digit's folder by name; none where there is no such folder."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.name[0] != ".")


def read_grey(path: Path) -> NDArray[np.uint8]:
    """Read a picture as (H, W) uint8; what is transparent becomes white.

    Raises:
        DataError: it is no picture, is damaged or too large.

    """
    image: Any = require("PIL.Image", extra="train")
    try:
        with image.open(path) as picture:
            return grey_of(picture)
    except (OSError, ValueError, SyntaxError, image.DecompressionBombError) as error:
        raise DataError(f"{path} cannot be read ({' '.join(str(error).split())}); mend it or take it away") from error


def grey_of(picture: Image) -> NDArray[np.uint8]:
    """Decode an opened picture, unless it is too large.

    Raises:
        ValueError: it is.

    """
    if max(picture.size) > MOST_SIDE_PX:
        raise ValueError(f"it has {picture.width} x {picture.height} pixels, at most {MOST_SIDE_PX} a side are read")
    if "A" in picture.getbands() or "transparency" in picture.info:
        opaque = picture.convert("RGBA")
        ground = opaque.copy()
        ground.paste((255, 255, 255, 255), (0, 0, *opaque.size))
        ground.alpha_composite(opaque)
        picture = ground
    return np.asarray(picture.convert("L"))


def patch_of(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The one digit of a picture (H, W) uint8 in MNIST's form, (28, 28) uint8; its ground is what its border shows."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink = np.abs(grey.astype(np.int16) - int(np.median(border)))
    ink[ink < LEAST_INK * ink.max()] = 0
    return to_patch(ink.astype(np.uint8))
