"""Kinds of drawn scenes, by name, that nothing was fitted on: a mix of pages, and what else people hand in.

Every scene has a number from 0 on and is the same on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.reading import FIRST_SEED
from edgedigits.preprocess import to_patch
from edgedigits.strokes import draw_digit
from edgedigits_camera.scene import (
    FURTHER_EMPTY_LAYOUTS,
    FURTHER_TEXTURES,
    SCREEN_PENS,
    SCREENS,
    SceneSpec,
    draw_distractor_scene,
    draw_scene,
    finish,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edgedigits_camera.scene import Scene

# Webcam frames above all, as in the scenes that the judge is fitted on; of the mix, every fourth has no digit.
SIZES_PX = ((640, 480), (640, 480), (320, 240), (640, 480), (480, 640), (1280, 960), (800, 600))
EMPTY_EVERY = 4
# A page is drawn so wide, and then brought to each width: at 2,049 pixels some readers begin to halve.
PAGE_PX = (2048, 1536)
WIDTHS_PX = (1000, 2048, 2049, 4096, 8000)
# A picture that one digit fills is drawn with a side in these limits, and then brought to its own.
SIDES_PX, DRAWN_PX = (28, 64, 256, 1024, 4000), (280, 1000)
# The same glyphs stand on dense sheets, which have room for all of them, and twenty at a time on pages.
SHEETS, SHEET_PX, FEW, DENSE_PX = (100, 200, 300, 400, 500), (2000, 1500), 20, 30.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A scene, and a group of its own that it counts in besides those of its spec, such as ``"width:2049"``."""

    scene: Scene
    group: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """How many scenes of a kind are drawn unless another number is wanted, and how."""

    scenes: int
    draw: Callable[[int], Drawn]


def _mixed(number: int) -> Drawn:
    """Draw a page of any paper, pen, layout, light and camera, or none."""
    seed, size_px = FIRST_SEED + number, SIZES_PX[number % len(SIZES_PX)]
    if number % EMPTY_EVERY == EMPTY_EVERY - 1:
        return Drawn(draw_distractor_scene(seed, size_px=size_px))
    return Drawn(draw_scene(seed, size_px=size_px))


def _rng(number: int) -> np.random.Generator:
    return np.random.default_rng([FIRST_SEED + number, 7])


def _between(low: float, high: float, rng: np.random.Generator) -> float:
    """Draw a number, each order of magnitude as often."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _page(number: int, *, layout: str, least_px: float = 16.0, most: float = 0.16, paper: str = "") -> Drawn:
    """Draw a page of a layout, on any paper or one, whose digits are so high at least, at most a share of its side."""
    rng, size_px = _rng(number), SIZES_PX[number % len(SIZES_PX)]
    digit_px = _between(least_px, max(most * min(size_px), least_px + 1), rng)
    spec = replace(SceneSpec.of(rng, size_px=size_px), layout=layout, digit_px=digit_px)
    spec = spec.on(paper) if paper else spec
    return Drawn(finish.without_the_faint(draw_scene(FIRST_SEED + number, spec=spec, size_px=size_px)))


def _stretched(number: int) -> Drawn:
    """Draw a page whose picture was made up to 1.8 times wider or narrower."""
    drawn = _page(number, layout=("lines", "table", "sums")[number % 3], least_px=24)
    return Drawn(finish.stretched(drawn.scene, _rng(number)))


def _screen(number: int) -> Drawn:
    """Draw on a canvas with a mouse: one digit, or some."""
    rng = _rng(number)
    side = round(_between(100, 1000, rng))
    layout = ("single", "line", "lines", "sums")[number % 4]
    digit_px = (rng.uniform(0.3, 0.9) if layout == "single" else rng.uniform(0.12, 0.3)) * side
    spec = SceneSpec(SCREENS[number % 3], SCREEN_PENS[number // 3 % 3], layout=layout, digit_px=max(digit_px, 16))
    return Drawn(draw_scene(FIRST_SEED + number, spec=spec, size_px=(side, side)))


def _filling(number: int) -> Drawn:
    """Draw one digit that fills its picture, on paper or on a screen, and bring it to its size."""
    rng, place = _rng(number), number % (len(SIDES_PX) - 1)
    low, high = SIDES_PX[place : place + 2]
    side = round(_between(low, high, rng)) if number // 4 % 3 else low
    drawn_px = int(np.clip(side, *DRAWN_PX))
    spec = replace(SceneSpec.of(rng), strength=0.3, layout="single", digit_px=rng.uniform(0.6, 0.9) * drawn_px)
    if number // 12 % 2:
        spec = replace(spec, paper=SCREENS[number // 4 % 2], pen=SCREEN_PENS[number % 3])
    scene = draw_scene(FIRST_SEED + number, spec=spec, size_px=(drawn_px, drawn_px))
    scene = finish.without_the_faint(_as_wide(scene, side))
    return Drawn(scene, f"side:{low}-{high}")


def _as_wide(scene: Scene, width_px: int) -> Scene:
    """Bring a picture to a width."""
    height, width = scene.image.shape[:2]
    return finish.resized(scene, (width_px, round(height * width_px / width)))


def _width(number: int) -> Drawn:
    """Draw the same page at every width."""
    spec = SceneSpec(pen=("marker", "ballpoint", "pencil")[number // len(WIDTHS_PX) % 3], digit_px=80, strength=0.3)
    page = draw_scene(FIRST_SEED + number // len(WIDTHS_PX), spec=spec, size_px=PAGE_PX)
    width_px = WIDTHS_PX[number % len(WIDTHS_PX)]
    return Drawn(_as_wide(page, width_px), f"width:{width_px}")


@cache
def _glyphs(sheet: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Digits of a dense sheet, (N, 28, 28) and (N,) uint8."""
    rng, count = _rng(sheet), SHEETS[sheet % len(SHEETS)]
    labels = rng.integers(0, 10, count).astype(np.uint8)
    ink = [draw_digit(int(label), rng=rng, height_px=60, pen_px=float(rng.uniform(4, 8))) for label in labels]
    return np.stack([to_patch(one) for one in ink]), labels


def _dense(number: int) -> Drawn:
    """Draw a sheet of 100 to 500 digits."""
    glyphs = _glyphs(number)
    spec = SceneSpec(layout="dense", digit_px=DENSE_PX, tilt=0.0)
    scene = draw_scene(FIRST_SEED + number, spec=spec, size_px=SHEET_PX, glyphs=glyphs)
    return Drawn(scene, f"sheet:{len(glyphs[1])}")


def _few(number: int) -> Drawn:
    """Draw digits of the dense sheets, FEW on a page."""
    sheet = 0
    while number >= (pages := SHEETS[sheet % len(SHEETS)] // FEW):
        sheet, number = sheet + 1, number - pages
    images, labels = (array[FEW * number :][:FEW] for array in _glyphs(sheet))
    spec = SceneSpec(layout="dense", digit_px=DENSE_PX, tilt=0.0)
    seed = FIRST_SEED + 1000 * sheet + number
    scene = draw_scene(seed, spec=spec, size_px=(640, 480), glyphs=(images, labels))
    return Drawn(scene, f"sheet:{SHEETS[sheet % len(SHEETS)]}")


def _nothing(number: int) -> Drawn:
    """Draw a surface, or writing, without any digit."""
    if number % 9 == 8:
        return _page(number, layout=FURTHER_EMPTY_LAYOUTS[number // 9 % 2])
    return _page(number, layout="empty", paper=FURTHER_TEXTURES[(number - number // 9) % len(FURTHER_TEXTURES)])


def _plain(number: int) -> str:
    return ("plain", "plain", "cardboard")[number % 3]


KINDS = {
    "mixed": Kind(800, _mixed),
    "single": Kind(140, lambda number: _page(number, layout="single", least_px=30, most=0.5)),
    "filling": Kind(144, _filling),
    "screen": Kind(144, _screen),
    "amounts": Kind(70, lambda number: _page(number, layout="amounts")),
    "algebra": Kind(70, lambda number: _page(number, layout="algebra")),
    "form": Kind(70, lambda number: _page(number, layout="form", paper=_plain(number))),
    "worksheet": Kind(70, lambda number: _page(number, layout="worksheet", paper=_plain(number))),
    "dense": Kind(2 * len(SHEETS), _dense),
    "few": Kind(2 * sum(SHEETS) // FEW, _few),
    "width": Kind(8 * len(WIDTHS_PX), _width),
    "stretched": Kind(70, _stretched),
    "nothing": Kind(180, _nothing),
}
"""Name -> kind. ``few`` holds the digits of ``dense`` on pages of twenty, ``width`` the same pages at each width."""
