"""How a TFLite file of others wants its pixels and gives its answers, where that is not as in files of an export.

Such a file is taken as it is. What its reader must do stands in the metadata behind it, and costs nothing: a backend
looks each of the 256 pixel values up in a table anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.bundle.metadata import read_metadata
from edgedigits.errors import BundleError
from edgedigits.typed import read_as

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

KEY = "form"


@dataclass(frozen=True, slots=True)
class Form:
    """A file takes (pixel - mean) / std of pixels in 0..1, of 1 - pixel where it is inverted.

    ``softmax``: it gives logits, or their logarithms; their softmax are the probabilities.
    """

    mean: float = 0.0
    std: float = 1.0
    inverted: bool = False
    softmax: bool = False

    def __post_init__(self) -> None:
        if not self.std > 0:
            raise ValueError(f"std must be above 0, got {self.std:g}")

    def values(self) -> NDArray[np.float64]:
        """What the file takes for each of the 256 pixel values, (256,)."""
        pixels = np.arange(256) / 255
        return ((1 - pixels if self.inverted else pixels) - self.mean) / self.std

    def probabilities(self, answers: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities (N, 10) of what the file gives (N, 10)."""
        if not self.softmax:
            return answers
        powers = np.exp(answers - answers.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def formula(self, pixel: str = "pixel") -> str:
        """What it takes of a pixel in 0..255 of this name, for instance ``(pixel / 255 - 0.5) / 0.5``."""
        if (self.mean, self.std) == (0.0, 1 / 255):
            return f"255 - {pixel}" if self.inverted else pixel
        share = f"1 - {pixel} / 255" if self.inverted else f"{pixel} / 255"
        return share if (self.mean, self.std) == (0.0, 1.0) else f"({share} - {self.mean:g}) / {self.std:.7g}"


PLAIN = Form()


def form_of(path: Path) -> Form:
    """What a TFLite file says of itself; one that says nothing is as every file of an export.

    Raises:
        BundleError: what it says is damaged, or of a later version.

    """
    try:
        form: Form = read_as(Form, read_metadata(path).get(KEY, {}), at=f"{KEY} of {path}")
    except ValueError as error:
        raise BundleError(f"{error}; copy the whole bundle again") from error
    return form
