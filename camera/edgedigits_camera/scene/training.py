"""The scenes that networks are trained on: everything that people hand to a reader of digits, from a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from edgedigits_camera.scene.finish import without_the_faint
from edgedigits_camera.scene.recipes import KINDS, Chance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits_camera.scene.shot import Scene

# Share of the scenes with digits whose digits are given ones, written by people, instead of drawn ones.
GIVEN = 0.4


class GivenDigits(Protocol):
    """Digits that people wrote: ``images`` (N, 28, 28) uint8, ink 255 on 0, and ``labels`` (N,)."""

    @property
    def images(self) -> NDArray[np.uint8]: ...  # noqa: D102
    @property
    def labels(self) -> NDArray[np.uint8]: ...  # noqa: D102


def training_scene(seed: int, *, glyphs: GivenDigits | None = None, fonts: Sequence[Path] = ()) -> Scene:
    """Draw one scene of all kinds.

    Args:
        seed: the same seed gives the same scene.
        glyphs: digits that people wrote, put in place of drawn ones in some of the scenes.
        fonts: TrueType files that print is set in, besides the type of our own.

    """
    rng = np.random.default_rng([seed, 5])
    kinds = tuple(KINDS)
    shares = np.array([KINDS[kind][0] for kind in kinds])
    kind = kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]
    given = None
    if glyphs is not None and rng.random() < GIVEN:
        chosen = rng.integers(0, len(glyphs.images), 500)
        given = glyphs.images[chosen], glyphs.labels[chosen]
    return without_the_faint(KINDS[kind][1](Chance(seed, rng, given, fonts)))
