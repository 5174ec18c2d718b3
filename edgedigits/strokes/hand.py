"""How a person writes: what stays the same over a page, and what differs from sign to sign."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.strokes.curves import Glyph, Strokes, trace

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Hand:
    """One person's writing. Lengths are in heights of a digit.

    ``retracing`` is the chance that the pen goes over a sign twice; ``habits`` holds one number in 0..1 per digit, the
    person's usual way of writing it.
    """

    slant: float
    stretch: float
    carelessness: float
    wobble: float
    tremor: float
    overshoot: float
    pressure: float
    retracing: float
    habits: tuple[float, ...]

    @classmethod
    def of(cls, rng: np.random.Generator) -> Hand:
        """Draw a person: most slant a little to the right, few write shakily."""
        return cls(
            slant=float(np.clip(rng.normal(0.13, 0.15), -0.22, 0.55)),
            stretch=float(np.clip(np.exp(rng.normal(0.0, 0.17)), 0.62, 1.5)),
            carelessness=float(rng.uniform(0.008, 0.04)),
            wobble=float(rng.uniform(0.01, 0.055)),
            tremor=float(0.007 * rng.random() ** 3),
            overshoot=float(0.06 * rng.random() ** 2),
            pressure=float(rng.uniform(0.02, 0.22)),
            retracing=float(rng.random() < 0.06) * 0.6,
            habits=tuple(float(habit) for habit in rng.random(10)),
        )

    def plain(self) -> Hand:
        """Return the same person drawing operators and figures, which slant and stretch would make into others."""
        return replace(self, slant=self.slant / 4, stretch=self.stretch**0.25)


def write(label: str, glyph: Glyph, *, hand: Hand, rng: np.random.Generator, upright: bool = True) -> Strokes:
    """Write a glyph the way a person would, differently each time.

    Args:
        label: what it is.
        glyph: its control points.
        hand: the person.
        rng: source of what differs each time.
        upright: whether to bring the result to height 1, as for digits and letters; other signs keep their size.

    """
    times = 2 if rng.random() < hand.retracing else 1
    moved = [points + rng.normal(0.0, hand.carelessness, points.shape) for points in glyph.strokes * times]
    paths = [_overshot(trace(p, c), hand, rng) for p, c in zip(moved, glyph.corners * times, strict=True)]
    bend = rng.normal(0.0, 1.0, (2, 3))
    breadth = max(0.6, *(float(path[:, 0].max()) for path in paths))
    slant, turn = hand.slant + rng.normal(0.0, 0.04), rng.normal(0.0, 0.035)
    shear = np.array([[hand.stretch, turn], [-slant - turn, 1.0]])
    paths = [_bent(path, bend * hand.wobble, breadth) @ shear for path in paths]
    points = np.concatenate(paths)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = 1.0 / max(float(high[1] - low[1]), 1e-3) if upright else 1.0
    origin = low if upright else np.array([low[0], 0.0])
    return Strokes(label, tuple(_pressed((path - origin) * scale, hand, rng) for path in paths))


def _overshot(path: NDArray[np.float64], hand: Hand, rng: np.random.Generator) -> NDArray[np.float64]:
    """Let the pen leave the paper a little late."""
    ahead = path[-1] - path[-3]
    further = path[-1] + ahead / max(float(np.linalg.norm(ahead)), 1e-6) * hand.overshoot * rng.random()
    return np.concatenate([path, further[None]])


def _bent(path: NDArray[np.float64], bend: NDArray[np.float64], breadth: float) -> NDArray[np.float64]:
    """Push the whole sign about smoothly: quadratic terms in x and y with coefficients ``bend`` (2, 3)."""
    x, y = path[:, 0] / breadth - 0.5, path[:, 1] - 0.5
    terms = np.stack([4 * x * y, 4 * y * y, 4 * x * x])
    shift: NDArray[np.float64] = (bend @ terms).T
    return path + shift


def _pressed(path: NDArray[np.float64], hand: Hand, rng: np.random.Generator) -> NDArray[np.float64]:
    """Add tremor, and the width of the line: it swells and thins slowly, and thins where the pen lifts."""
    count = len(path)
    t = np.linspace(0.0, 1.0, count)[:, None]
    waves = rng.uniform(2.0, 9.0, (1, 8))
    shake = np.sin(np.pi * (waves * t * count / 50 + 2 * rng.random((1, 8)))) @ rng.normal(0.0, 0.5, (8, 2))
    slow = np.sin(np.pi * (np.array([[1.0, 2.0, 3.0]]) * t * max(1.0, count / 60) + 2 * rng.random((1, 3)))).sum(axis=1)
    lift = 1 - 2 * hand.pressure * np.exp(-(1 - t[:, 0]) * count / 6)
    width = (1 + hand.pressure * 0.5 * slow) * lift
    return np.concatenate([path + hand.tremor * shake, np.clip(width, 0.45, 1.5)[:, None]], axis=1)
