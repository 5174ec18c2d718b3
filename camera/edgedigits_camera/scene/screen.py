"""What is drawn with a mouse or a finger on a screen: flat colours, no light, no camera, lines of whole pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.scene.exact import draw_line
from edgedigits_camera.scene.ink import ink_of
from edgedigits_camera.scene.page import written
from edgedigits_camera.scene.rows import Area
from edgedigits_camera.scene.shot import Seen, in_sight, scene_of, tight_box
from edgedigits_camera.scene.writer import Writer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_camera.scene.marks import Mark
    from edgedigits_camera.scene.page import Supplies
    from edgedigits_camera.scene.shot import Scene
    from edgedigits_camera.scene.spec import SceneSpec

    Colour = tuple[int, int, int]

LEAST_CONTRAST = 45
"""Ink differs from its ground by this many levels of grey, or nobody sees it."""
FLAT = np.eye(3)


@dataclass(frozen=True, slots=True)
class Mouse:
    """How a drawing program draws, and how the mouse runs.

    Attributes:
        soft: whether edges are smoothed.
        reach_px: how far the mouse moves between two of the points that the program learns.
        jitter_px: deviation of these points.

    """

    soft: bool
    reach_px: float
    jitter_px: float

    @classmethod
    def of(cls, pen: str, rng: np.random.Generator, *, digit_px: float) -> Mouse:
        """Draw a program and a hand: most run smoothly, some in visible corners."""
        reach = float(rng.choice([0.02, 0.08, 0.2], p=[0.5, 0.3, 0.2]) * digit_px * rng.uniform(0.5, 1.2))
        return cls(pen == "brush", max(1.0, reach), float(0.012 * digit_px * rng.random() ** 3))

    def ink(
        self, mark: Mark, shape: tuple[int, int], rng: np.random.Generator
    ) -> tuple[int, int, NDArray[np.float32]] | None:
        """Ink of a mark: left, top, and coverage (h, w) float32 0..1; None when out of sight."""
        if mark.image is not None:
            inked = ink_of(mark, FLAT, shape)
            if inked is None or self.soft:
                return inked
            return inked[0], inked[1], (inked[2] > 0.4).astype(np.float32)
        points = [self._run(path[:, :2], rng) for path in mark.paths]
        width = max(1, round(float(np.median(np.concatenate([path[:, 2] for path in mark.paths])))))
        everything = np.concatenate(points)
        low = np.maximum(np.floor(everything.min(axis=0)) - width - 2, 0).astype(int)
        high = np.minimum(np.ceil(everything.max(axis=0)) + width + 2, shape[::-1]).astype(int)
        if (high <= low).any():
            return None
        cover = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        for line in points:
            self._draw(cover, line - low, width)
        if not cover.any():
            return None
        return int(low[0]), int(low[1]), cover.astype(np.float32) / np.float32(255)

    def _run(self, path: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
        """Thin a path (N, 2) out to the points that a mouse reports."""
        length = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
        count = int(np.clip(length / self.reach_px, 2, len(path)))
        chosen = path[np.linspace(0, len(path) - 1, count + 1).round().astype(int)]
        return chosen + rng.normal(0.0, self.jitter_px, chosen.shape)

    def _draw(self, cover: NDArray[np.uint8], line: NDArray[np.float64], width: int) -> None:
        if self.soft:
            # Pixel centres lie at whole numbers for OpenCV, at halves here; sixteenths of a pixel.
            points = ((line - 0.5) * 16).round().astype(np.int32)
            cv2.polylines(cover, [points], isClosed=False, color=255, thickness=width, lineType=cv2.LINE_AA, shift=4)
        else:
            draw_line(cover, np.floor(line).astype(np.int32), 255, width, kind=cv2.LINE_8)


def draw_on_screen(spec: SceneSpec, rng: np.random.Generator, *, size_px: tuple[int, int], supplies: Supplies) -> Scene:
    """Draw what the spec's layout says onto a screen; its digits are as high as the spec says."""
    width, height = size_px
    ground, inks = _colours(spec.paper, rng)
    margin = rng.uniform(0.0, 0.06) * min(size_px) + 1
    area = Area(margin, margin, width - margin, height - margin)
    share = 0.0 if spec.pen == "pixel" else rng.uniform(0.03, 0.18)
    writer = Writer(spec, rng, width=share, glyphs=supplies.glyphs)
    paper = np.full((height, width, 3), np.array(ground, np.float32) / 255, np.float32)
    marks, printed = written(writer, paper, area, inks=len(inks), fonts=supplies.fonts)
    mouse = Mouse.of(spec.pen, rng, digit_px=spec.digit_px)
    picture = paper * 255
    seen = []
    for mark in marks:
        inked = mouse.ink(mark, (height, width), rng)
        if inked is not None:
            left, top, cover = inked
            part = picture[top : top + cover.shape[0], left : left + cover.shape[1]]
            part += cover[:, :, None] * (np.array(inks[mark.ink], np.float32) - part)
            seen.append(Seen(mark, tight_box(cover, left, top)))
    known = tuple(found for digit in printed if (found := in_sight(digit, FLAT, size_px)))
    image = np.clip(picture + 0.5, 0, 255).astype(np.uint8)
    return scene_of(image, seen, spec, printed=known, light_ink=_grey(inks[0]) > _grey(ground))


def _colours(paper: str, rng: np.random.Generator) -> tuple[Colour, tuple[Colour, ...]]:
    """Choose the ground and one or several inks, BGR: black and white above all, now and then faint or coloured."""
    if paper == "coloured-screen":
        ground = _any_colour(rng)
        inks = [_ink_on(ground, rng) for _ in range(1 if rng.random() < 0.7 else 4)]
        # All lighter than the ground or all darker.
        return ground, tuple(ink for ink in inks if (_grey(ink) > _grey(ground)) == (_grey(inks[0]) > _grey(ground)))
    white = (255, 255, 255) if rng.random() < 0.8 else (int(rng.integers(225, 256)),) * 3
    black = (0, 0, 0) if rng.random() < 0.8 else (int(rng.integers(0, 60)),) * 3
    ground, ink = (white, black) if paper == "white-screen" else (black, white)
    kind = rng.random()
    if kind < 0.15:
        level = int(ground[0] + (ink[0] - ground[0]) * rng.uniform(0.2, 0.7))
        ink = (level, level, level)
    elif kind < 0.3:
        ink = _ink_on(ground, rng)
    return ground, (ink,)


def _ink_on(ground: Colour, rng: np.random.Generator) -> Colour:
    """Draw a colour that is seen on a ground."""
    while True:
        ink = _any_colour(rng)
        if abs(_grey(ink) - _grey(ground)) >= LEAST_CONTRAST:
            return ink


def _any_colour(rng: np.random.Generator) -> Colour:
    blue, green, red = (int(value) for value in rng.integers(0, 256, 3))
    return blue, green, red


def _grey(colour: Colour) -> float:
    """Brightness, 0..255, as OpenCV weighs it."""
    blue, green, red = colour
    return 0.114 * blue + 0.587 * green + 0.299 * red
