"""How each kind of scene that networks are trained on is drawn: everything that people hand to a reader of digits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from edgedigits_camera.scene import finish, frames
from edgedigits_camera.scene.draw import draw_distractor_scene, draw_scene
from edgedigits_camera.scene.spec import (
    FURTHER_EMPTY_LAYOUTS,
    FURTHER_TEXTURES,
    LAYOUTS,
    PENS,
    SCREEN_PENS,
    SCREENS,
    SceneSpec,
    pick,
)
from edgedigits_camera.scene.tiles import draw_tiles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from edgedigits_camera.scene.shot import Scene
    from edgedigits_camera.scene.writer import Glyphs

# Webcam frames above all, smaller and larger ones, wide and high.
SIZES_PX = (*[(640, 480)] * 5, (320, 240), (480, 640), (1280, 960), (960, 1280), (800, 600))
PHONE_PX = ((1280, 960), (960, 1280), (1120, 1120))
"""Pictures of phones, before they are enlarged."""


@dataclass(frozen=True, slots=True)
class Chance:
    """What a scene is drawn with: a seed for its parts, the source of all else, given glyphs or None, fonts."""

    seed: int
    rng: np.random.Generator
    glyphs: Glyphs | None
    fonts: Sequence[Path]
    sizes_px: tuple[tuple[int, int], ...] = SIZES_PX

    def size(self) -> tuple[int, int]:
        """Choose width and height of a picture."""
        return self.sizes_px[int(self.rng.integers(len(self.sizes_px)))]

    def draw(self, spec: SceneSpec, size_px: tuple[int, int]) -> Scene:
        """Draw a scene of a kind."""
        return draw_scene(self.seed, spec=spec, size_px=size_px, glyphs=self.glyphs, fonts=self.fonts)

    def log_uniform(self, low: float, high: float) -> float:
        """Draw a number between two limits, each order of magnitude as often."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(max(low, high)))))


def _page(chance: Chance) -> Scene:
    """A page before a camera."""
    rng, size_px = chance.rng, chance.size()
    spec = replace(SceneSpec.of(rng, size_px=size_px), layout=pick((*LAYOUTS, "amounts"), rng))
    if rng.random() < 0.2:
        # One number, cut out of its page.
        spec = replace(spec, layout=pick(("line", "line", "amounts", "touching", "sums"), rng))
        scene = finish.cut_around(chance.draw(spec, size_px), rng)
        return _finished(_smaller(scene, chance) if rng.random() < 0.2 else scene, rng)
    return _finished(chance.draw(_viewed(spec, chance), size_px), rng)


def _viewed(spec: SceneSpec, chance: Chance) -> SceneSpec:
    """Take some pictures from far, with a desk around the page."""
    return replace(spec, view="desk", digit_px=min(spec.digit_px, 60.0)) if chance.rng.random() < 0.15 else spec


def _large(chance: Chance) -> Scene:
    """A picture as large as phones take."""
    scene = (_page, _written, _single)[int(chance.rng.integers(3))](replace(chance, sizes_px=PHONE_PX))
    longest = max(scene.image.shape[:2])
    width_px = round(max(1.0, chance.log_uniform(1400, 4000) / max(longest, 640)) * scene.image.shape[1])
    scene = finish.enlarged(scene, chance.rng, width_px=width_px)
    return finish.stored(scene, int(chance.rng.integers(60, 97)))


def _empty(chance: Chance) -> Scene:
    """No digit at all, or printed ones."""
    rng, size_px = chance.rng, chance.size()
    kind = rng.random()
    if kind < 0.2:
        return _finished(draw_distractor_scene(chance.seed, size_px=size_px, fonts=chance.fonts), rng)
    spec = SceneSpec.without_digits(rng, size_px=size_px)
    if kind < 0.4:
        spec = spec.on("newspaper")
    elif kind < 0.6:
        spec = replace(SceneSpec.of(rng, size_px=size_px), layout=pick(FURTHER_EMPTY_LAYOUTS, rng))
        if rng.random() < 0.15:
            spec = replace(spec, paper=pick(SCREENS, rng), pen=pick(SCREEN_PENS, rng))
    else:
        spec = replace(spec, paper=pick(FURTHER_TEXTURES, rng), layout="empty")
    scene = _finished(chance.draw(spec, size_px), rng)
    return _smaller(scene, chance) if rng.random() < 0.15 else scene


def _single(chance: Chance) -> Scene:
    """One digit before a camera: a speck on a page, or as large as the picture, often cropped to it."""
    rng = chance.rng
    width = round(chance.log_uniform(120, 900))
    size_px = (width, max(96, round(width * float(np.exp(rng.normal(0.0, 0.25))))))
    if rng.random() < 0.25 or chance.sizes_px is PHONE_PX:
        size_px = chance.size()
    digit_px = chance.log_uniform(14, 0.9 * min(size_px))
    spec = replace(SceneSpec.of(rng), layout="single", digit_px=digit_px, line=_line(chance, digit_px))
    scene = chance.draw(spec, size_px)
    if rng.random() < 0.5:
        scene = finish.cut_around(scene, rng)
        if rng.random() < 0.25:
            scene = _smaller(scene, chance)
    return _finished(scene, rng)


def _line(chance: Chance, digit_px: float) -> float:
    """Draw the width of a line in heights of a digit: as pens do, or from the thinnest to the thickest."""
    if chance.rng.random() < 0.4:
        return 0.0
    return chance.log_uniform(max(0.01, 1.3 / digit_px), 0.18)


def _smaller(scene: Scene, chance: Chance) -> Scene:
    """Make a picture smaller, down to the 28 pixels that networks want, as people do before they ask."""
    height, width = scene.image.shape[:2]
    side = 28.0 if chance.rng.random() < 0.3 else chance.log_uniform(28, max(width, height))
    lowest = min((digit.box_xywh_px[3] for digit in scene.digits), default=height)
    factor = min(1.0, max(side / max(width, height), finish.READABLE_PX / lowest))
    return finish.resized(scene, (max(8, round(width * factor)), max(8, round(height * factor))))


def _screen(chance: Chance) -> Scene:
    """Digits drawn with a mouse; one alone above all."""
    rng = chance.rng
    side = round(chance.log_uniform(28, 1000))
    size_px = (side, side) if rng.random() < 0.6 else (side, max(28, round(side * rng.uniform(0.4, 1.0))))
    paper = pick((*SCREENS, "white-screen", "black-screen", "white-screen", "black-screen"), rng)
    alone = rng.random() < 0.6 or min(size_px) < 60
    most = (0.95 if alone else 0.4) * min(size_px)
    digit_px = max(8.0, chance.log_uniform(min(14.0, most), most) if rng.random() < 0.4 else rng.uniform(0.5, 1) * most)
    spec = SceneSpec(
        paper=paper,
        pen=pick(SCREEN_PENS, rng),
        layout="single" if alone else pick(("line", "lines", "amounts", "sums", "scattered", "touching"), rng),
        digit_px=digit_px,
    )
    scene = chance.draw(spec, size_px)
    if rng.random() < 0.3:
        scene = finish.cut_around(scene, rng)
    if rng.random() < 0.3:
        scene = _smaller(scene, chance)
    return _finished(scene, rng)


def _tiles(chance: Chance) -> Scene:
    """Given glyphs as they are, enlarged, or as a collage."""
    rng = chance.rng
    rows, columns = (1, 1) if rng.random() < 0.4 else (int(count) for count in rng.integers(1, 11, 2))
    factor = chance.log_uniform(1.0, 1000 / (28 * max(rows, columns)))
    kind = rng.random()
    factor = 1.0 if kind < 0.35 else float(round(factor)) if kind < 0.6 else factor
    paper = "black-screen" if rng.random() < 0.6 else "white-screen"
    spec = SceneSpec(paper=paper, pen="brush", layout="tiles", digit_px=20 * factor)
    return draw_tiles(spec, rng, rows=rows, columns=columns, glyphs=chance.glyphs)


def _finished(scene: Scene, rng: np.random.Generator) -> Scene:
    """Do to a picture what people or programs do to it: mostly nothing."""
    kind = rng.random()
    if kind < 0.08:
        scene = finish.stretched(scene, rng)
    elif kind < 0.12 and scene.spec.pen in PENS and scene.spec.light in ("even", "gradient", "vignette"):
        scene = finish.black_and_white(scene, rng, digit_px=scene.spec.digit_px)
    elif kind < 0.18:
        scene = finish.greyed(scene)
    if rng.random() < 0.04:
        scene = finish.negative(scene)
    if rng.random() < 0.1:
        scene = finish.stored(scene, int(rng.integers(25, 90)))
    return scene


def _written(chance: Chance) -> Scene:
    """Sums and algebra, notes, marked digits, forms: digits among other things, before a camera or on a screen."""
    rng, size_px = chance.rng, chance.size()
    layout = pick(("algebra", "algebra", "algebra", "notes", "notes", "marked", "marked", "form", "worksheet"), rng)
    digit_px = chance.log_uniform(14, 0.22 * min(size_px))
    spec = replace(SceneSpec.of(rng, size_px=size_px), layout=layout, digit_px=digit_px, line=_line(chance, digit_px))
    if layout in ("form", "worksheet"):
        spec = spec.on(pick(("plain", "plain", "plain", "cardboard"), rng))
    elif rng.random() < 0.12:
        spec = replace(spec, paper=pick(("white-screen", "black-screen"), rng), pen=pick(SCREEN_PENS, rng))
    return _finished(chance.draw(_viewed(spec, chance), size_px), rng)


def _dense(chance: Chance) -> Scene:
    """A hundred and more digits on a sheet."""
    rng, size_px = chance.rng, chance.size()
    most = max(15.0, np.sqrt(size_px[0] * size_px[1] / 300))
    spec = SceneSpec.of(rng, size_px=size_px)
    spec = replace(spec, layout="dense", digit_px=chance.log_uniform(14, most), strength=0.6 * spec.strength)
    if rng.random() < 0.2:
        spec = replace(spec, paper=pick(("white-screen", "black-screen"), rng), pen=pick(SCREEN_PENS, rng))
    return _finished(chance.draw(spec, size_px), rng)


def _framed(chance: Chance) -> Scene:
    """A plot or a screenshot that shows digits."""
    inner = (_tiles if chance.rng.random() < 0.5 else _screen)(chance)
    if max(inner.image.shape[:2]) > 500:
        inner = finish.resized(inner, (max(1, inner.image.shape[1] // 2), max(1, inner.image.shape[0] // 2)))
    frame = frames.plotted if chance.rng.random() < 0.65 else frames.windowed
    scene = frame(inner, chance.rng, fonts=chance.fonts)
    return finish.stored(scene, int(chance.rng.integers(40, 95))) if chance.rng.random() < 0.3 else scene


KINDS: dict[str, tuple[float, Callable[[Chance], Scene]]] = {
    "page": (0.25, _page),
    "written": (0.2, _written),
    "dense": (0.04, _dense),
    "empty": (0.24, _empty),
    "large": (0.01, _large),
    "single": (0.2, _single),
    "screen": (0.17, _screen),
    "framed": (0.05, _framed),
    "tiles": (0.08, _tiles),
}
"""Kind of scene -> how often it is drawn, and how."""
