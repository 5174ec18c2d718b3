"""Scenes, scenes without a digit, and clips."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from edgedigits_camera.scene.homography import corners_of, enlargement, homography_to, project
from edgedigits_camera.scene.page import Supplies, lay_page
from edgedigits_camera.scene.screen import draw_on_screen
from edgedigits_camera.scene.shot import Scene, shot_of, take
from edgedigits_camera.scene.spec import SCREENS, SceneSpec, pick
from edgedigits_camera.scene.tiles import draw_tiles
from edgedigits_camera.scene.view import area_in_sight, desk_view, turn_and_zoom, view_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits_camera.scene.homography import Matrix
    from edgedigits_camera.scene.writer import Glyphs

SETTLING_FRAMES = 8
"""A camera's first frames are too dark until its exposure has settled."""


def draw_scene(
    seed: int,
    *,
    spec: SceneSpec | None = None,
    size_px: tuple[int, int] = (640, 480),
    glyphs: Glyphs | None = None,
    fonts: Sequence[Path] = (),
) -> Scene:
    """Draw a page as a camera sees it.

    Args:
        seed: the same seed gives the same scene.
        spec: the kind of scene; drawn from the seed when left out.
        size_px: width and height of the picture.
        glyphs: images (N, 28, 28) uint8, ink 255 on 0, and labels (N,), put in place of drawn digits in their order
            as far as there is room; ``DrawnDigit.glyph`` says which is where.
        fonts: TrueType files that print is set in, besides the type of our own.

    """
    rng = np.random.default_rng([seed, 1])
    spec = spec or SceneSpec.of(rng, size_px=size_px)
    if spec.layout == "tiles":
        columns, rows = (max(1, int(side / (1.4 * spec.digit_px))) for side in size_px)
        return draw_tiles(spec, rng, rows=rows, columns=columns, glyphs=glyphs)
    if spec.paper in SCREENS:
        return draw_on_screen(spec, rng, size_px=size_px, supplies=Supplies(glyphs, fonts))
    whole = spec.paper in ("plain", "ruled", "grid", "newspaper") and rng.random() < 0.2
    if spec.view == "desk":
        whole, homography = True, desk_view(rng, size_px=size_px, tilt=spec.tilt)
    else:
        homography = view_of(rng, size_px=size_px, tilt=spec.tilt, whole=whole)
    flat, area = _flat(spec, homography, size_px), area_in_sight(homography, size_px)
    page = lay_page(flat, rng, size_px=size_px, area=area, supplies=Supplies(glyphs, fonts))
    return take(page, shot_of(spec, homography, rng, size_px=size_px, whole=whole), rng)


def draw_distractor_scene(seed: int, *, size_px: tuple[int, int] = (640, 480), fonts: Sequence[Path] = ()) -> Scene:
    """Draw a scene without a digit: paper, print, words, doodles, empty grids, or a texture."""
    spec = SceneSpec.without_digits(np.random.default_rng([seed, 2]), size_px=size_px)
    return draw_scene(seed, spec=spec, size_px=size_px, fonts=fonts)


def draw_clip(
    seed: int, *, frames: int, size_px: tuple[int, int] = (640, 480), spec: SceneSpec | None = None
) -> Iterator[Scene]:
    """Draw a page that a hand holds before a camera: it drifts, turns and comes nearer, the light flickers a little.

    Args:
        seed: the same seed gives the same frames.
        frames: how many; at 30 a second, a drift takes about two seconds.
        size_px: width and height of the pictures.
        spec: the kind of scene; drawn from the seed when left out.

    """
    rng = np.random.default_rng([seed, 3])
    spec = spec or _held(SceneSpec.of(rng, size_px=size_px), rng)
    # A hand's drift: three slow waves each for x, y, turn and zoom.
    sizes = np.array([0.012, 0.012, 0.02, 0.025])[:, None] * rng.uniform(0.3, 1.0, (4, 3))
    speeds, starts = rng.uniform(0.02, 0.14, (4, 3)), rng.uniform(0, 2 * np.pi, (4, 3))
    # Near enough for the page to fill the picture wherever it drifts.
    homography = _drifted(
        view_of(rng, size_px=size_px, tilt=spec.tilt, whole=False), np.array([0, 0, 0, 0.12]), size_px
    )
    area = area_in_sight(_drifted(homography, np.array([0, 0, 0.04, 0.09]), size_px), size_px)
    page = lay_page(_flat(spec, homography, size_px), rng, size_px=size_px, area=area)
    shot = shot_of(spec, homography, rng, size_px=size_px, whole=False)
    before = np.zeros(2)
    for index in range(frames):
        drift = (sizes * np.sin(starts + speeds * index)).sum(axis=1)
        move = (drift[:2] - before) * size_px if index else np.zeros(2)
        before = drift[:2]
        settled = 1 - 0.75 * np.exp(-index / SETTLING_FRAMES * 4)
        camera = replace(
            shot.camera,
            shake_px=shot.camera.shake_px + float(np.linalg.norm(move)),
            shake_turn=float(np.arctan2(move[1], move[0])),
            brightness=shot.camera.brightness * settled * (1 + 0.015 * rng.standard_normal()),
        )
        yield take(page, replace(shot, homography=_drifted(homography, drift, size_px), camera=camera), rng)


def _flat(spec: SceneSpec, homography: Matrix, size_px: tuple[int, int]) -> SceneSpec:
    """Return the spec with the height that digits must have on the flat page to come out as high as it says."""
    return replace(spec, digit_px=max(8.0, spec.digit_px / enlargement(homography, np.array(size_px) / 2)))


def _held(spec: SceneSpec, rng: np.random.Generator) -> SceneSpec:
    """Make a scene one that somebody would hold before a camera: no board, nothing tiny, a working camera."""
    paper, light = (
        pick(("plain", "ruled", "grid", "cardboard"), rng),
        pick(("even", "gradient", "shadow", "vignette"), rng),
    )
    layout, pen = pick(("line", "lines", "sums"), rng), pick(("marker", "fineliner"), rng)
    digit_px = max(spec.digit_px, 40.0)
    return SceneSpec(paper=paper, pen=pen, light=light, layout=layout, digit_px=digit_px, strength=0.3, tilt=0.3)


def _drifted(homography: Matrix, drift: NDArray[np.float64], size_px: tuple[int, int]) -> Matrix:
    """Move the page in the picture by ``drift``: x and y in widths and heights, turn in radians, zoom less 1."""
    middle = np.array(size_px) / 2
    corners = project(homography, corners_of(size_px))
    moved = turn_and_zoom(corners, middle, turn=float(drift[2]), zoom=1 + float(drift[3])) + drift[:2] * size_px
    return homography_to(moved, size_px)
