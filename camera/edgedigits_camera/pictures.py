"""Picture files of any kind as one kind of array."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from edgedigits.errors import PictureError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# A 100-megapixel picture takes 300 MB as colours alone, more than the free memory of a small Pi.
MAX_PIXELS = 64_000_000
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

    def stored_box(self, box_xywh_px: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """A box of the upright image in pixels of the picture as stored."""
        x, y, w, h = box_xywh_px
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
        }.get(self.orientation, box_xywh_px)


def load_picture(path: Path) -> Picture:
    """Read a picture file: JPEG, PNG, WebP, TIFF, BMP, GIF; grey, palette, CMYK, 16-bit, or with alpha on white.

    Raises:
        PictureError: missing, a folder, empty, no picture, truncated, or larger than 64 megapixels.

    """
    if path.is_dir():
        raise PictureError(f"{path} is a folder; name the pictures in it")
    try:
        with (
            warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning),
            Image.open(path) as stored,
        ):
            if stored.width * stored.height > MAX_PIXELS:
                raise PictureError(
                    f"{path} has {stored.width * stored.height / 1e6:.0f} megapixels, "
                    f"at most {MAX_PIXELS // 1_000_000} are read; make it smaller"
                )
            orientation = stored.getexif().get(ExifTags.Base.Orientation, 1)
            upright = ImageOps.exif_transpose(stored)
            return Picture(to_bgr(upright), stored.width, stored.height, orientation)
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


def to_bgr(picture: Image.Image) -> NDArray[np.uint8]:
    """Any mode of Pillow as (H, W, 3) uint8 BGR; transparent parts become white, as viewers show them."""
    if picture.mode in WIDE_MODES:
        return np.repeat(to_eight_bits(np.asarray(picture))[:, :, None], 3, axis=2)
    if picture.has_transparency_data:
        colours = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", colours.size, "white"), colours)
    return np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])


def to_eight_bits(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Grey values of more than 8 bits as uint8: 16-bit pictures by their high byte, others stretched to 0..255."""
    grey = np.nan_to_num(np.asarray(values, np.float64))
    low, high = (0.0, 65535.0) if 255 < grey.max() <= 65535 and grey.min() >= 0 else (grey.min(), grey.max())
    return np.rint((grey - low) * (255 / max(high - low, 1e-9))).astype(np.uint8)
