"""Zeros written in one go, as at the end of 1000: the pen runs from one to the next without lifting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits.strokes.curves import Strokes

if TYPE_CHECKING:
    from edgedigits.strokes.hand import Hand

# Points of one zero.
POINTS = 60


def chain_of_zeros(count: int, *, rng: np.random.Generator, hand: Hand) -> list[Strokes]:
    """Write zeros in one go: closed loops that touch, or open ones, each ending where the next begins.

    Args:
        count: how many, at least 1.
        rng: source of chance.
        hand: who writes.

    Returns:
        One for each zero; x goes on from one to the next, y is 0..1.

    """
    half = 0.3 * hand.stretch * float(rng.uniform(0.8, 1.2))
    pitch = half * float(rng.uniform(1.75, 2.5))
    # How much of the way to the next zero is made at its top: from the second on, zeros are open there.
    haste = float(rng.uniform(0.4, 2.4))
    height = 1 + rng.normal(0.0, 0.05, count + 1)
    width = half * (1 + rng.normal(0.0, 0.08, count + 1))
    angle = np.linspace(0.0, 2 * np.pi * count, POINTS * count + 1)
    number = angle / (2 * np.pi)
    along = pitch / (2 * np.pi) * (angle + haste * np.sin(angle))
    # The last one is closed: the pen goes back to where it began.
    last = number > count - 1
    along[last] = np.minimum(along[last], pitch * (count - 1) + 0.25 * half * (number[last] - count + 1))
    breadth, tall = (np.interp(number, np.arange(count + 1), sizes) for sizes in (width, height))
    x = along - breadth * np.sin(angle + rng.uniform(0.0, 0.5))
    y = 0.5 - 0.5 * tall * np.cos(angle) + 0.02 * np.sin(angle * rng.uniform(0.3, 0.7))
    shaken = np.column_stack([x - (hand.slant + rng.normal(0.0, 0.04)) * (y - 1), y])
    shaken += hand.tremor * np.cumsum(rng.normal(0.0, 0.3, shaken.shape), axis=0) / 3
    pressed = 1 + hand.pressure * 0.5 * np.sin(number * rng.uniform(2, 6) + rng.uniform(0, 6))
    path = np.column_stack([shaken, np.clip(pressed, 0.45, 1.5)])
    ends = [(POINTS * index, POINTS * (index + 1) + 1) for index in range(count)]
    return [Strokes("0", (path[first:end],)) for first, end in ends]
