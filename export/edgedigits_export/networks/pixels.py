"""How a network wants its pixels, and what stands in front of it so that it takes them in 0..1, white ink on black."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from edgedigits.errors import ExportError

# Mean and deviation of what a network takes, of pixels in 0..1.
RANGES = {"0..1": (0.0, 1.0), "-1..1": (0.5, 0.5), "0..255": (0.0, 1 / 255)}
INVERTED = "inverted"
FORMS = f"{', '.join(RANGES)} or mean=M,std=S (of pixels in 0..1), with ,{INVERTED} behind it for black ink on white"


@dataclass(frozen=True, slots=True)
class Pixels:
    """A network takes (pixel - mean) / std of pixels in 0..1; where it is inverted, of 1 - pixel."""

    mean: float = 0.0
    std: float = 1.0
    inverted: bool = False

    def __str__(self) -> str:
        """As :func:`parse` reads it."""
        ranges = {numbers: name for name, numbers in RANGES.items()}
        name = ranges.get((self.mean, self.std), f"mean={self.mean:g},std={self.std:g}")
        return f"{name},{INVERTED}" if self.inverted else name

    def __call__(self, images: Any) -> Any:
        """Images of any shape in 0..1, white ink on black, as the network wants them."""
        scale, offset = (-1 if self.inverted else 1) / self.std, ((1 if self.inverted else 0) - self.mean) / self.std
        scaled = images if scale == 1 else images * scale
        return scaled if offset == 0 else scaled + offset


RAW = Pixels(*RANGES["0..255"])
# What others train with, the most usual first.
TRIED = (
    Pixels(),
    Pixels(*RANGES["-1..1"]),
    Pixels(0.1307, 0.3081),
    Pixels(inverted=True),
    Pixels(*RANGES["-1..1"], inverted=True),
    RAW,
    Pixels(*RANGES["0..255"], inverted=True),
)


def parse(text: str) -> Pixels:
    """Read what a user says: a range or mean and deviation, inverted or not.

    Raises:
        ExportError: it is none of them.

    """
    words = [word.strip() for word in text.split(",")]
    inverted = INVERTED in words
    given = [word for word in words if word != INVERTED]
    if not given and inverted:
        return Pixels(inverted=True)
    if len(given) == 1 and given[0] in RANGES:
        return Pixels(*RANGES[given[0]], inverted=inverted)
    try:
        numbers = {name: float(number) for name, _, number in (word.partition("=") for word in given)}
        mean, std = numbers.pop("mean"), numbers.pop("std")
    except (KeyError, ValueError):
        raise ExportError(f"no pixels are like {text!r}; choose {FORMS}") from None
    if numbers or not math.isfinite(mean) or not 0 < std < math.inf:
        raise ExportError(f"pixels of {text!r} cannot be computed; mean must be a number and std a positive one")
    return Pixels(mean, std, inverted)
