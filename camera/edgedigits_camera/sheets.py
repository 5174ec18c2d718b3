"""All scales of a picture side by side on one sheet: every step after it is done once, and not for each scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.flatten import ink_contrast, shrunk
from edgedigits_camera.grain import without_grain
from edgedigits_camera.ruling import without_ruling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from edgedigits_camera.profiles import Profile

# So many empty pixels between two scales: more than any step looks beyond the one it works on.
GAP_PX = 24
# Places are multiples of this, so that what is measured in cells of pixels is the same wherever a scale lies.
ALIGN_PX = 4


@dataclass(frozen=True, slots=True)
class Sheet:
    """Scales of a picture, and of its inverse; the arrays have an entry for each of the L scales."""

    scales: NDArray[np.float64]
    """(L,): pixels of the sheet for one of the picture."""
    areas: NDArray[np.int32]
    """(L, 4): x, y, width, height in pixels of the sheet."""
    inverted: NDArray[np.bool_]
    """(L,): whether it shows the picture inverted, so that light ink is dark."""
    finest: NDArray[np.bool_]
    """(L,): whether it is the finest scale of the picture, or of its inverse."""
    contrast: NDArray[np.uint8]
    """(H, W) uint8: how much darker than its paper each pixel is, without ruled lines."""
    integral: NDArray[np.int32]
    """(H + 1, W + 1) int32: sums of the contrast."""
    lines: NDArray[np.int32] | None
    """(H + 1, W + 1) int32: sums of the contrast of the ruled lines that were taken out; None where there were none."""

    @property
    def height(self) -> int:
        """H."""
        return len(self.contrast)

    def level_of(self, x: NDArray[np.int32], y: NDArray[np.int32]) -> NDArray[np.intp]:
        """Index of the scale that each of the pixels (N,) lies in."""
        left, top, width, height = self.areas.T[:, :, None]
        level: NDArray[np.intp] = ((x >= left) & (x < left + width) & (y >= top) & (y < top + height)).argmax(axis=0)
        return level


def sheet_of(grey: NDArray[np.uint8], *, profile: Profile, with_light: bool = False) -> Sheet | None:
    """Take the light out of a picture (H, W) uint8 with dark ink at all scales; None where it is too small for a digit.

    Where hints of light ink are wanted as well, the inverted picture is shown beside it, from half of its finest scale
    on.
    """
    scale, finest = finest_of(without_grain(grey), profile=profile)
    pyramids = [list(pyramid(scale, finest, profile=profile))]
    if not pyramids[0]:
        return None
    pyramids += [list(pyramid(scale * step, smaller(finest, step), profile=profile)) for step in profile.between]
    dark = sum(map(len, pyramids))
    if with_light:
        inverted = list(pyramid(scale, 255 - finest, profile=profile))
        pyramids.append(inverted[1:] or inverted)
    scales, pictures = zip(*(pair for pairs in pyramids for pair in pairs), strict=True)
    areas, size_px = on_shelves([picture.shape for picture in pictures])
    contrast = np.zeros(size_px, np.uint8)
    for picture, (x, y, width, height) in zip(pictures, areas, strict=True):
        contrast[y : y + height, x : x + width] = ink_contrast(picture)
    cleaned = without_ruling(contrast)
    cut = contrast if cleaned is None else cleaned
    first = np.isin(np.arange(len(scales)), (0, dark))
    return Sheet(
        np.array(scales),
        np.array(areas, np.int32),
        np.arange(len(scales)) >= dark,
        first,
        cut,
        cv2.integral(cut, sdepth=cv2.CV_32S),
        None if cleaned is None else cv2.integral(cv2.subtract(contrast, cleaned), sdepth=cv2.CV_32S),
    )


def on_shelves(shapes: Sequence[tuple[int, ...]]) -> tuple[list[tuple[int, int, int, int]], tuple[int, int]]:
    """Place for each of some pictures, given by height and width; and the shape of the sheet.

    The highest first, they stand side by side as far as two halves of the widest reach, then below.
    """
    most = max(width for _, width in shapes) + GAP_PX + ALIGN_PX
    areas: dict[int, tuple[int, int, int, int]] = {}
    x = top = bottom = 0
    for index in sorted(range(len(shapes)), key=lambda index: -shapes[index][0]):
        height, width = shapes[index]
        if x + width > most:
            x, top = 0, aligned(bottom + GAP_PX)
        areas[index] = (x, top, width, height)
        x, bottom = aligned(x + width + GAP_PX), max(bottom, top + height)
    # The last row and the last column stay empty: sheets can be stacked, and no row's ink runs on into the next.
    return [areas[index] for index in range(len(shapes))], (aligned(bottom + 1), aligned(most + 1))


def aligned(length_px: int) -> int:
    """The next place for a picture."""
    return -(-length_px // ALIGN_PX) * ALIGN_PX


def finest_of(grey: NDArray[np.uint8], *, profile: Profile) -> tuple[float, NDArray[np.uint8]]:
    """The finest scale that is looked at, and the picture in it; a small one is enlarged."""
    scale = 1.0
    while max(grey.shape) > profile.largest_px:
        scale, grey = scale / 2, halved(grey)
    if max(grey.shape) <= profile.enlarge_below_px:
        return 2.0, cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    if profile.finest == 1.0:
        return scale, grey
    return scale * profile.finest, smaller(grey, profile.finest)


def smaller(grey: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    """The picture at a share of its size, of at least a half, and no larger than that."""
    height, width = grey.shape
    return cv2.resize(grey, (max(1, int(width * share)), max(1, int(height * share))))


def pyramid(scale: float, grey: NDArray[np.uint8], *, profile: Profile) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """The picture at its finest scale, and each time half as large, until no digit fits."""
    least_px = 2 * profile.min_height_px
    while min(grey.shape) >= least_px:
        yield scale, grey
        # The coarser ones are for digits that are too high for the one before.
        scale, grey, least_px = scale / 2, halved(grey), profile.max_height_px // 2


def halved(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Half as large; thin dark strokes are thickened first, so that they do not fade."""
    return shrunk(cv2.erode(grey, np.ones((2, 2), np.uint8)))
