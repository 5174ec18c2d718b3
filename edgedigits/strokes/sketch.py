"""One sign at a time: who writes, which form, how it comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits.strokes.alphabet import character
from edgedigits.strokes.digits import form
from edgedigits.strokes.hand import Hand, write
from edgedigits.strokes.render import render
from edgedigits.strokes.signs import LETTERS, sign

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edgedigits.strokes.curves import Strokes


def sketch(digit: int, *, rng: np.random.Generator, hand: Hand | None = None) -> Strokes:
    """Write a digit.

    Args:
        digit: 0 to 9.
        rng: source of chance; the same state gives the same strokes.
        hand: who writes; somebody new when left out.

    Raises:
        ValueError: ``digit`` is none.

    """
    if digit not in range(10):
        raise ValueError(f"digit must be 0 to 9, got {digit}")
    hand = hand or Hand.of(rng)
    return write(str(digit), form(digit, hand=hand, rng=rng), hand=hand, rng=rng)


def sketch_distractor(kind: str, *, rng: np.random.Generator, hand: Hand | None = None) -> Strokes:
    """Write something that is no digit.

    Args:
        kind: one of ``KINDS``, or the name of one sign such as ``"+"`` or ``"K"``.
        rng: source of chance; the same state gives the same strokes.
        hand: who writes; somebody new when left out.

    Raises:
        ValueError: there is no such kind.

    """
    hand = hand or Hand.of(rng)
    name, glyph = sign(kind, rng=rng)
    letters = name in LETTERS or kind == "word"
    return write(name, glyph, hand=hand if letters else hand.plain(), rng=rng, upright=letters)


def sketch_character(name: str, *, rng: np.random.Generator, hand: Hand | None = None) -> Strokes:
    """Write a letter or a sign beside digits: small letters are lower than those, descending ones reach below them.

    Args:
        name: one of ``CHARACTERS``.
        rng: source of chance; the same state gives the same strokes.
        hand: who writes; somebody new when left out.

    Raises:
        ValueError: there is no such character.

    """
    hand = hand or Hand.of(rng)
    glyph = character(name, hand=hand, rng=rng)
    return write(name, glyph, hand=hand if name.isalpha() else hand.plain(), rng=rng, upright=False)


def draw_digit(digit: int, *, rng: np.random.Generator, height_px: float, pen_px: float) -> NDArray[np.uint8]:
    """Write a digit and ink it: (H, W) uint8, ink 255 on 0, cut tight, ``height_px`` high, pen included."""
    return render(sketch(digit, rng=rng), height_px=height_px, pen_px=pen_px)
