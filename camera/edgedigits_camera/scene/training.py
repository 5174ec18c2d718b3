"""The scenes that networks are trained on: everything that people hand to a reader of digits, from a seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from edgedigits_camera.scene import finish
from edgedigits_camera.scene.draw import draw_distractor_scene, draw_scene
from edgedigits_camera.scene.spec import LAYOUTS, PENS, SCREEN_PENS, SCREENS, SceneSpec, pick
from edgedigits_camera.scene.tiles import draw_tiles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits_camera.scene.shot import Scene
    from edgedigits_camera.scene.writer import Glyphs

# Webcam frames above all, smaller and larger ones, wide and high.
SIZES_PX = (*[(640, 480)] * 5, (320, 240), (480, 640), (1280, 960), (960, 1280), (800, 600))
# Share of the scenes with digits whose digits are given ones, written by people, instead of drawn ones.
GIVEN = 0.4


class GivenDigits(Protocol):
    """Digits that people wrote: ``images`` (N, 28, 28) uint8, ink 255 on 0, and ``labels`` (N,)."""

    @property
    def images(self) -> NDArray[np.uint8]: ...  # noqa: D102
    @property
    def labels(self) -> NDArray[np.uint8]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Chance:
    """What a scene is drawn with: a seed for its parts, the source of all else, given glyphs or None, fonts."""

    seed: int
    rng: np.random.Generator
    glyphs: Glyphs | None
    fonts: Sequence[Path]

    def draw(self, spec: SceneSpec, size_px: tuple[int, int]) -> Scene:
        """Draw a scene of a kind."""
        return draw_scene(self.seed, spec=spec, size_px=size_px, glyphs=self.glyphs, fonts=self.fonts)

    def log_uniform(self, low: float, high: float) -> float:
        """Draw a number between two limits, each order of magnitude as often."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(max(low, high)))))


def training_scene(seed: int, *, glyphs: GivenDigits | None = None, fonts: Sequence[Path] = ()) -> Scene:
    """Draw one scene of all kinds.

    Args:
        seed: the same seed gives the same scene.
        glyphs: digits that people wrote, put in place of drawn ones in some of the scenes.
        fonts: TrueType files that print is set in, besides OpenCV's own strokes.

    """
    rng = np.random.default_rng([seed, 5])
    kinds = tuple(KINDS)
    shares = np.array([KINDS[kind][0] for kind in kinds])
    kind = kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]
    given = None
    if glyphs is not None and rng.random() < GIVEN:
        chosen = rng.integers(0, len(glyphs.images), 500)
        given = glyphs.images[chosen], glyphs.labels[chosen]
    return KINDS[kind][1](Chance(seed, rng, given, fonts))


def _page(chance: Chance) -> Scene:
    """A page before a camera."""
    rng, size_px = chance.rng, SIZES_PX[int(chance.rng.integers(len(SIZES_PX)))]
    spec = replace(SceneSpec.of(rng, size_px=size_px), layout=pick((*LAYOUTS, "amounts"), rng))
    return _finished(chance.draw(spec, size_px), rng)


def _empty(chance: Chance) -> Scene:
    """No digit at all, or printed ones."""
    rng, size_px = chance.rng, SIZES_PX[int(chance.rng.integers(len(SIZES_PX)))]
    if rng.random() < 0.4:
        spec = replace(SceneSpec.without_digits(rng, size_px=size_px), paper="newspaper")
        return chance.draw(spec, size_px)
    return _finished(draw_distractor_scene(chance.seed, size_px=size_px, fonts=chance.fonts), rng)


def _single(chance: Chance) -> Scene:
    """One digit before a camera: a speck on a page, or as large as the picture, often cropped to it."""
    rng = chance.rng
    width = round(chance.log_uniform(120, 900))
    size_px = (width, max(96, round(width * float(np.exp(rng.normal(0.0, 0.25))))))
    if rng.random() < 0.25:
        size_px = (640, 480)
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


KINDS: dict[str, tuple[float, Callable[[Chance], Scene]]] = {
    "page": (0.35, _page),
    "empty": (0.2, _empty),
    "single": (0.2, _single),
    "screen": (0.17, _screen),
    "tiles": (0.08, _tiles),
}
"""Kind of scene -> how often it is drawn, and how."""
