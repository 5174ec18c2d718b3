"""Patches of single digits, half of them printed, as they would be cut out of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits.strokes import draw_digit
from edgedigits_camera.digits.patches import View, cut_out, patch_and_box
from edgedigits_camera.scene.press import press_of
from edgedigits_export.judging.examples import fonts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits.training.data import Split

# Height of a digit before it is photographed, and of those in the picture.
DRAWN_PX, LOW_PX, HIGH_PX = 84.0, 12.0, 60.0


def drawn_patches(
    count: int, *, seed: int, glyphs: Split | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.intp], NDArray[np.bool_]]:
    """Draw digits: their patches (N, 28, 28), their names (N,), and whether a machine wrote them (N,)."""
    rng = np.random.default_rng(seed)
    names, printed = rng.integers(0, 10, count), np.arange(count) % 2 == 0
    return (
        np.stack([_photographed(_ink(*each, rng, glyphs), rng) for each in zip(names, printed, strict=True)]),
        names,
        printed,
    )


def _ink(name: np.intp, printed: np.bool_, rng: np.random.Generator, glyphs: Split | None) -> NDArray[np.uint8]:
    """A digit (H, W), ink 255 on 0: in some type, by our own hand, or by people's."""
    if printed:
        return press_of(rng, capital_px=DRAWN_PX, fonts=fonts()).stencil(str(name)).ink
    if glyphs is None or rng.random() < 0.5:
        return draw_digit(int(name), rng=rng, height_px=int(DRAWN_PX), pen_px=float(rng.uniform(3, 14)))
    people = np.flatnonzero(glyphs.labels == name)
    return cv2.resize(glyphs.images[rng.choice(people)], None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)


def _photographed(ink: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The patch (28, 28) of a digit that is seen from somewhere, small, out of focus and in noise."""
    left, top, width, height = cv2.boundingRect(ink)
    high = np.exp(rng.uniform(np.log(LOW_PX), np.log(HIGH_PX)))
    turn = np.array([[np.exp(rng.normal(0, 0.12)), 0], [0, 1]]) + rng.normal(0, 0.05, (2, 2))
    side = round(3 * high)
    turn *= high / height
    shift = side / 2 - turn @ [left + width / 2, top + height / 2]
    sharp = cv2.GaussianBlur(ink, (0, 0), max(0.3, 0.4 * height / high))
    seen = cv2.warpAffine(sharp, np.column_stack([turn, shift]), (side, side)).astype(np.float32)
    seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.3, 0.3 + high / 25))
    x, y, w, h = cv2.boundingRect((seen > seen.max() / 4).astype(np.uint8))
    grey = 220 - rng.uniform(0.3, 0.8) * seen + rng.normal(0, rng.uniform(1, 10), seen.shape)
    cut = cut_out(np.clip(grey, 0, 255).astype(np.uint8), (x, y, w, h), light=False)
    return patch_and_box(cut, View())[0]
