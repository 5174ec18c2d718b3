"""Light on a page: a field (H, W) float32 to multiply the picture by, and glare (H, W) float32 to add."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.scene.exact import enlarged, fill
from edgedigits_camera.scene.texture import field
from edgedigits_camera.scene.view import turn_and_zoom

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

COARSE = 8
"""Light without edges is computed for every eighth pixel and enlarged."""


OVAL = np.stack([curve(np.linspace(0, 2 * np.pi, 60)) for curve in (np.cos, np.sin)], axis=1)
"""Points (60, 2) of a circle."""


def light_of(kind: str, rng: np.random.Generator, shape: tuple[int, int], *, strength: float) -> NDArray[np.float32]:
    """Make the light of a kind of ``LIGHTS``: factors (H, W), 1 is full light. Every light falls off a little."""
    small = (max(2, -(-shape[0] // COARSE)), max(2, -(-shape[1] // COARSE)))
    shade = _slope(rng, small, 0.03 + 0.07 * strength)
    shapes: dict[str, Callable[[], NDArray[np.float32]]] = {
        "gradient": lambda: _slope(rng, small, 0.2 + 0.45 * strength),
        "vignette": lambda: _vignette(rng, small, 0.25 + 0.5 * strength),
        "dim": lambda: np.full(small, 0.55 - 0.35 * strength, np.float32),
    }
    if kind in shapes:
        shade = shade * shapes[kind]()
    full = enlarged(shade, COARSE, shape)
    return np.asarray(full * _shadow(rng, shape, strength), np.float32) if kind == "shadow" else full


def glare_of(rng: np.random.Generator, shape: tuple[int, int], *, strength: float) -> NDArray[np.float32]:
    """Make a bright reflection (H, W) 0..1 to add, brightest somewhere off the middle."""
    height, width = shape
    y, x = np.ogrid[:height, :width]
    cx, cy = rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.9) * height
    rx, ry = rng.uniform(0.08, 0.28, 2) * width
    away = ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2
    return np.asarray((0.2 + 0.35 * strength) * np.exp(-away), np.float32)


def _slope(rng: np.random.Generator, shape: tuple[int, int], depth: float) -> NDArray[np.float32]:
    """Light that falls off to one side, with soft unevenness, as from a lamp beside the page."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in shape), indexing="ij")
    angle = rng.uniform(0, 2 * np.pi)
    along = (x * np.cos(angle) + y * np.sin(angle)) / 1.4
    uneven = 0.12 * depth * field(rng, shape, grain_px=max(shape) / 2)
    return np.asarray(np.clip(1 - depth * (along + 1) / 2 + uneven, 0.1, 1.1), np.float32)


def _vignette(rng: np.random.Generator, shape: tuple[int, int], depth: float) -> NDArray[np.float32]:
    """Dark corners around a centre that is a little off."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in shape), indexing="ij")
    away = (x - rng.normal(0, 0.15)) ** 2 + (y - rng.normal(0, 0.15)) ** 2
    return np.asarray(1 - depth * np.clip(away / 2, 0, 1) ** rng.uniform(0.8, 1.6), np.float32)


def _shadow(rng: np.random.Generator, shape: tuple[int, int], strength: float) -> NDArray[np.float32]:
    """Shadow of a phone or of a hand: its edge hard or soft, its darkness uneven."""
    height, width = shape
    mask = np.zeros((max(2, height // 2), max(2, width // 2)), np.uint8)
    centre = rng.uniform(0.0, 1.0, 2) * mask.shape[::-1]
    if rng.random() < 0.6:
        size = rng.uniform(0.35, 0.9, 2) * mask.shape[1]
        corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * size
        turned = turn_and_zoom(corners, np.zeros(2), turn=float(np.deg2rad(rng.uniform(0, 180))), zoom=1.0) + centre
        fill(mask, turned)
    else:
        turn = rng.uniform(0, 360)
        for finger in range(4):
            axes = (rng.uniform(0.25, 0.5) * mask.shape[1], rng.uniform(0.03, 0.07) * mask.shape[1])
            angle = turn + finger * rng.uniform(8, 16)
            points = turn_and_zoom(OVAL * axes, np.zeros(2), turn=float(np.deg2rad(angle)), zoom=1.0) + centre
            fill(mask, points)
        cv2.circle(mask, centre.astype(int).tolist(), int(0.16 * mask.shape[1]), 255, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), 0.5 + mask.shape[1] * 0.02 * rng.random() ** 2)
    shadow = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR_EXACT).astype(np.float32) / 255
    return np.asarray(1 - (0.3 + 0.4 * strength) * shadow, np.float32)
