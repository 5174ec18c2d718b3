"""A page filmed: what happens to it before a live camera, at any frame rate, with what is in sight at every moment.

Everything moves by the clock, not by the frame: the same seed at 15 and at 60 frames a second is the same film, and
every fourth frame of the latter is one of the former.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.scene.homography import project
from edgedigits_camera.scene.lens import Camera
from edgedigits_camera.scene.texture import surface
from edgedigits_camera.scene.view import turn_and_zoom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from edgedigits_camera.scene.shot import Box, Scene

TAKES = ("stand", "shaken", "carried", "exposed", "handled")
"""On a stand; in a hand that shakes; carried in, about and out; in changing light; with a hand that goes over it."""

# Share of the picture that the page fills, so that there is room to move and its edges are in sight.
FILLS = 0.8
# How long the shutter is open: what moves is blurred by as much as it moves in this time.
SHUTTER_S = 1 / 100
# Half as much as physiologists find of a hand that holds a light thing: 8 to 12 Hz, a millimetre at most.
TREMOR_HZ, TREMOR = (7.0, 11.0), 0.0012
SWAY_HZ, SWAY = (0.15, 0.9), np.array([0.012, 0.012, 0.015, 0.015])
SKIN = (0.42, 0.55, 0.78)
CARRYING_S = 0.8
"""How long a page takes from outside of the picture into its middle, and from place to place."""


@dataclass(frozen=True, slots=True)
class FilmedDigit:
    """A digit of the page at one moment.

    Attributes:
        number: which digit of the page it is, the same in all frames.
        digit: 0 to 9.
        box_xywh_px: where it is in this frame, as far as it is in the picture.
        hidden: share of its box that is out of the picture or behind something, 0..1.

    """

    number: int
    digit: int
    box_xywh_px: Box
    hidden: float


@dataclass(frozen=True, slots=True)
class Filmed:
    """A frame.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        time_s: from the film's start.
        digits: what of the page's digits is in the picture.
        ignored: boxes of what counts neither way: print, what could as well be a digit.

    """

    image: NDArray[np.uint8]
    time_s: float
    digits: tuple[FilmedDigit, ...] = ()
    ignored: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Film:
    """How a page is filmed.

    Attributes:
        take: one of ``TAKES``.
        page_s: how long the page is there.
        empty_s: how long there is none before, and again after.
        frames_per_s: of the camera.
        size_px: width and height of the frames.

    """

    take: str = "shaken"
    page_s: float = 10.0
    empty_s: float = 1.0
    frames_per_s: float = 30.0
    size_px: tuple[int, int] = (640, 480)

    def __post_init__(self) -> None:
        if self.take not in TAKES:
            raise ValueError(f"take must be one of {', '.join(TAKES)}, got {self.take!r}")

    @property
    def times_s(self) -> NDArray[np.float64]:
        """Times of the frames (N,), from 0."""
        duration_s = self.page_s + 2 * self.empty_s
        return np.arange(round(duration_s * self.frames_per_s)) / self.frames_per_s


def film(scene: Scene, seed: int, how: Film) -> Iterator[Filmed]:
    """Film a scene as a page of its own: it lies or is held before a desk.

    Args:
        scene: larger than the frames by a half or more, that it stays sharp; without a border of its own.
        seed: the same seed gives the same film.
        how: what happens, how long, at which rate.

    """
    rng = np.random.default_rng([seed, 4])
    moves, camera = Moves.of(rng), Camera.of("good", rng, strength=0.3, digit_px=scene.spec.digit_px)
    desk = surface("wood", rng, how.size_px[::-1]) * np.float32(0.7)
    page = np.asarray(scene.image, np.float32) / np.float32(255)
    for time_s in how.times_s.tolist():
        noise, since_s = np.random.default_rng([seed, 5, round(time_s * 1000)]), time_s - how.empty_s
        lit = replace(camera, brightness=camera.brightness * moves.light(since_s, how) * (1 + 0.01 * noise.normal()))
        if not 0 <= since_s < how.page_s:
            yield Filmed(lit.shoot(desk.copy(), noise), time_s)
            continue
        matrix = moves.matrix(since_s, how, scene.image.shape)
        speed = moves.speed_px(since_s, how, scene.image.shape)
        blurred = replace(lit, shake_px=SHUTTER_S * float(np.hypot(*speed)), shake_turn=float(np.arctan2(*speed[::-1])))
        picture, hand = _laid(page, desk, matrix), np.zeros(how.size_px[::-1], np.uint8)
        if how.take == "handled":
            hand = moves.hand(since_s, how)
            _cover(picture, hand)
        ignored = (*(digit.box_xywh_px for digit in scene.printed), *scene.unsure)
        there = (_seen(box, matrix, how.size_px) for box in ignored)
        yield Filmed(
            blurred.shoot(picture, noise),
            time_s,
            tuple(_in_sight(scene, matrix, hand)),
            tuple(box for box, inside in there if inside > 0),
        )


@dataclass(frozen=True, slots=True)
class Moves:
    """What happens in a film: waves of sway (4, 3) and tremor (2, 3) as speed and start, where the page is carried."""

    sway: NDArray[np.float64]
    tremor: NDArray[np.float64]
    places: NDArray[np.float64]
    side: float
    resting: NDArray[np.float64]

    @classmethod
    def of(cls, rng: np.random.Generator) -> Moves:
        """Draw what happens."""

        def waves(count: int, limits_hz: tuple[float, float]) -> NDArray[np.float64]:
            speeds = 2 * np.pi * rng.uniform(*limits_hz, (count, 3))
            return np.stack([speeds, rng.uniform(0, 2 * np.pi, (count, 3))])

        places = rng.uniform(-0.09, 0.09, (2, 2))
        side = float(rng.choice([-1.0, 1.0]))
        return cls(waves(4, SWAY_HZ), waves(2, TREMOR_HZ), places, side, rng.uniform(0.25, 0.75, 2))

    def pose(self, since_s: float, how: Film) -> NDArray[np.float64]:
        """Where the page is, (4,): x and y in widths and heights from the middle, turn in radians, zoom less 1."""
        pose = np.zeros(4)
        if how.take in ("shaken", "carried"):
            speed, start = self.sway
            pose += SWAY * np.sin(start + speed * since_s).mean(axis=1)
            speed, start = self.tremor
            pose[:2] += TREMOR * np.sin(start + speed * since_s).mean(axis=1)
        if how.take == "carried":
            pose[:2] += self.carried(since_s, how)
        return pose

    def carried(self, since_s: float, how: Film) -> NDArray[np.float64]:
        """In from one side, to one place, to another after a half of the time, out to the other side."""
        outside = np.array([1.1 * self.side, 0.0])
        stops = [outside, self.places[0], self.places[1], -outside]
        starts_s = [0.0, how.page_s / 2, how.page_s - CARRYING_S]
        place = stops[0]
        for start_s, stop in zip(starts_s, stops[1:], strict=True):
            share = np.clip((since_s - start_s) / CARRYING_S, 0, 1)
            place = place + (stop - place) * share**2 * (3 - 2 * share)
        return place

    def matrix(self, since_s: float, how: Film, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Homography (3, 3) from a page's picture of a shape to the frame."""
        x, y, turn, zoom = self.pose(since_s, how)
        size = np.array(how.size_px)
        scale = FILLS * float((size / shape[1::-1]).min())
        base = (np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]) - np.array(shape[1::-1]) / 2) * scale
        moved = turn_and_zoom(base, np.zeros(2), turn=turn, zoom=1 + zoom) + size / 2 + np.array([x, y]) * size
        matrix = np.eye(3)
        matrix[:2, 0], matrix[:2, 1], matrix[:2, 2] = moved[1] - moved[0], moved[2] - moved[0], moved[0]
        return matrix

    def speed_px(self, since_s: float, how: Film, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """How the page's middle moves, (2,) in pixels per second."""
        middle = np.array([shape[1::-1]]) / 2
        now, then = (project(self.matrix(t, how, shape), middle)[0] for t in (since_s, since_s + 1e-3))
        return (then - now) / 1e-3

    def light(self, since_s: float, how: Film) -> float:
        """Share of its brightness that the picture has: a camera settles; lamps go off, on, and clouds pass."""
        settled = 1 - 0.6 * float(np.exp(-(since_s + how.empty_s) / 0.08))
        if how.take != "exposed" or since_s < 0:
            return settled
        # Thirds of the time: as it was; a lamp goes off, and the camera gets over it; light comes and goes slowly.
        third = how.page_s / 3
        if since_s < third:
            return settled
        if since_s < 2 * third:
            return 1 - 0.55 * float(np.exp(-(since_s - third) / 0.4))
        return 1 - 0.25 * float(1 - np.cos(2 * np.pi * (since_s - 2 * third) / 1.7)) / 2

    def hand(self, since_s: float, how: Film) -> NDArray[np.uint8]:
        """Mask (H, W) uint8 of a hand that comes from below, rests, points from place to place, and goes again."""
        size = np.array(how.size_px)
        begin, end = 0.25 * how.page_s, 0.75 * how.page_s
        share = float(np.clip(min(since_s - begin, end - since_s) / 0.5, 0, 1))
        swing = 0.1 * np.sin(2 * np.pi * 0.4 * (since_s - begin)) * np.array([1.0, 0.4])
        tip = (self.resting + swing) * size
        tip = np.array([1.1, 1.5]) * size * (1 - share) + tip * share
        return _hand(tip, np.array([1.0, 1.3]) * size, size)


def _hand(tip: NDArray[np.float64], elbow: NDArray[np.float64], size: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Mask of a forearm, a palm, and a finger whose tip is given."""
    mask, unit = np.zeros(size[::-1].tolist(), np.uint8), 0.05 * float(size[1])
    along = (elbow - tip) / max(float(np.hypot(*(elbow - tip))), 1.0)
    across = np.array([-along[1], along[0]])
    palm = tip + 5.5 * unit * along

    def limb(start: NDArray[np.float64], stop: NDArray[np.float64], width: float) -> None:
        ends = [end.round().astype(int).tolist() for end in (start, stop)]
        cv2.line(mask, ends[0], ends[1], 255, max(1, round(width)), cv2.LINE_AA)

    limb(tip, palm, 1.1 * unit)
    for finger in range(1, 4):
        limb(palm + (finger - 1.5) * unit * across, palm + finger * unit * across - 2 * unit * along, 1.1 * unit)
    limb(palm, palm + 1.5 * unit * along, 4 * unit)
    limb(palm, elbow, 3 * unit)
    return mask


def _cover(picture: NDArray[np.float32], hand: NDArray[np.uint8]) -> None:
    """Lay a hand over a picture, in place, with its shadow."""
    if not hand.any():
        return
    shadow = cv2.GaussianBlur(np.roll(hand, (6, -8), axis=(0, 1)), (0, 0), 7).astype(np.float32)[:, :, None] / 255
    cover = cv2.GaussianBlur(hand, (0, 0), 1).astype(np.float32)[:, :, None] / 255
    picture *= 1 - 0.4 * shadow
    picture += cover * (np.array(SKIN, np.float32) - picture)


def _laid(page: NDArray[np.float32], desk: NDArray[np.float32], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """A page on a desk (H, W, 3)."""
    picture = desk.copy()
    cv2.warpPerspective(page, matrix, desk.shape[1::-1], dst=picture, borderMode=cv2.BORDER_TRANSPARENT)
    return picture


def _in_sight(scene: Scene, matrix: NDArray[np.float64], hand: NDArray[np.uint8]) -> Iterator[FilmedDigit]:
    """What of a scene's digits is in the picture."""
    for number, digit in enumerate(scene.digits):
        (x, y, w, h), inside = _seen(digit.box_xywh_px, matrix, hand.shape[::-1])
        if inside > 0:
            covered = float((hand[y : y + h, x : x + w] > 127).mean())
            yield FilmedDigit(number, digit.digit, (x, y, w, h), 1 - inside * (1 - covered))


def _seen(box: Box, matrix: NDArray[np.float64], size_px: tuple[int, ...]) -> tuple[Box, float]:
    """Where a box of the page is in the picture, and which share of it; of none, it is empty."""
    x, y, w, h = box
    corners = project(matrix, np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float64))
    low, high = corners.min(axis=0), corners.max(axis=0)
    left, top, right, bottom = (int(v) for v in np.clip([*np.floor(low), *np.ceil(high)], 0, [*size_px, *size_px]))
    share = np.clip(np.minimum(high, size_px) - np.maximum(low, 0), 0, None).prod() / (high - low).prod()
    return (left, top, right - left, bottom - top), float(share)
