"""How a picture as stored lies in the one that is read: the eight EXIF orientations, and quarter turns on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Box = tuple[int, int, int, int]


UPRIGHT = 1
# By what orientation each is undone.
INVERSE = {6: 8, 8: 6}
# Which orientation each becomes by a further quarter turn clockwise.
CLOCKWISE = {1: 6, 6: 3, 3: 8, 8: 1, 2: 7, 7: 4, 4: 5, 5: 2}


def turned(image: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """A view of a stored image (H, W) or (H, W, 3), turned as its EXIF orientation says."""
    swapped = image.swapaxes(0, 1)
    return {
        2: image[:, ::-1],
        3: image[::-1, ::-1],
        4: image[::-1],
        5: swapped,
        6: swapped[:, ::-1],
        7: swapped[::-1, ::-1],
        8: swapped[::-1],
    }.get(orientation, image)


def as_stored(image: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """A view of an upright image (H, W) or (H, W, 3) as it is stored; what is written there is seen upright."""
    return turned(image, INVERSE.get(orientation, orientation))


def swaps_sides(orientation: int) -> bool:
    """True where the width as stored is the height of the upright picture."""
    return orientation in {5, 6, 7, 8}


def clockwise(orientation: int, *, quarters: int) -> int:
    """The orientation that also turns the upright picture clockwise, by quarters of a turn."""
    for _ in range(quarters % 4):
        orientation = CLOCKWISE[orientation]
    return orientation


def box_as_stored(box_xywh_px: Box, orientation: int, *, stored_size_px: tuple[int, int]) -> Box:
    """A box of the upright picture in pixels of the one as stored, whose (width, height) is given."""
    x, y, w, h = box_xywh_px
    width, height = stored_size_px
    right, bottom = width - x - w, height - y - h
    turned_right, turned_bottom = width - y - h, height - x - w
    return {
        2: (right, y, w, h),
        3: (right, bottom, w, h),
        4: (x, bottom, w, h),
        5: (y, x, h, w),
        6: (y, turned_bottom, h, w),
        7: (turned_right, turned_bottom, h, w),
        8: (turned_right, x, h, w),
    }.get(orientation, (x, y, w, h))
