"""Pillow's pixels of any kind as arrays, strip by strip, so that there is no second whole picture in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

import cv2
import numpy as np
from PIL import Image

from edgedigits_camera.png import png_strips
from edgedigits_camera.turns import as_stored, swaps_sides

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from numpy.typing import NDArray

STRIP_PIXELS = 500_000
# Rows of a strip are a multiple of this, so that strips can be made smaller one by one.
STRIP_ROWS = 8
# A PNG in colour with more is decoded in strips as well: Pillow would take 4 bytes per pixel for the whole.
LARGE_PIXELS = 32_000_000
ALPHA_MODES = ("RGBA", "RGBa", "LA", "La", "PA")
WHITE, BLACK = 255, 0
# Ink that covers its place this much, of what covers most, shows its colour; an edge is mixed with what is below it.
OPAQUE = 0.75
# Ink lighter than this share of white hardly shows on white; less than the one above, for edges mixed with black.
LIGHT = 0.7
# A sheet cut out on a transparent ground has this much dark ink on it at least; light ink alone has none.
DARK_SHARE = 0.001


def grey_of(picture: Image.Image, stream: BinaryIO, *, orientation: int) -> tuple[NDArray[np.uint8], int]:
    """Decode to (H, W) uint8, turned as the orientation says, by the weights of ``cv2.COLOR_RGB2GRAY``.

    Returns:
        The grey picture and what was laid under its transparent parts: ``WHITE`` or ``BLACK``.

    """
    grey, stored = blank(picture.size, orientation)
    if has_alpha(picture):
        return grey, fill_flattened(stored, picture, stream)
    for rows, strip in strips_of(picture, stream):
        if strip.mode in {"L", "1"}:
            stored[rows] = np.asarray(strip.convert("L"))
        else:
            stored[rows] = cv2.cvtColor(np.asarray(strip.convert("RGB")), cv2.COLOR_RGB2GRAY)
    return grey, WHITE


def fill_flattened(stored: NDArray[np.uint8], picture: Image.Image, stream: BinaryIO) -> int:
    """Fill in a picture (H, W) with alpha as it is on white, or anew on black, and return which.

    It is decoded a second time for black, so that alpha is never in memory as a whole.
    """
    seen = np.zeros((256, 256))
    for rows, strip in strips_of(picture, stream):
        grey, cover = premultiplied(strip)
        seen += cv2.calcHist([cover, grey], [0, 1], None, [256, 256], [0, 256, 0, 256])
        stored[rows] = grey + (WHITE - cover)
    if (ground := ground_of(seen)) == BLACK:
        for rows, strip in strips_of(picture, stream):
            stored[rows] = premultiplied(strip)[0]
    return ground


def colour_of(
    picture: Image.Image, stream: BinaryIO, *, orientation: int, ground: int, shrink: int = 1
) -> NDArray[np.uint8]:
    """Decode to (H, W, 3) uint8 BGR, turned as the orientation says.

    Args:
        picture: opened by Pillow.
        stream: its file.
        orientation: EXIF orientation 1..8.
        ground: grey level that lies under transparent parts.
        shrink: how many pixels in each direction become one; divides ``STRIP_ROWS``.

    """
    alpha = has_alpha(picture)
    size_px = -(-picture.width // shrink), -(-picture.height // shrink)
    image, stored = blank(size_px, orientation, 3)
    for rows, strip in strips_of(picture, stream):
        colours = strip
        if alpha:
            colours = strip.convert("RGBA")
            colours = Image.alpha_composite(Image.new("RGBA", strip.size, (ground, ground, ground, 255)), colours)
        colours = colours.convert("RGB")
        colours = colours.reduce(shrink) if shrink > 1 else colours
        stored[rows.start // shrink : -(-rows.stop // shrink)] = np.asarray(colours)[:, :, ::-1]
    return image


def blank(
    stored_size_px: tuple[int, int], orientation: int, *channels: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """An upright image to fill, and a view of it as it is stored."""
    sides = stored_size_px if swaps_sides(orientation) else stored_size_px[::-1]
    image = np.empty((*sides, *channels), np.uint8)
    return image, as_stored(image, orientation)


def has_alpha(picture: Image.Image) -> bool:
    """Whether some of it may be transparent."""
    return picture.mode in ALPHA_MODES or "transparency" in picture.info


def is_wide(picture: Image.Image) -> bool:
    """Whether it is grey with more than 8 bits."""
    return picture.mode in {"I", "F"} or picture.mode.startswith("I;16")


def strips_of(picture: Image.Image, stream: BinaryIO) -> Iterator[tuple[slice, Image.Image]]:
    """Which rows, and these as a picture of their own; wide grey as 8 bits."""
    width, height = picture.size
    count = max(1, STRIP_PIXELS // (STRIP_ROWS * width)) * STRIP_ROWS
    if decodes_by_strips(picture):
        strips = png_strips(stream, rows=count)
    else:
        strips = (picture.crop((0, top, width, min(top + count, height))) for top in range(0, height, count))
        levels = levels_of(picture, count) if is_wide(picture) else None
        strips = (narrow(strip, levels) for strip in strips) if levels else strips
    top = 0
    for strip in strips:
        if "transparency" in picture.info:
            strip.info["transparency"] = picture.info["transparency"]
        yield slice(top, top + strip.height), strip
        top += strip.height


def decodes_by_strips(picture: Image.Image) -> bool:
    """Whether it is a large PNG in colour, and not interlaced."""
    large = picture.width * picture.height > LARGE_PIXELS
    in_colour = picture.mode in {"RGB", "RGBA", "LA"}
    return large and picture.format == "PNG" and in_colour and not picture.info.get("interlace")


def levels_of(picture: Image.Image, rows: int) -> tuple[float, float]:
    """What becomes 0 and 255 of wide grey: of 16 bits the range there is, of others the range that occurs."""
    low, high = np.inf, -np.inf
    for top in range(0, picture.height, rows):
        strip = np.nan_to_num(np.asarray(picture.crop((0, top, picture.width, min(top + rows, picture.height)))))
        low, high = min(low, float(strip.min())), max(high, float(strip.max()))
    return (0.0, 65535.0) if 255 < high <= 65535 and low >= 0 else (low, high)


def narrow(strip: Image.Image, levels: tuple[float, float]) -> Image.Image:
    """Wide grey as 8 bits."""
    low, high = levels
    grey = (np.nan_to_num(np.asarray(strip)).astype(np.float64) - low) * (255 / max(high - low, 1e-9))
    return Image.fromarray(np.rint(grey).astype(np.uint8))


def premultiplied(strip: Image.Image) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Grey (h, w) uint8 as it is on black, and alpha (h, w) uint8; grey is at most alpha."""
    colours = np.asarray(strip.convert("RGBA"))
    cover = np.ascontiguousarray(colours[:, :, 3])
    return cv2.multiply(cv2.cvtColor(colours, cv2.COLOR_RGBA2GRAY), cover, scale=1 / 255), cover


def ground_of(seen: NDArray[np.float64]) -> int:
    """What to lay under the transparent parts: white, as viewers do, unless next to all that is opaque is as light.

    A sheet with transparent corners is light as well, but the ink on it is not.

    Args:
        seen: (256, 256), how many pixels have this alpha and this grey as it is on black.

    """
    covers = np.flatnonzero(seen.any(axis=1))
    least = max(1, int(OPAQUE * covers[-1]))
    if covers[0] >= least:
        return WHITE
    level = np.arange(256, dtype=np.float32)
    opaque, dark = seen[least:].sum(), seen[least:][level < LIGHT * level[least:, None]].sum()
    return BLACK if opaque and dark < DARK_SHARE * opaque else WHITE


def is_image(image: object) -> TypeGuard[NDArray[np.uint8]]:
    """Whether this is what a frame holds: (H, W, 3) uint8 with at least one pixel."""
    if not isinstance(image, np.ndarray):
        return False
    return image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3 and image.size > 0
