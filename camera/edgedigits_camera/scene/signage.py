"""Made things without a digit: keyboards, dials, bar codes, notes, posters. (H, W, 3) float32 BGR, 1 is white."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.scene.clutter import blend, ramp
from edgedigits_camera.scene.exact import draw_line
from edgedigits_camera.scene.press import impress, press_of
from edgedigits_camera.scene.spec import pick
from edgedigits_camera.scene.texture import colour, field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Picture = NDArray[np.float32]

KEYS = "QWERTYUPAFHJKLXCVNM"
"""No letter that is a digit's twin when it stands alone."""
WORDS = (
    "SALE", "STOP", "EXIT", "OPEN", "TAXI", "HOTEL", "PARK", "MENU", "CAFE", "NEWS", "PRESS", "WARNING", "Apotheke",
    "Kaffee", "Eingang", "hello", "Street", "Museum", "MARKT", "the end", "Vorsicht", "Danke", "PUSH", "Thank you",
)  # fmt: skip


class Sheet:
    """A picture in the making: ground, ink, and how to print on it."""

    def __init__(self, rng: np.random.Generator, shape: tuple[int, int], fonts: Sequence[Path]) -> None:
        self.rng, self.shape, self.fonts = rng, shape, fonts
        y = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None].repeat(shape[1], 1)
        dark = rng.random() < 0.3
        ground = colour(rng, 0.0, 0.3) if dark else colour(rng, 0.65, 1.0)
        self.picture: Picture = ground + 0.06 * (y + field(rng, shape, grain_px=shape[1] / 3))[
            :, :, None
        ] * rng.uniform(-1, 1)
        if rng.random() < 0.15:
            self.picture = 0.5 * (ground + ramp(rng, y))
        self.tone = (colour(rng, 0.7, 1.0) if dark else colour(rng, 0.0, 0.3)).tolist()
        self.side = min(shape)

    def text(self, word: str, x: float, y: float, size: float) -> float:
        """Print a word with its baseline's start at x, y; returns its width."""
        stencil = press_of(self.rng, capital_px=size, fonts=self.fonts).stencil(word)
        ink = np.zeros(self.shape, np.uint8)
        impress(ink, stencil, round(x), round(y))
        self.picture += ink[:, :, None].astype(np.float32) / 255 * (np.array(self.tone, np.float32) - self.picture)
        return float(stencil.ink.shape[1])


def signage(kind: str, rng: np.random.Generator, shape: tuple[int, int], *, fonts: Sequence[Path] = ()) -> Picture:
    """Draw one of ``MADE_TEXTURES``."""
    makers: dict[str, Callable[[Sheet], None]] = {
        "keyboard": _keyboard, "dial": _dial, "barcode": _barcode, "icons": _icons, "music": _music, "poster": _poster,
        "frames": _frames,
    }  # fmt: skip
    sheet = Sheet(rng, shape, fonts)
    makers[kind](sheet)
    return np.asarray(np.clip(sheet.picture, 0, 1), np.float32)


def _keyboard(sheet: Sheet) -> None:
    """Rows of keys, buttons or windows, some with a letter."""
    rng, key = sheet.rng, sheet.side * sheet.rng.uniform(0.06, 0.25)
    face, edge = colour(rng, 0.1, 0.9).tolist(), colour(rng, 0.0, 0.5).tolist()
    gap, lettered = key * rng.uniform(0.05, 0.3), rng.random() < 0.7
    for row, top in enumerate(np.arange(-key / 2, sheet.shape[0], key + gap)):
        for left in np.arange(-key * (row % 3) / 3, sheet.shape[1], key + gap):
            low, high = (round(float(left)), round(float(top))), (round(float(left + key)), round(float(top + key)))
            cv2.rectangle(sheet.picture, low, high, edge, -1)
            inset = max(1, int(key * 0.08))
            cv2.rectangle(
                sheet.picture, (low[0] + inset, low[1] + inset), (high[0] - inset, high[1] - 2 * inset), face, -1
            )
            if lettered and rng.random() < 0.3:
                sheet.text(pick(tuple(KEYS), rng), float(left + key * 0.3), float(top + key * 0.6), key * 0.35)


def _dial(sheet: Sheet) -> None:
    """A clock or a gauge: rings, marks at the rim, hands."""
    rng = sheet.rng
    for _ in range(int(rng.integers(1, 3))):
        middle = (rng.uniform(0.25, 0.75, 2) * sheet.shape[::-1]).astype(int)
        radius, thick = sheet.side * rng.uniform(0.2, 0.45), max(1, round(sheet.side * rng.uniform(0.005, 0.03)))
        cv2.circle(sheet.picture, middle.tolist(), int(radius), colour(rng, 0.6, 1.0).tolist(), -1, cv2.LINE_AA)
        for ring in (1.0, rng.uniform(0.75, 0.97)):
            cv2.circle(sheet.picture, middle.tolist(), int(radius * ring), sheet.tone, thick, cv2.LINE_AA)
        for angle in np.linspace(0, 2 * np.pi, int(rng.choice([12, 24, 60])), endpoint=False):
            away = np.array([np.cos(angle), np.sin(angle)]) * radius
            ends = np.stack([middle + 0.88 * away, middle + away]).astype(int)
            draw_line(sheet.picture, ends, sheet.tone, thick)
        for length in (0.5, 0.75, 0.85)[: int(rng.integers(1, 4))]:
            angle = rng.uniform(0, 2 * np.pi)
            tip = (middle + np.array([np.cos(angle), np.sin(angle)]) * radius * length).astype(int)
            draw_line(sheet.picture, np.stack([middle, tip]), sheet.tone, thick * 2)


def _barcode(sheet: Sheet) -> None:
    """Bars, and squares that hold a code."""
    rng = sheet.rng
    for _ in range(int(rng.integers(1, 5))):
        unit = max(1, round(sheet.side * rng.uniform(0.003, 0.02)))
        left, top = (int(rng.uniform(0, 0.7) * side) for side in sheet.shape[::-1])
        if rng.random() < 0.5:
            bars = np.repeat(rng.integers(0, 2, (1, int(rng.integers(40, 100)))), int(rng.integers(15, 50)), axis=0)
        else:
            bars = rng.integers(0, 2, (25, 25))
            for row, column in ((0, 0), (0, 18), (18, 0)):
                bars[row : row + 7, column : column + 7] = np.pad(np.pad(np.ones((3, 3), int), 1), 1, constant_values=1)
        ink = np.kron(bars, np.ones((unit, unit), int)).astype(np.float32)
        part = sheet.picture[top : top + ink.shape[0], left : left + ink.shape[1]]
        ink = ink[: part.shape[0], : part.shape[1], None]
        part += 0.97 * ((1 - ink) - part)


def _icons(sheet: Sheet) -> None:
    """Symbols in rows: houses, stars, hearts, arrows, gears, drops."""
    rng, size = sheet.rng, sheet.side * sheet.rng.uniform(0.05, 0.3)
    thick = -1 if rng.random() < 0.5 else max(1, round(size * rng.uniform(0.04, 0.12)))
    mask = np.zeros(sheet.shape, np.uint8)
    for y in np.arange(size * 0.7, sheet.shape[0], size * 1.5):
        for x in np.arange(size * 0.7, sheet.shape[1], size * 1.5):
            if rng.random() < 0.3:
                continue
            corners = int(rng.integers(3, 9))
            angles = np.linspace(0, 2 * np.pi, 2 * corners, endpoint=False) + rng.uniform(0, 6)
            radius = np.where(np.arange(2 * corners) % 2, rng.uniform(0.2, 0.8), 1.0) * size / 2
            points = np.array([x, y]) + np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius[:, None]
            outline = points.round().astype(np.int32)
            if thick < 0:
                cv2.fillPoly(mask, [outline], 255, cv2.LINE_AA)
            else:
                draw_line(mask, outline, 255, thick, closed=True)
    blend(sheet.picture, mask, np.array(sheet.tone, np.float32))


def _music(sheet: Sheet) -> None:
    """Staves with notes, beamed or alone."""
    rng, gap = sheet.rng, sheet.side * sheet.rng.uniform(0.015, 0.05)
    thick = max(1, round(gap * 0.1))
    for top in np.arange(gap * 3, sheet.shape[0] - gap * 6, gap * rng.uniform(9, 13)):
        for line in range(5):
            y = round(float(top + line * gap))
            cv2.line(sheet.picture, (0, y), (sheet.shape[1], y), sheet.tone, thick)
        x = float(gap * 3)
        while x < sheet.shape[1]:
            level, up = float(top + gap * rng.integers(0, 9) / 2), 1 if rng.random() < 0.5 else -1
            head = (round(x), round(level))
            filled = -1 if rng.random() < 0.7 else max(2, thick)
            cv2.ellipse(
                sheet.picture,
                head,
                (round(gap * 0.6), max(1, round(gap * 0.42))),
                -20,
                0,
                360,
                sheet.tone,
                filled,
                cv2.LINE_AA,
            )
            stem = (round(x + up * gap * 0.55), round(level - up * gap * 3.2))
            cv2.line(sheet.picture, (stem[0], head[1]), stem, sheet.tone, max(1, round(gap * 0.14)))
            step = gap * rng.uniform(1.8, 4.0)
            if rng.random() < 0.5:
                cv2.line(sheet.picture, stem, (round(stem[0] + step), stem[1]), sheet.tone, max(1, round(gap * 0.4)))
            x += step


def _poster(sheet: Sheet) -> None:
    """Words of all sizes, large capitals among them."""
    rng, y = sheet.rng, 0.0
    while y < sheet.shape[0]:
        size = sheet.side * float(np.exp(rng.uniform(np.log(0.015), np.log(0.3))))
        y += size * rng.uniform(1.3, 2.2)
        x = rng.uniform(-0.1, 0.4) * sheet.shape[1]
        while x < sheet.shape[1] * rng.uniform(0.5, 1.0):
            x += sheet.text(pick(WORDS, rng), x, y, size) + size * 0.5


def _frames(sheet: Sheet) -> None:
    """Empty tables, boxes with dashed or dotted borders, rulings."""
    rng = sheet.rng
    for _ in range(int(rng.integers(1, 8))):
        left, top = (rng.uniform(-0.1, 0.8) * side for side in sheet.shape[::-1])
        wide, high = (rng.uniform(0.1, 0.9) * side for side in sheet.shape[::-1])
        rows, columns = (int(count) for count in rng.integers(1, 8, 2))
        thick, dash = max(1, round(sheet.side * 0.01 * rng.random() ** 2)), sheet.side * rng.uniform(0.008, 0.04)
        gap = rng.choice([0.0, 0.0, 0.5, 0.8])
        lines = [((left, y), (left + wide, y)) for y in np.linspace(top, top + high, rows + 1)]
        lines += [((x, top), (x, top + high)) for x in np.linspace(left, left + wide, columns + 1)]
        for start, end in lines:
            count = max(1, int(np.hypot(end[0] - start[0], end[1] - start[1]) / dash)) if gap else 1
            for share in np.arange(count) / count:
                a = np.array(start) + (np.array(end) - start) * share
                b = a + (np.array(end) - start) / count * (1 - gap)
                cv2.line(sheet.picture, a.astype(int).tolist(), b.astype(int).tolist(), sheet.tone, thick)
