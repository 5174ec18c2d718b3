"""Print as on newspapers, labels and forms: letters without a digit among them, headlines, grids, screens, shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.scene.exact import draw_line, fill
from edgedigits_camera.scene.press import Press, PrintedDigit, impress, press_of, stamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

# As frequent as in text, roughly. Capitals that are a digit's twin stand in words alone, where their company tells.
LETTERS = "eeeeettttaaaooiinnnsshhrrddlucmfwgypbvkzq\u00e4\u00f6\u00fcj"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def print_text(
    page: NDArray[np.float32],
    rng: np.random.Generator,
    *,
    capital_px: float,
    keep: Sequence[NDArray[np.float64]],
    fonts: Sequence[Path] = (),
) -> list[PrintedDigit]:
    """Print columns of text onto a page (H, W, 3) float32, with headlines, and now and then a grid, a screen or shapes.

    Args:
        page: changed in place.
        rng: source of chance.
        capital_px: height of a capital of the running text.
        keep: what must stay free, each (N, 2) corner points in pixels.
        fonts: font files to choose from; without any, and now and then with them, the type of our own is taken.

    Returns:
        The digits among the letters; there are none without fonts.

    """
    height, width = page.shape[:2]
    ink = np.zeros((height, width), np.uint8)
    free = tuple((*map(float, points.min(axis=0)), *map(float, points.max(axis=0))) for points in keep)
    text = press_of(rng, capital_px=capital_px, fonts=fonts, free=free)
    columns = int(rng.integers(1, 4))
    if fonts and rng.random() < 0.5:
        text = replace(text, numbers=0.12)
    printed: list[PrintedDigit] = []
    y = capital_px * 2
    while y < height:
        if rng.random() < 0.1:
            y = _headline(
                ink, rng, press_of(rng, capital_px=capital_px * rng.uniform(1.8, 3.5), fonts=fonts, free=free), y
            )
            continue
        y += text.capital_px * rng.uniform(1.5, 1.7)
        for column in range(columns):
            span = (width * (column + 0.04) / columns, width * (column + 0.97) / columns)
            printed += _print_line(ink, rng, text, span=span, y=y)
    for also in (_print_grid, _print_screen, _print_shapes):
        if rng.random() < 0.35:
            also(ink, rng, text)
    stamp(page, ink, darkness=rng.uniform(0.6, 0.95))
    return printed


def _headline(ink: NDArray[np.uint8], rng: np.random.Generator, press: Press, y: float) -> float:
    """Print a headline below y, now and then in paper's colour on a bar; returns where the next line starts."""
    size, width = press.capital_px, ink.shape[1]
    y += size * rng.uniform(1.5, 1.7)
    on_bar = rng.random() < 0.4 and not press.blocked(0, y - 2 * size, width, y + size)
    letters = np.zeros_like(ink) if on_bar else ink
    _print_line(letters, rng, press, span=(width * 0.04, width * 0.97), y=y)
    if not on_bar:
        return y
    rows = slice(max(round(y - 1.5 * size), 0), round(y + 0.5 * size))
    ink[rows] = int(rng.integers(120, 256)) - np.minimum(letters[rows], 120)
    return y + size


def _word(rng: np.random.Generator) -> str:
    """Letters as in text, now and then with a capital, or in capitals."""
    word = "".join(LETTERS[i] for i in rng.integers(0, len(LETTERS), int(rng.integers(2, 11))))
    kind = rng.random()
    if kind < 0.2:
        word = CAPITALS[int(rng.integers(len(CAPITALS)))] + word
    elif kind < 0.28:
        word = "".join(CAPITALS[i] for i in rng.integers(0, len(CAPITALS), int(rng.integers(3, 9))))
    return word + ".,:;-!"[int(rng.integers(6))] * (rng.random() < 0.1)


def _print_line(
    ink: NDArray[np.uint8],
    rng: np.random.Generator,
    press: Press,
    *,
    span: tuple[float, float],
    y: float,
) -> list[PrintedDigit]:
    """Print words from left to right until the column is full, leaving out those that would run into something."""
    size = press.capital_px
    printed: list[PrintedDigit] = []
    x, right = span
    while True:
        is_number = rng.random() < press.numbers
        word = str(int(rng.integers(0, 10 ** int(rng.integers(1, 5))))) if is_number else _word(rng)
        stencil = press.stencil(word)
        wide = stencil.ink.shape[1]
        if x + wide > right:
            return printed
        if not press.blocked(x - size, y - 1.6 * size, x + wide + size, y + size):
            printed += impress(ink, stencil, round(x), round(y), digits=word if is_number else "")
        x += wide + size * rng.uniform(0.3, 0.6)


def _print_grid(ink: NDArray[np.uint8], rng: np.random.Generator, press: Press) -> None:
    """Print the empty grid of a puzzle where there is room."""
    height, width = ink.shape
    cell = int(min(height, width) * rng.uniform(0.03, 0.08)) + 4
    count = int(rng.integers(3, 9))
    left, top = int(rng.uniform(-0.1, 0.9) * width), int(rng.uniform(-0.1, 0.9) * height)
    right, bottom = left + count * cell, top + count * cell
    if press.blocked(left, top, right, bottom):
        return
    cv2.rectangle(ink, (left, top), (right, bottom), 0, -1)
    for line in range(count + 1):
        thick = 2 if line % 3 == 0 else 1
        cv2.line(ink, (left + line * cell, top), (left + line * cell, bottom), 255, thick)
        cv2.line(ink, (left, top + line * cell), (right, top + line * cell), 255, thick)


def _print_screen(ink: NDArray[np.uint8], rng: np.random.Generator, press: Press) -> None:
    """Print an area grey, as presses do: by lines or dots."""
    height, width = ink.shape
    wide, high = (int(side * rng.uniform(0.03, 0.3)) + 8 for side in (width, height))
    left, top = int(rng.uniform(-0.1, 0.95) * width), int(rng.uniform(-0.1, 0.95) * height)
    if press.blocked(left, top, left + wide, top + high):
        return
    area = ink[max(top, 0) : top + high, max(left, 0) : left + wide]
    y, x = np.mgrid[: area.shape[0], : area.shape[1]]
    angle, period_px = rng.uniform(0, np.pi), press.capital_px * rng.uniform(0.15, 0.6) + 2
    waves = [np.cos(2 * np.pi * (x * np.cos(a) + y * np.sin(a)) / period_px) for a in (angle, angle + np.pi / 2)]
    screen = waves[0] if rng.random() < 0.5 else (waves[0] + waves[1]) / 2
    np.maximum(area, np.where(screen > rng.uniform(-0.4, 0.5), rng.integers(120, 256), 0).astype(np.uint8), out=area)


def _print_shapes(ink: NDArray[np.uint8], rng: np.random.Generator, press: Press) -> None:
    """Print a row of discs, rings, bars or triangles, as in charts and puzzles."""
    height, width = ink.shape
    size = int(press.capital_px * rng.uniform(0.8, 3.0)) + 2
    x, y, pitch = int(rng.uniform(0, 0.8) * width), int(rng.uniform(0.05, 0.95) * height), rng.uniform(1.1, 1.8)
    kind, thick = int(rng.integers(4)), cv2.FILLED if rng.random() < 0.6 else max(1, size // 8)
    for _ in range(int(rng.integers(2, 10))):
        if not press.blocked(x - size, y - size, x + size, y + size):
            _print_shape(ink, kind, (x, y), size, thick)
        x += int(pitch * size)


def _print_shape(ink: NDArray[np.uint8], kind: int, middle: tuple[int, int], size: int, thick: int) -> None:
    x, y = middle
    half = size // 2
    if kind == 0:
        cv2.circle(ink, middle, half, 255, thick, cv2.LINE_AA)
    elif kind == 1:
        cv2.rectangle(ink, (x - half, y - half // 2), (x + half, y + half // 2), 255, thick)
    elif kind == 2:
        cv2.ellipse(ink, middle, (half, max(1, half // 2)), 0, 0, 360, 255, thick, cv2.LINE_AA)
    else:
        corners = np.array([(x - half, y + half), (x + half, y + half), (x, y - half)], np.int32)
        if thick == cv2.FILLED:
            fill(ink, corners)
        else:
            draw_line(ink, corners, 255, thick, closed=True)
