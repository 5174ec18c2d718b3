"""The canvases that the detector's files are made and proven with: drawn scenes, other ones for each purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits.backends.detectors.base import scaled
from edgedigits.bundle.detector import NO_CONTRAST
from edgedigits.strokes import drawn_patches
from edgedigits_camera.detection.contrast import local_contrast
from edgedigits_camera.detection.pyramid import canvases, pyramid
from edgedigits_camera.scene.training import training_scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

# First scenes of a proof and of a calibration: none is drawn for training.
PROOF, CALIBRATION = 7_000_000, 8_000_000
# Longest side of a scene as it is looked at: all of its levels fit on one canvas.
SIDE_PX = 560
GOLDEN_SEED = 20_260
# Rows and columns of digits on a golden canvas, one of dark and one of light ink.
GOLDEN_PATCHES = ((2, 3), (3, 2))
PATCH_PX = 32


def proof_canvases(count: int) -> list[NDArray[np.uint8]]:
    """Canvases (H, W) uint8 of local contrast, each a drawn scene at all its scales."""
    return [canvas_of(PROOF + number) for number in range(count)]


def canvas_of(seed: int) -> NDArray[np.uint8]:
    """Local contrast (H, W) uint8 of the drawn scene of this seed, its scales side by side."""
    grey = cv2.cvtColor(training_scene(seed).image, cv2.COLOR_BGR2GRAY)
    (canvas,) = canvases(list(pyramid(grey, finest=min(1.0, SIDE_PX / max(grey.shape)))))
    return canvas.contrast


def calibration_windows(count: int, side_px: int) -> Iterator[NDArray[np.float32]]:
    """Windows (1, side, side, 1) float32 of other drawn scenes: the quantiser takes all ranges from them.

    The first has the least and the largest value that contrast can have in a corner, so that a step of the input is
    1/127 and what is stored is the contrast less 128.
    """
    rng = np.random.default_rng(CALIBRATION)
    for number in range(count):
        window = _window(canvas_of(CALIBRATION + number), side_px, rng)
        if not number:
            window[0, :2] = 0, 255
        yield scaled(window)


def _window(canvas: NDArray[np.uint8], side_px: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Any square of a canvas; beyond it there is no contrast."""
    window = np.full((side_px, side_px), NO_CONTRAST, np.uint8)
    top, left = (int(rng.integers(max(1, side - side_px + 1))) for side in canvas.shape)
    part = canvas[top : top + side_px, left : left + side_px]
    window[: part.shape[0], : part.shape[1]] = part
    return window


def golden_canvases() -> tuple[NDArray[np.uint8], ...]:
    """Known questions, (64, 96) and (96, 64) uint8: six drawn digits, dark ones on grey paper and light ones."""
    patches, _ = drawn_patches(sum(rows * columns for rows, columns in GOLDEN_PATCHES), seed=GOLDEN_SEED)
    dark, light = (_page(patches[half::2], size) for half, size in enumerate(GOLDEN_PATCHES))
    return local_contrast(200 - dark), local_contrast(40 + light)


def _page(patches: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Ink of patches (N, 28, 28) in rows and columns, half as deep, (32 rows, 32 columns)."""
    rows, columns = size
    margin = PATCH_PX - patches.shape[1]
    tiles = np.pad(patches // 2, [(0, 0), (0, margin), (0, margin)]).reshape(rows, columns, PATCH_PX, PATCH_PX)
    return tiles.transpose(0, 2, 1, 3).reshape(rows * PATCH_PX, columns * PATCH_PX)
