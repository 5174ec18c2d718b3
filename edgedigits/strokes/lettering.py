"""Letters, digits and signs as a stencil for lettering gives them: one form of each, always the same."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.strokes import alphabet, digits
from edgedigits.strokes.curves import Strokes, parse, trace

if TYPE_CHECKING:
    from edgedigits.strokes.curves import Glyph

OWN = {
    "1": "0,20! 26,0! 26,100",
    "!": "4,0! 4,70 / 4,97 6,99",
    "_": "0,110! 60,110",
    "|": "0,-10! 0,110",
}
"""What hands write in other ways, or not at all."""
INSTEAD = "a"
"""Set in place of what there is no form of."""


@cache
def lettering(character: str) -> Strokes:
    """Give one character, from x = 0 on; its line is as wide as the pen everywhere."""
    glyph = _form(character)
    left = min(float(points[:, 0].min()) for points in glyph.strokes)
    lines = [trace(points - (left, 0.0), corners) for points, corners in zip(glyph.strokes, glyph.corners, strict=True)]
    return Strokes(character, tuple(np.column_stack([line, np.ones(len(line))]) for line in lines))


def _form(character: str) -> Glyph:
    if character in OWN:
        return parse(OWN[character])
    if character.isascii() and character.isdigit():
        return digits.forms_of(int(character))[0][1]
    return alphabet.forms_of(character if character in alphabet.CHARACTERS else INSTEAD)[0]
