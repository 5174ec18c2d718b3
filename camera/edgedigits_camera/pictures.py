"""Picture files of any kind as one kind of array."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from edgedigits.errors import PictureError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

# Decoded whole, a picture takes 4 bytes a pixel; a JPEG is decoded smaller at once. With more, small devices run out.
MAX_PIXELS = 128_000_000
# Larger pictures are halved until they are no larger: digits are looked for in at most 2048 pixels a side anyway.
WHOLE_PIXELS = 25_000_000
# Colours are converted in strips of so many rows, so that no second whole picture is in memory; a power of two.
STRIP_ROWS = 256
WIDE_MODES = ("I", "I;16", "I;16L", "I;16B", "F")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture turned upright, and how it is stored."""

    image: NDArray[np.uint8]
    """(H, W, 3) uint8, BGR, upright as its EXIF orientation says."""
    stored_width_px: int
    stored_height_px: int
    orientation: int
    """EXIF orientation 1..8: how the stored picture was turned to become upright."""
    shrink: int = 1
    """Pixels of the stored picture, in each direction, for one of the image."""

    def stored_box(self, box_xywh_px: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """A box of the upright image in pixels of the picture as stored."""
        x, y, w, h = self._full_box(box_xywh_px)
        right, bottom = self.stored_width_px - x - w, self.stored_height_px - y - h
        turned_right, turned_bottom = self.stored_width_px - y - h, self.stored_height_px - x - w
        return {
            2: (right, y, w, h),
            3: (right, bottom, w, h),
            4: (x, bottom, w, h),
            5: (y, x, h, w),
            6: (y, turned_bottom, h, w),
            7: (turned_right, turned_bottom, h, w),
            8: (turned_right, x, h, w),
        }.get(self.orientation, (x, y, w, h))

    def _full_box(self, box_xywh_px: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """A box as if the image had not been made smaller; its last row and column may be parts of a pixel."""
        x, y, w, h = (self.shrink * side for side in box_xywh_px)
        limits = (self.stored_width_px, self.stored_height_px)
        width, height = limits if self.orientation < 5 else limits[::-1]
        return x, y, min(w, width - x), min(h, height - y)


def load_picture(path: Path) -> Picture:
    """Read a picture file: JPEG, PNG, WebP, TIFF, BMP, GIF; grey, palette, CMYK, 16-bit, or with alpha on white.

    One of more than 25 megapixels is made smaller by 2 or 4 while it is read.

    Raises:
        PictureError: missing, a folder, empty, no picture, truncated, or larger than 128 megapixels.

    """
    if path.is_dir():
        raise PictureError(f"{path} is a folder; name the pictures in it")
    try:
        with (
            warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning),
            Image.open(path) as stored,
        ):
            width, height = stored.size
            if width * height > MAX_PIXELS:
                raise PictureError(
                    f"{path} has {width * height / 1e6:.0f} megapixels, "
                    f"at most {MAX_PIXELS // 1_000_000} are read; make it smaller"
                )
            orientation = stored.getexif().get(ExifTags.Base.Orientation, 1)
            shrink = shrink_of(width * height)
            # A JPEG gives a half or a quarter of its size without decoding all; other formats pay no heed.
            stored.draft(None, (max(1, width // shrink), max(1, height // shrink)))
            image = to_bgr(stored, shrink=shrink // round(width / stored.width))
            return Picture(upright(image, orientation), width, height, orientation, shrink)
    except FileNotFoundError:
        raise PictureError(f"{path} does not exist") from None
    except UnidentifiedImageError:
        what = "is empty" if path.stat().st_size == 0 else "is no picture that can be read"
        raise PictureError(f"{path} {what}; expected JPEG, PNG, WebP, TIFF, BMP or GIF") from None
    except Image.DecompressionBombError:
        raise PictureError(f"{path} has more pixels than can be read; make it smaller") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError(f"{path} is damaged or cannot be opened ({error}); save or copy it again") from error


def shrink_of(pixels: int) -> int:
    """By what power of two a picture's sides are divided."""
    shrink = 1
    while pixels > WHOLE_PIXELS * shrink**2:
        shrink *= 2
    return shrink


def upright(image: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turn an image (H, W, 3) as its EXIF orientation says."""
    swapped = image.swapaxes(0, 1)
    turned = {
        2: image[:, ::-1],
        3: image[::-1, ::-1],
        4: image[::-1],
        5: swapped,
        6: swapped[:, ::-1],
        7: swapped[::-1, ::-1],
        8: swapped[::-1],
    }.get(orientation, image)
    return np.ascontiguousarray(turned)


def to_bgr(picture: Image.Image, *, shrink: int = 1) -> NDArray[np.uint8]:
    """Any mode of Pillow as (H, W, 3) uint8 BGR, each ``shrink`` squared pixels averaged to one, strip by strip."""
    width, height = picture.size
    convert = _grey_strip(picture) if picture.mode in WIDE_MODES else _colour_strip
    image = np.empty((-(-height // shrink), -(-width // shrink), 3), np.uint8)
    for top in range(0, height, STRIP_ROWS):
        strip = convert(picture.crop((0, top, width, min(top + STRIP_ROWS, height))))
        rows = np.asarray(strip.reduce(shrink) if shrink > 1 else strip)[:, :, ::-1]
        image[top // shrink : top // shrink + len(rows)] = rows
    return image


def _colour_strip(strip: Image.Image) -> Image.Image:
    """Eight bits a colour; transparent parts become white, as viewers show them."""
    if strip.has_transparency_data:
        colours = strip.convert("RGBA")
        strip = Image.alpha_composite(Image.new("RGBA", colours.size, "white"), colours)
    return strip.convert("RGB")


def _grey_strip(picture: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """How grey values of more than 8 bits become 8: 16-bit pictures by their high byte, others stretched to 0..255."""
    values = np.nan_to_num(np.asarray(picture))
    low, high = float(values.min()), float(values.max())
    if 255 < high <= 65535 and low >= 0:
        low, high = 0.0, 65535.0

    def convert(strip: Image.Image) -> Image.Image:
        grey = (np.nan_to_num(np.asarray(strip)).astype(np.float64) - low) * (255 / max(high - low, 1e-9))
        return Image.fromarray(np.rint(grey).astype(np.uint8)).convert("RGB")

    return convert
