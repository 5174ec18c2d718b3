"""Pictures without a page or a digit, as when nobody shows a camera any: (H, W, 3) float32 BGR, 1 is white."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.scene.exact import blurred, draw_line, fill
from edgedigits_camera.scene.texture import colour, field, fine

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Picture = NDArray[np.float32]
    Shape = tuple[int, int]

FRACTION = 16
"""OpenCV's drawing takes sixteenths of a pixel."""


def clutter(kind: str, rng: np.random.Generator, shape: Shape) -> Picture:
    """Draw one of ``FURTHER_TEXTURES``."""
    makers: dict[str, Callable[[np.random.Generator, Shape], Picture]] = {
        "fractal": _fractal, "objects": _objects, "portrait": _portrait, "skyline": _skyline, "strands": _strands,
        "leaves": _leaves, "mosaic": _mosaic, "stripes": _stripes, "halftone": _halftone,
    }  # fmt: skip
    picture = makers[kind](rng, shape) + rng.uniform(0.0, 0.03) * fine(rng, shape)[:, :, None]
    return np.asarray(np.clip(picture, 0.0, 1.0), np.float32)


def octaves(rng: np.random.Generator, shape: Shape, *, roughness: float) -> NDArray[np.float32]:
    """Noise of all sizes (H, W): each octave of half the size has ``roughness`` times the height."""
    grain, height = max(shape) * float(rng.uniform(0.2, 0.7)), 1.0
    total = np.zeros(shape, np.float32)
    while grain > 2:
        total += np.float32(height) * field(rng, shape, grain_px=grain)
        grain, height = grain / 2, height * roughness
    return np.asarray(total / max(float(total.std(dtype=np.float64)), 1e-6), np.float32)


def ramp(rng: np.random.Generator, level: NDArray[np.float32]) -> Picture:
    """Colour a field (H, W) in 0..1 from one colour over others to another."""
    stops = np.stack([colour(rng, 0.0, 1.0, spread=0.18) for _ in range(int(rng.integers(2, 5)))])
    table = np.stack([np.interp(np.linspace(0, 1, 256), np.linspace(0, 1, len(stops)), c) for c in stops.T], axis=1)
    chosen: Picture = table.astype(np.float32)[np.clip(level * 255, 0, 255).astype(np.uint8)]
    return chosen


def _fractal(rng: np.random.Generator, shape: Shape) -> Picture:
    """Clouds, stone, rust, foliage far away: smooth, or in steps with hard edges."""
    level = 0.5 + 0.22 * octaves(rng, shape, roughness=float(rng.uniform(0.35, 0.95)))
    if rng.random() < 0.35:
        steps = int(rng.integers(2, 7))
        level = np.floor(np.clip(level, 0, 0.999) * steps) / steps
    return ramp(rng, level.astype(np.float32))


def _slope(rng: np.random.Generator, shape: Shape) -> NDArray[np.float32]:
    """Light from one side (H, W), 0..1."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    angle = rng.uniform(0, 2 * np.pi)
    along = x / shape[1] * np.cos(angle) + y / shape[0] * np.sin(angle)
    span = float(np.ptp(along)) or 1.0
    return np.asarray((along - along.min()) / span, np.float32)


def blend(picture: Picture, mask: NDArray[np.uint8], tone: Picture) -> None:
    """Lay a tone (3,) or (H, W, 3) over a picture in place where a mask (H, W) is 255."""
    share = mask.astype(np.float32)[:, :, None] / 255
    picture += share * (tone - picture)


def _body(rng: np.random.Generator, shape: Shape, *, size: float) -> NDArray[np.uint8]:
    """Mask (H, W) of a body somewhere: an ellipse, a polygon, or a smooth outline."""
    mask = np.zeros(shape, np.uint8)
    middle = rng.random(2) * shape[::-1]
    kind = rng.random()
    angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 8))))
    if kind < 0.4:
        angles = np.linspace(0, 2 * np.pi, 60)
    radius = size * (
        0.5 + rng.random(len(angles)) * (kind >= 0.4) + 0.3 * np.sin(angles * rng.integers(1, 4)) * (kind < 0.4)
    )
    points = middle + np.stack([np.cos(angles) * rng.uniform(0.4, 1.6), np.sin(angles)], axis=1) * radius[:, None]
    fill(mask, points)
    return mask


def _objects(rng: np.random.Generator, shape: Shape) -> Picture:
    """Bodies before a ground, lit from one side, with shadows, some out of focus."""
    picture = ramp(rng, _slope(rng, shape))
    for _ in range(int(rng.integers(3, 16))):
        mask = _body(rng, shape, size=float(max(shape) * rng.uniform(0.03, 0.4)))
        if rng.random() < 0.5:
            right, below = round(rng.uniform(0, 0.05) * shape[1]), round(rng.uniform(0, 0.05) * shape[0])
            thrown = np.zeros_like(mask)
            thrown[below:, right:] = mask[: shape[0] - below, : shape[1] - right]
            shadow = cv2.blur(thrown, (int(shape[1] * 0.03) + 1,) * 2).astype(np.float32) / 255
            picture *= 1 - 0.5 * shadow[:, :, None]
        tone = colour(rng, 0.05, 0.95, spread=0.2) * (0.6 + 0.6 * _slope(rng, shape))[:, :, None]
        if rng.random() < 0.3:
            tone = tone * (1 + 0.2 * octaves(rng, shape, roughness=0.7))[:, :, None]
        blend(picture, mask, tone)
    return blurred(picture, rng.uniform(0.4, 3.0))


def _portrait(rng: np.random.Generator, shape: Shape) -> Picture:
    """Somebody before a camera: shoulders, head, hair, eyes, a mouth, all of them out of proportion."""
    picture = _objects(rng, shape) if rng.random() < 0.6 else ramp(rng, _slope(rng, shape))
    middle, high = (
        np.array([rng.uniform(0.3, 0.7) * shape[1], rng.uniform(0.3, 0.6) * shape[0]]),
        shape[0] * rng.uniform(0.15, 0.4),
    )
    skin = colour(rng, 0.25, 0.8, spread=0.03) * np.array([0.75, 0.9, 1.1], np.float32)
    lit = (0.7 + 0.5 * _slope(rng, shape))[:, :, None]

    def oval(x: float, y: float, wide: float, tall: float, tone: Picture) -> None:
        mask = np.zeros(shape, np.uint8)
        centre = (middle + np.array([x, y]) * high).round().astype(int).tolist()
        cv2.ellipse(
            mask,
            centre,
            (max(1, int(wide * high)), max(1, int(tall * high))),
            float(rng.normal(0, 5)),
            0,
            360,
            255,
            -1,
            cv2.LINE_AA,
        )
        blend(picture, mask, tone)

    hair, dress = colour(rng, 0.0, 0.5), colour(rng, 0.1, 0.9, spread=0.2)
    oval(0, 2.2, 1.6, 1.2, dress * lit)
    oval(0, -0.25, 0.85, rng.uniform(0.9, 1.5), hair * lit)
    oval(0, 0.9, 0.3, 0.5, skin * 0.85 * lit)
    oval(0, 0, 0.7, 0.95, skin * lit)
    for side in (-1, 1):
        oval(side * 0.28, -0.15, 0.13, 0.07, colour(rng, 0.8, 0.95))
        oval(side * 0.28, -0.15, 0.06, 0.06, colour(rng, 0.0, 0.3))
        oval(side * 0.28, -0.33, 0.18, 0.035, hair)
    oval(0, 0.12, 0.09, 0.2, skin * 0.9 * lit)
    oval(0, 0.5, rng.uniform(0.15, 0.3), 0.06, colour(rng, 0.2, 0.5) * np.array([0.7, 0.6, 1.4], np.float32))
    return blurred(picture, max(0.4, high * rng.uniform(0.005, 0.03)))


def _skyline(rng: np.random.Generator, shape: Shape) -> Picture:
    """Sky over dark land, roofs, masts or animals: edges and silhouettes."""
    picture = ramp(rng, np.linspace(0, 1, shape[0], dtype=np.float32)[:, None].repeat(shape[1], 1))
    picture += 0.08 * octaves(rng, shape, roughness=0.5)[:, :, None]
    for layer in range(int(rng.integers(1, 4))):
        count = int(rng.integers(5, 60))
        x = np.linspace(-5, shape[1] + 5, count)
        y = shape[0] * (
            0.5 + 0.15 * layer + rng.uniform(0.03, 0.12) * rng.standard_normal(count).cumsum() / np.sqrt(count)
        )
        outline = np.stack([x, y], axis=1)
        if rng.random() < 0.5:
            outline = np.repeat(outline, 2, axis=0)
            outline[1:-1, 1] = outline[0:-2, 1]
        ends = np.array([[shape[1] + 5, shape[0] + 5], [-5, shape[0] + 5]])
        mask = np.zeros(shape, np.uint8)
        cv2.fillPoly(mask, [np.concatenate([outline, ends]).round().astype(np.int32)], 255, cv2.LINE_AA)
        blend(picture, mask, colour(rng, 0.0, 0.5, spread=0.06))
    return picture


def _strands(rng: np.random.Generator, shape: Shape) -> Picture:
    """Hair, branches, cables, scratches: long curves that cross the picture."""
    picture = ramp(rng, _slope(rng, shape)) if rng.random() < 0.5 else _fractal(rng, shape)
    angle, spread, bend = rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 1.2), rng.uniform(0.01, 0.12)
    tone, widest = colour(rng, 0.0, 1.0, spread=0.15) * 255, max(1.0, max(shape) * 0.02 * rng.random() ** 2)
    # In whole levels, as OpenCV's thin lines in floats have no soft edge and another course in each version.
    levels = np.clip(255 * picture + 0.5, 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(8, 200))):
        turns = angle + rng.normal(0, spread) + np.cumsum(rng.normal(0, bend, 80))
        steps = np.stack([np.cos(turns), np.sin(turns)], axis=1) * max(shape) / 45
        points = np.cumsum(steps, axis=0) + rng.uniform(-0.3, 1.3, 2) * shape[::-1]
        shade = (tone * rng.uniform(0.6, 1.4)).tolist()
        line = (points * FRACTION).round().astype(np.int32)
        cv2.polylines(levels, [line], False, shade, int(1 + widest * rng.random()), cv2.LINE_AA, 4)  # noqa: FBT003
    return levels.astype(np.float32) / 255


def _leaves(rng: np.random.Generator, shape: Shape) -> Picture:
    """Leaves, shells, pebbles or coins: many of a kind, each with its own shade and a rib or a rim."""
    picture = _fractal(rng, shape)
    size, thin, base = max(shape) * rng.uniform(0.015, 0.12), rng.uniform(0.25, 1.0), colour(rng, 0.2, 0.7, spread=0.15)
    ribbed = rng.random() < 0.5
    for _ in range(int(min(600, 1.2 * np.prod(shape) / size**2))):
        centre, turn = (rng.random(2) * shape[::-1]).astype(int).tolist(), float(rng.uniform(0, 360))
        axes = (max(1, int(size * rng.uniform(0.6, 1.3))), max(1, int(size * thin * rng.uniform(0.6, 1.1))))
        tone = base * rng.uniform(0.5, 1.5)
        cv2.ellipse(picture, centre, axes, turn, 0, 360, (tone * 0.6).tolist(), -1, cv2.LINE_AA)
        inner = (max(1, int(axes[0] * 0.88)), max(1, int(axes[1] * 0.88)))
        cv2.ellipse(picture, centre, inner, turn, 0, 360, tone.tolist(), -1, cv2.LINE_AA)
        if ribbed:
            reach = np.array([np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))]) * axes[0]
            ends = np.stack([centre - reach, centre + reach]).astype(int)
            draw_line(picture, ends, (tone * 1.3).tolist(), max(1, int(size / 20)))
    return picture


def _mosaic(rng: np.random.Generator, shape: Shape) -> Picture:
    """Cells of glass, mud or skin: each place has the colour of the nearest seed, with joints between."""
    seeds = np.full(shape, 255, np.uint8)
    count = int(rng.integers(15, 400))
    rows, columns = (rng.integers(0, side, count) for side in shape)
    seeds[rows, columns] = 0
    _, cells = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    base, spread = colour(rng, 0.2, 0.8, spread=0.15), rng.uniform(0.03, 0.25)
    tones = base + rng.normal(0, spread, (cells.max() + 1, 1)) + rng.normal(0, spread / 3, (cells.max() + 1, 3))
    picture = tones.astype(np.float32)[cells]
    if rng.random() < 0.7:
        edges = (cells != np.roll(cells, 1, 0)) | (cells != np.roll(cells, 1, 1))
        thick = int(rng.integers(1, 6))
        joints = cv2.dilate(edges.astype(np.uint8) * 255, np.ones((thick, thick), np.uint8))
        blend(picture, joints, colour(rng, 0.0, 1.0))
    return picture


def _stripes(rng: np.random.Generator, shape: Shape) -> Picture:
    """Stripes, checks, ripples, a zebra: waves bent by noise."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    bend = octaves(rng, shape, roughness=0.4) * max(shape) * 0.06 * rng.random() ** 2
    total = np.zeros(shape)
    for _ in range(int(rng.integers(1, 4))):
        angle, period = rng.uniform(0, np.pi), max(shape) * rng.uniform(0.008, 0.2)
        total += np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle) + bend) / period)
    return ramp(rng, np.asarray(np.clip(0.5 + total * float(rng.choice([0.3, 4.0])), 0, 1), np.float32))


def _halftone(rng: np.random.Generator, shape: Shape) -> Picture:
    """A printed picture: dots whose size says how dark it is."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    angle, period = rng.uniform(0, np.pi), rng.uniform(4, 16)
    waves = sum(np.cos(2 * np.pi * (x * np.cos(a) + y * np.sin(a)) / period) for a in (angle, angle + np.pi / 2))
    dots = 0.5 + 0.25 * np.asarray(waves, np.float32) - (0.5 + 0.25 * octaves(rng, shape, roughness=0.4))
    return ramp(rng, np.asarray(np.clip(0.5 + 4 * dots, 0, 1), np.float32))
