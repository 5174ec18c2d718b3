"""A picture of digits inside another one: a plot with axes and ticks, several of them, a window of a program."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.scene.finish import moved, resized
from edgedigits_camera.scene.press import impress, press_of
from edgedigits_camera.scene.shot import DrawnDigit
from edgedigits_camera.scene.spec import pick

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from edgedigits_camera.scene.shot import Scene

TITLES = (
    "Prediction: {}", "Label: {}", "Predicted {}", "digit {}", "{}", "Input image", "Your drawing", "Result: {}",
    "true={} pred={}", "Draw a digit", "Handwritten digit", "Ground truth: {}", "test image {}", "Class {} (99.1%)",
)  # fmt: skip
BUTTONS = ("Clear", "Predict", "Save", "Recognize", "Reset", "Erase", "OK", "Cancel", "File", "Edit", "View", "Help")
PROGRAMS = ("Paint", "Digit reader", "Untitled - Paint", "Figure 1", "localhost:5000", "Canvas")
GROUNDS = ((255, 255, 255), (255, 255, 255), (240, 240, 240), (248, 244, 234), (43, 43, 43), (30, 30, 30))


class Frame:
    """A picture (H, W, 3) uint8 that a scene is put into, and print around it."""

    def __init__(
        self, rng: np.random.Generator, size_px: tuple[int, int], fonts: Sequence[Path], text_px: float
    ) -> None:
        self.rng = rng
        self.ground = GROUNDS[int(rng.integers(len(GROUNDS)))]
        self.ink = (0, 0, 0) if self.ground[0] > 128 else (230, 230, 230)
        self.image = np.full((size_px[1], size_px[0], 3), self.ground, np.uint8)
        self.press = press_of(rng, capital_px=text_px, fonts=fonts)
        self.printed: list[DrawnDigit] = []

    def text(self, text: str, x: float, y: float, *, align: float = 0.5) -> None:
        """Print text with its baseline at y, and x at its left (0), middle (0.5) or right (1)."""
        stencil = self.press.stencil(text)
        high, wide = stencil.ink.shape
        left, top = round(x - align * wide), round(y) - stencil.baseline_px
        shape = self.image.shape[:2]
        rows, columns = slice(max(top, 0), min(top + high, shape[0])), slice(max(left, 0), min(left + wide, shape[1]))
        part = self.image[rows, columns].astype(np.float32)
        if not part.size:
            return
        ink = np.zeros(part.shape[:2], np.uint8)
        for digit in impress(ink, stencil, left - columns.start, round(y) - rows.start, digits=text):
            low, far = (np.clip(digit.corners[i], 0, ink.shape[::-1]).astype(int) for i in (0, 2))
            if (far > low).all():
                box = (
                    int(low[0]) + columns.start,
                    int(low[1]) + rows.start,
                    int(far[0] - low[0]),
                    int(far[1] - low[1]),
                )
                self.printed.append(DrawnDigit(digit.digit, box))
        part += ink[:, :, None].astype(np.float32) / 255 * (np.array(self.ink, np.float32) - part)
        self.image[rows, columns] = (part + 0.5).astype(np.uint8)

    def paste(self, scene: Scene, left: int, top: int) -> Scene:
        """Put a scene into the picture: it, with its boxes there, and the picture around it."""
        height, width = scene.image.shape[:2]
        self.image[top : top + height, left : left + width] = scene.image
        return moved(scene, self.image, shift=(left, top))


@dataclass(frozen=True, slots=True)
class Axes:
    """Where a plot's picture lies, in pixels of the whole: left, top, width, height."""

    left: int
    top: int
    width: int
    height: int

    def draw(self, frame: Frame, data_px: tuple[int, int]) -> None:
        """Draw border and ticks with their numbers, as far as a picture of ``data_px`` width and height goes."""
        right, bottom = self.left + self.width, self.top + self.height
        thick = max(1, round(min(self.width, self.height) * 0.003))
        cv2.rectangle(frame.image, (self.left - 1, self.top - 1), (right, bottom), frame.ink, thick)
        tick, size = max(2, round(frame.press.capital_px * 0.4)), frame.press.capital_px
        for across in (True, False):
            data, length = (data_px[0], self.width) if across else (data_px[1], self.height)
            step = next(s for s in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 5000) if data / s <= 7)
            for value in range(0, data, step):
                at = round((value + 0.5) / data * length)
                if across:
                    start = (self.left + at, bottom)
                    cv2.line(frame.image, start, (start[0], bottom + tick), frame.ink, thick)
                    frame.text(str(value), start[0], bottom + 1.6 * tick + size)
                else:
                    start = (self.left - tick, self.top + at)
                    cv2.line(frame.image, start, (self.left, start[1]), frame.ink, thick)
                    frame.text(str(value), start[0] - 0.5 * tick, start[1] + size / 2, align=1.0)


def plotted(scene: Scene, rng: np.random.Generator, *, fonts: Sequence[Path] = ()) -> Scene:
    """Show a scene as a plotting program does: with axes, ticks, a title now and then, much room around."""
    data_px = (scene.image.shape[1], scene.image.shape[0])
    side = float(np.exp(rng.uniform(np.log(140), np.log(700))))
    factor = side / max(data_px)
    blocks = factor > 1 and rng.random() < 0.7
    inner = resized(scene, (max(8, round(data_px[0] * factor)), max(8, round(data_px[1] * factor))), blocks=blocks)
    width, height = inner.image.shape[1::-1]
    text_px = side * rng.uniform(0.022, 0.05) + 4
    left, top, right, bottom = (round(side * rng.uniform(0.12, 0.5)) + round(4 * text_px) for _ in range(4))
    frame = Frame(rng, (left + width + right, top + height + bottom), fonts, text_px)
    placed = frame.paste(inner, left, top)
    if rng.random() < 0.75:
        Axes(left, top, width, height).draw(frame, data_px)
    if rng.random() < 0.7:
        frame.text(_title(rng), left + width / 2, top - 0.8 * text_px)
    return replace(placed, image=frame.image, printed=(*placed.printed, *frame.printed))


def _title(rng: np.random.Generator) -> str:
    digit = str(int(rng.integers(10)))
    return pick(TITLES, rng).replace("{}", digit)


def windowed(scene: Scene, rng: np.random.Generator, *, fonts: Sequence[Path] = ()) -> Scene:
    """Show a scene as the drawing area of a program's window: bar, buttons, and what the program says."""
    if max(scene.image.shape[:2]) < 120:
        times = int(rng.integers(3, 8))
        scene = resized(
            scene, (scene.image.shape[1] * times, scene.image.shape[0] * times), blocks=bool(rng.random() < 0.5)
        )
    height, width = scene.image.shape[:2]
    text_px = float(np.clip(max(width, height) * rng.uniform(0.025, 0.05), 7, 22))
    bar = round(text_px * rng.uniform(2.0, 3.2))
    left, top, right, bottom = (round(rng.uniform(0, 0.25) * max(width, height)) + bar for _ in range(4))
    frame = Frame(rng, (left + width + right, top + bar + height + bottom), fonts, text_px)
    shade = tuple(int(v) for v in rng.integers(60, 250, 3))
    cv2.rectangle(frame.image, (0, 0), (frame.image.shape[1], bar), shade, -1)
    for number in range(3):
        # Buttons that close and shrink a window.
        corner = frame.image.shape[1] - round((number + 1) * bar), bar // 3
        cv2.rectangle(frame.image, corner, (corner[0] + 2 * bar // 5, bar - bar // 3), frame.ink, 1)
    placed = frame.paste(scene, left, top + bar)
    cv2.rectangle(frame.image, (left - 1, top + bar - 1), (left + width, top + bar + height), frame.ink, 1)
    frame.text(pick(PROGRAMS, rng), bar / 2, bar * 0.7, align=0.0)
    x, y = float(left), float(top + height + 1.9 * bar)
    while x < left + width and rng.random() < 0.8:
        word = pick(BUTTONS, rng) if rng.random() < 0.75 else _title(rng)
        wide = frame.press.stencil(word).ink.shape[1]
        if rng.random() < 0.7:
            corners = (round(x) - 4, round(y - 1.6 * text_px)), (round(x) + wide + 4, round(y + 0.6 * text_px))
            cv2.rectangle(frame.image, *corners, frame.ink, 1)
        frame.text(word, x, y, align=0.0)
        x += wide + 2 * text_px
    return replace(placed, image=frame.image, printed=(*placed.printed, *frame.printed))
