"""Pens: how marks darken the paper, and where the ink of each digit comes to lie in the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits.strokes import coverage
from edgedigits_camera.scene.exact import blurred, curved, warped
from edgedigits_camera.scene.homography import enlargement, homography_to, in_parts, project
from edgedigits_camera.scene.texture import bgr, field, fine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.scene.homography import Matrix
    from edgedigits_camera.scene.marks import Mark


@dataclass(frozen=True, slots=True)
class Pen:
    """One kind of pen; pairs are the limits that a page's pen is drawn from.

    Attributes:
        width: of the line, in heights of a digit.
        density: how much of the paper's brightness it takes, 0..1.
        grain: how much the tooth of the paper shows, 0..1.
        skip: how often the line breaks, 0..1.
        colours: BGR, 0..1.

    """

    width: tuple[float, float]
    density: tuple[float, float]
    grain: tuple[float, float]
    skip: tuple[float, float]
    colours: tuple[tuple[float, float, float], ...]


BLACK, BLUE, RED, GREEN = (0.1, 0.09, 0.09), (0.58, 0.2, 0.14), (0.17, 0.13, 0.74), (0.22, 0.42, 0.1)
PENS = {
    "ballpoint": Pen((0.035, 0.075), (0.7, 0.95), (0.05, 0.3), (0.0, 0.12), (BLUE, BLUE, BLACK, RED)),
    "fineliner": Pen((0.045, 0.1), (0.8, 0.98), (0.0, 0.1), (0.0, 0.02), (BLACK, BLACK, BLUE, RED, GREEN)),
    "marker": Pen((0.07, 0.19), (0.8, 1.0), (0.0, 0.08), (0.0, 0.02), (BLACK, BLACK, BLUE, RED, GREEN)),
    "pencil": Pen((0.045, 0.1), (0.4, 0.85), (0.15, 0.5), (0.0, 0.08), ((0.27, 0.26, 0.26),)),
    "chalk": Pen(
        (0.07, 0.15), (0.7, 1.0), (0.15, 0.5), (0.0, 0.08), ((0.9, 0.92, 0.92), (0.9, 0.92, 0.92), (0.55, 0.85, 0.93))
    ),
}


LARGER = 4


def between(limits: tuple[float, float], rng: np.random.Generator) -> float:
    """Draw a number between two limits."""
    return float(rng.uniform(*limits))


@dataclass(frozen=True, slots=True)
class Inking:
    """One page's pen: numbers as in ``Pen``, one colour per ink of the page."""

    width: float
    density: float
    grain: float
    skip: float
    colours: tuple[tuple[float, float, float], ...]

    @classmethod
    def of(cls, pen: str, rng: np.random.Generator) -> Inking:
        """Draw a pen of a kind; one page in five is written in several colours."""
        kind = PENS[pen]
        first = kind.colours[int(rng.integers(len(kind.colours)))]
        several = tuple(dict.fromkeys(kind.colours)) if rng.random() < 0.2 else (first,)
        return cls(
            between(kind.width, rng),
            between(kind.density, rng),
            between(kind.grain, rng),
            between(kind.skip, rng),
            several,
        )


def lay(
    picture: NDArray[np.float32], cover: NDArray[np.float32], inking: Inking, *, ink: int, rng: np.random.Generator
) -> None:
    """Lay ink onto a picture (H, W, 3) float32 BGR, in place, where ``cover`` (H, W) 0..1 says that the pen went."""
    rows, columns = (np.flatnonzero(cover.any(axis=axis)) for axis in (1, 0))
    inked = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    shape = (cover.shape[0], cover.shape[1])
    picture, cover = picture[inked], cover[inked]
    flow = 1 + 0.1 * field(rng, shape, grain_px=14, part=inked)
    if inking.skip:
        flow *= np.clip(1 + 2 * (field(rng, shape, grain_px=7, part=inked) + 2.4 - 9 * inking.skip), 0.1, 1)
    # Soft leads and chalk catch on the heights of the paper only.
    tooth = np.clip(1 - inking.grain * (0.6 - 0.7 * fine(rng, shape, soft=True)[inked]), 0, 1.2)
    amount = cover * inking.density * flow * tooth
    share = np.clip(amount, 0, 1)[:, :, None]
    picture += share * (bgr(*inking.colours[ink]) - picture)


def ink_of(mark: Mark, homography: Matrix, shape: tuple[int, int]) -> tuple[int, int, NDArray[np.float32]] | None:
    """Ink of a mark as the camera sees it: left, top, and coverage (h, w) float32 0..1; None when out of sight."""
    corners = project(homography, mark.corners)
    pad = 4 + max((float(path[:, 2].max()) for path in mark.paths), default=0.0)
    low = np.maximum(np.floor(corners.min(axis=0) - pad), 0).astype(int)
    high = np.minimum(np.ceil(corners.max(axis=0) + pad), shape[::-1]).astype(int)
    if (high <= low).any():
        return None
    size = (int(high[1] - low[1]), int(high[0] - low[0]))
    if mark.image is None:
        scale = enlargement(homography, mark.corners.mean(axis=0))
        paths = [in_parts(np.column_stack([project(homography, p[:, :2]) - low, p[:, 2] * scale])) for p in mark.paths]
        cover = coverage(paths, shape=size).astype(np.float32)
    else:
        cover = _enlarged(mark.image, corners - low, size)
    return (int(low[0]), int(low[1]), cover) if cover.max() > 0.1 else None


def _enlarged(image: NDArray[np.uint8], corners: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float32]:
    """Bring a glyph (h, w) uint8 onto its corners, with edges as sharp as a pen leaves them."""
    height, width = image.shape
    scale = float(np.linalg.norm(corners[3] - corners[0])) / height
    source = image.astype(np.float32) / np.float32(255)
    if scale < 1:
        source = blurred(source, 0.4 / scale)
    # Cubic curves at four times the size, and between those straight lines.
    large = (LARGER * height, LARGER * width)
    cover = warped(curved(source, large), homography_to(corners, large[::-1]), size[::-1], border=cv2.BORDER_CONSTANT)
    steepness = float(np.clip(scale / 1.5, 1.0, 3.0))
    return np.clip((cover - 0.42) * steepness + 0.42, 0, 1) if steepness > 1 else np.clip(cover, 0, 1)
