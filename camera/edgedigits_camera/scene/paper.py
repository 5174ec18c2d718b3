"""The flat page before anybody writes on it: (H, W, 3) float32 BGR, 1 is white."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.scene.exact import averaged
from edgedigits_camera.scene.texture import bgr, colour, field, fine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.scene.spec import SceneSpec

LINE_COLOURS = ((0.85, 0.6, 0.45), (0.55, 0.55, 0.55), (0.6, 0.75, 0.5), (0.5, 0.55, 0.85), (0.8, 0.75, 0.55))
"""Blue, grey, green, red, cyan; BGR."""


def page_of(spec: SceneSpec, rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Make a page of the kind that the spec names."""
    page = _sheet(spec.paper, rng, shape)
    if spec.paper == "ruled":
        _rule(page, rng, pitch_px=spec.digit_px * rng.uniform(1.2, 2.6), upright=False)
    elif spec.paper == "grid":
        pitch_px = spec.digit_px * (rng.uniform(0.45, 0.75) if rng.random() < 0.6 else rng.uniform(1.3, 1.8))
        _rule(page, rng, pitch_px=pitch_px, upright=True)
    return page


def _sheet(paper: str, rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Blank sheet with its fibres, stains and creases."""
    page = np.empty((*shape, 3), np.float32)
    page[:] = _tone(paper, rng)
    if paper == "cardboard":
        corrugation = 0.02 * np.sin(np.arange(shape[1]) * (2 * np.pi / rng.uniform(6, 14)))
        page += corrugation.astype(np.float32)[None, :, None]
    rough = {"cardboard": 0.035, "newspaper": 0.025, "blackboard": 0.012, "whiteboard": 0.002}.get(paper, 0.01)
    grain = rough * (0.3 * fine(rng, shape, soft=True) + 0.5 * field(rng, shape, grain_px=5))
    grain += min(rough, 0.012) * field(rng, shape, grain_px=shape[1] / 6)
    if paper in ("blackboard", "whiteboard"):
        smear = field(rng, shape, grain_px=max(shape) / 9) * averaged(fine(rng, shape), 31, 5)
        grain += (0.5 if paper == "blackboard" else 0.12) * np.abs(smear) * (1 if paper == "blackboard" else -1)
    page += grain[:, :, None]
    if paper not in ("blackboard", "whiteboard") and rng.random() < 0.3:
        _crease(page, rng)
    return page


def _tone(paper: str, rng: np.random.Generator) -> NDArray[np.float32]:
    """Colour of a sheet, BGR."""
    if paper == "cardboard":
        return bgr(0.42, 0.58, 0.7) * np.float32(rng.uniform(0.75, 1.2))
    if paper == "newspaper":
        return bgr(0.74, 0.8, 0.83) * np.float32(rng.uniform(0.9, 1.1))
    if paper == "blackboard":
        return bgr(0.2, 0.25, 0.18) if rng.random() < 0.5 else bgr(0.14, 0.14, 0.14)
    if paper == "plain" and rng.random() < 0.3:
        return colour(rng, 0.72, 0.9, spread=0.09)
    return colour(rng, 0.86, 0.97, spread=0.015)


def _rule(page: NDArray[np.float32], rng: np.random.Generator, *, pitch_px: float, upright: bool) -> None:
    """Print lines across the page, and down it for a grid; a margin now and then."""
    height, width = page.shape[:2]
    tone = bgr(*LINE_COLOURS[int(rng.integers(len(LINE_COLOURS)))])
    strength, line_px = rng.uniform(0.35, 1.0), max(1, round(pitch_px * rng.uniform(0.015, 0.04)))
    lines = np.zeros((height, width), np.uint8)
    start = rng.uniform(0, pitch_px)
    for y in np.arange(start, height, pitch_px):
        cv2.line(lines, (0, round(float(y))), (width, round(float(y))), 255, line_px)
    if upright:
        for x in np.arange(start, width, pitch_px):
            cv2.line(lines, (round(float(x)), 0), (round(float(x)), height), 255, line_px)
    ink = cv2.GaussianBlur(lines, (0, 0), 0.6).astype(np.float32) / 255
    page *= 1 - (strength * ink)[:, :, None] * (1 - tone)
    if not upright and rng.random() < 0.4:
        x = round(width * rng.uniform(0.04, 0.15))
        cv2.line(page, (x, 0), (x, height), (0.55, 0.5, 0.85), line_px, cv2.LINE_AA)


def _crease(page: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Fold the sheet once or twice: light on one side of the fold, dark on the other."""
    height, width = page.shape[:2]
    y, x = np.ogrid[:height, :width]
    for _ in range(int(rng.integers(1, 3))):
        angle, reach = rng.uniform(0, np.pi), rng.uniform(3, 12)
        away = (x - rng.uniform(0, width)) * np.cos(angle) + (y - rng.uniform(0, height)) * np.sin(angle)
        t = away / reach
        page += (rng.uniform(0.02, 0.09) * t * np.exp(-(t**2))).astype(np.float32)[:, :, None]
