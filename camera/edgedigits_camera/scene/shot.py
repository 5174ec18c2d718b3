"""A picture of a page: projected, inked, lit, photographed, with the digits that are in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.scene import light as lights
from edgedigits_camera.scene.clutter import clutter
from edgedigits_camera.scene.exact import warped
from edgedigits_camera.scene.homography import corners_of, project
from edgedigits_camera.scene.ink import ink_of, lay
from edgedigits_camera.scene.lens import Camera
from edgedigits_camera.scene.spec import SceneSpec, pick
from edgedigits_camera.scene.texture import surface

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgedigits_camera.scene.homography import Matrix
    from edgedigits_camera.scene.marks import Mark
    from edgedigits_camera.scene.page import Page
    from edgedigits_camera.scene.press import PrintedDigit


Box = tuple[int, int, int, int]
"""Left, top, width, height in pixels of the picture."""


@dataclass(frozen=True, slots=True)
class DrawnDigit:
    """A digit that is in a scene: its tight box in the picture, and the index of the given glyph if it is one."""

    digit: int
    box_xywh_px: Box
    glyph: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A mark in sight and the tight box of its ink."""

    mark: Mark
    box_xywh_px: Box

    @property
    def digit(self) -> DrawnDigit | None:
        """What it counts as, if it is a digit."""
        return None if self.mark.digit is None else DrawnDigit(self.mark.digit, self.box_xywh_px, self.mark.glyph)


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and what is written in it.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        digits: every digit, in reading order where the layout has lines.
        lines: the digits of each line of text, in reading order; empty where digits are scattered.
        spec: the kind of scene.
        printed: digits that a machine wrote; whether they are read counts neither way.
        others: boxes of handwritten marks that are no digit, but for those around or under digits.
        unsure: boxes of what counts neither way: a lone letter of a digit's form, a digit cut off by the border.
        light_ink: whether the ink is lighter than its ground.

    """

    image: NDArray[np.uint8]
    digits: tuple[DrawnDigit, ...]
    lines: tuple[str, ...]
    spec: SceneSpec
    printed: tuple[DrawnDigit, ...] = ()
    others: tuple[Box, ...] = ()
    unsure: tuple[Box, ...] = ()
    light_ink: bool = False


@dataclass(frozen=True, slots=True)
class Shot:
    """What stands between a page and its picture: where the page goes, the light on it, the camera.

    ``glare`` is None where there is none; ``ground`` (H, W, 3) is what lies around a page that leaves room.
    """

    spec: SceneSpec
    homography: Matrix
    light: NDArray[np.float32]
    glare: NDArray[np.float32] | None
    ground: NDArray[np.float32] | None
    camera: Camera


def shot_of(
    spec: SceneSpec, homography: Matrix, rng: np.random.Generator, *, size_px: tuple[int, int], whole: bool
) -> Shot:
    """Draw the light and the camera; ``whole`` shows the whole page before some ground."""
    shape = size_px[::-1]
    ground = None
    if whole and spec.view == "desk" and rng.random() < 0.5:
        ground = clutter(pick(("objects", "fractal", "stripes", "strands"), rng), rng, shape)
    elif whole:
        ground = surface(pick(("wood", "fabric", "blobs"), rng), rng, shape) * 0.7
    return Shot(
        spec,
        homography,
        lights.light_of(spec.light, rng, shape, strength=spec.strength),
        lights.glare_of(rng, shape, strength=spec.strength) if spec.light == "glare" else None,
        ground,
        _exposed(Camera.of(spec.camera, rng, strength=spec.strength, digit_px=spec.digit_px), spec, rng),
    )


def _exposed(camera: Camera, spec: SceneSpec, rng: np.random.Generator) -> Camera:
    """A camera keeps blackboards dark, and dim rooms stay dim and get noisy."""
    if spec.paper == "blackboard":
        return replace(camera, brightness=float(rng.uniform(0.2, 0.35)))
    if spec.light == "dim":
        noise = max(camera.noise, 0.008 + 0.012 * spec.strength)
        return replace(camera, brightness=float(rng.uniform(0.2, 0.4)), noise=noise)
    return camera


def take(page: Page, shot: Shot, rng: np.random.Generator) -> Scene:
    """Take a picture of a page."""
    height, width = page.paper.shape[:2]
    picture = warped(page.paper, shot.homography, (width, height))
    covers, seen = _inked(page, shot.homography)
    for ink, cover in enumerate(covers):
        if cover.any():
            # The ink of a page is the same in every picture of it.
            lay(picture, cover, page.inking, ink=ink, rng=np.random.default_rng([page.grain_seed, ink]))
    if shot.ground is not None:
        picture = _before(picture, shot.ground, shot.homography)
    picture *= cv2.cvtColor(shot.light, cv2.COLOR_GRAY2BGR)
    if shot.glare is not None:
        picture += cv2.cvtColor(shot.glare, cv2.COLOR_GRAY2BGR)
    printed = tuple(found for digit in page.printed if (found := in_sight(digit, shot.homography, (width, height))))
    image = shot.camera.shoot(picture, rng)
    return scene_of(image, seen, shot.spec, printed=printed, light_ink=shot.spec.paper == "blackboard")


def scene_of(
    image: NDArray[np.uint8],
    seen: Sequence[Seen],
    spec: SceneSpec,
    *,
    light_ink: bool,
    printed: tuple[DrawnDigit, ...] = (),
) -> Scene:
    """Sort what is seen in a picture (H, W, 3) uint8 BGR by what it counts as."""
    digits = tuple(digit for one in seen if (digit := one.digit) is not None)
    signs = [one for one in seen if one.digit is None]
    others, unsure = (tuple(s.box_xywh_px for s in signs if s.mark.role == role) for role in ("sign", "unsure"))
    return Scene(image, digits, _lines(seen), spec, printed, others, unsure, light_ink)


def in_sight(printed: PrintedDigit, homography: Matrix, size_px: tuple[int, int]) -> DrawnDigit | None:
    """Where a printed digit lies in the picture; None when it is out of sight."""
    corners = project(homography, printed.corners)
    low = np.clip(np.floor(corners.min(axis=0)), 0, size_px).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)), 0, size_px).astype(int)
    if (high <= low).any():
        return None
    return DrawnDigit(printed.digit, (int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])))


def _inked(page: Page, homography: Matrix) -> tuple[list[NDArray[np.float32]], list[Seen]]:
    """Where the ink of each pen lies in the picture, (H, W) 0..1 each, and the marks in sight with their boxes."""
    shape = (page.paper.shape[0], page.paper.shape[1])
    covers = [np.zeros(shape, np.float32) for _ in page.inking.colours]
    seen: list[Seen] = []
    for mark in page.marks:
        inked = ink_of(mark, homography, shape)
        if inked is None:
            continue
        left, top, cover = inked
        part = covers[mark.ink][top : top + cover.shape[0], left : left + cover.shape[1]]
        np.maximum(part, cover, out=part)
        seen.append(Seen(mark, tight_box(cover, left, top)))
    return covers, seen


def _before(picture: NDArray[np.float32], ground: NDArray[np.float32], homography: Matrix) -> NDArray[np.float32]:
    """Show ground where the page ends, with the page's own shadow on it."""
    height, width = picture.shape[:2]
    # Pixel centres lie at whole numbers for OpenCV, at halves here.
    corners = project(homography, corners_of((width, height))) - 0.5
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [corners.round().astype(np.int32)], 255, cv2.LINE_AA)
    shade = cv2.GaussianBlur(mask, (0, 0), max(2.0, width / 90)).astype(np.float32) / 255
    page = mask.astype(np.float32)[:, :, None] / 255
    seen: NDArray[np.float32] = picture * page + ground * (1 - 0.6 * shade[:, :, None]) * (1 - page)
    return seen


def tight_box(cover: NDArray[np.float32], left: int, top: int) -> Box:
    """Box around the pixels that ink covers by at least half, or by half of the most where a pen is thinner."""
    inked = cover >= 0.5 * min(1.0, float(cover.max()))
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    x, y = left + int(columns[0]), top + int(rows[0])
    return x, y, int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1


def _lines(seen: Sequence[Seen]) -> tuple[str, ...]:
    """Digits of each row of marks."""
    rows: dict[int, str] = {}
    for mark in (one.mark for one in seen):
        if mark.row is not None and mark.digit is not None:
            rows[mark.row] = rows.get(mark.row, "") + str(mark.digit)
    return tuple(rows[row] for row in sorted(rows))
