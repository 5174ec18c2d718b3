"""Print told from writing, after it was read: by each digit's patch, by those beside it, by others of its shape.

A machine writes a digit the same each time, and a whole line of them. A small network looks at each patch; trees weigh
what it says of the digit, of its line and of the page, and how like it the likest digit of its name is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from edgedigits.errors import BundleError
from edgedigits_camera.digits.judge import Trees
from edgedigits_camera.text.lines import LINE, lines_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from edgedigits_camera.digits.candidates import Candidates

VERSION = 1
# Of the arrays in judge.npz, beside the judge's own.
PREFIX = "print_"
FIT_PRINT = "fit that: edgedigits fit-judge BUNDLE --print-only"
FEATURES = (
    *("look", "line_mean", "line_highest", "line_lowest", "line_beside", "line_digits", "line_height"),
    *("page_mean", "same_shape", "same_named"),
)
"""Names of the columns: log odds by the patch alone; those of other digits of the line, their number, and by what share
the one most like it is higher or lower; those of other digits of the page; of the digits of the same name, how like it
the likest is, and their number."""
# A digit is print that is likelier so: to lose writing is worse than to read print.
LEAST_SHARE = 0.7
# Where a digit stands alone: no other is so far from its height.
ALONE = 9.0
# Answers of golden rows differ by less between processors.
SAME_ANSWER = 1e-2


@dataclass(frozen=True, slots=True)
class Print:
    """What tells print from writing: a network of one hidden layer, and trees over ``FEATURES``."""

    hidden: NDArray[np.float16]
    """(I + 1, H): weights from the inputs, see ``inputs_of``, and biases."""
    out: NDArray[np.float16]
    """(H + 1,): weights to the log odds, and its bias."""
    trees: Trees
    golden: dict[str, NDArray[Any]]
    """``patches`` (G, 28, 28) uint8, ``names`` (G,), ``rows`` (G, F) float32: what it says of them is written down with
    it, and held against what it says when it is loaded."""

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self | None:
        """Put together what ``arrays`` took apart; None where there is none among them, as in older bundles.

        Raises:
            BundleError: it is of another version, damaged, or says of its golden rows what it did not when fitted.

        """
        own = {name.removeprefix(PREFIX): array for name, array in arrays.items() if name.startswith(PREFIX)}
        if not own:
            return None
        if (version := own.get("version", np.array(0)).tolist()) != VERSION:
            raise BundleError(f"judge.npz tells print by version {version!r:.20}, expected {VERSION}; {FIT_PRINT}")
        try:
            trees = Trees(own["feature"].astype(np.int32), own["cut"], own["leaf"], float(own["bias"]))
            told = cls(own["hidden"], own["out"], trees, {name: own[name] for name in ("patches", "names", "rows")})
            apart = np.max(np.abs(np.subtract(told._answers(), (own["looks"], own["shares"]))))
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise BundleError(f"judge.npz is damaged: what tells print is not whole; {FIT_PRINT}") from error
        if not apart <= SAME_ANSWER:  # nor is NaN
            raise BundleError(
                f"judge.npz is damaged: it tells print otherwise than when fitted, by {apart:.2g}; {FIT_PRINT}"
            )
        return told

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Plain arrays, to be written beside the judge's."""
        looks, shares = self._answers()
        trees: dict[str, NDArray[Any]] = {
            "feature": self.trees.feature.astype(np.uint8),
            "bias": np.array(self.trees.bias),
        }
        trees |= {"cut": self.trees.cut, "leaf": self.trees.leaf}
        more = {"version": np.array(VERSION), "looks": looks, "shares": shares}
        own: dict[str, NDArray[Any]] = {"hidden": self.hidden, "out": self.out, **trees, **more, **self.golden}
        return {PREFIX + name: array for name, array in own.items()}

    def _answers(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return self.look(self.golden["patches"], self.golden["names"]), self.trees.score(self.golden["rows"])

    def look(self, patches: NDArray[np.uint8], names: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """Log odds (N,) that a machine wrote digits of these names, by their patches (N, 28, 28) alone."""
        hidden, out = self.hidden.astype(np.float32), self.out.astype(np.float32)
        said: NDArray[np.float32] = (
            np.maximum(inputs_of(patches, names) @ hidden[:-1] + hidden[-1], 0) @ out[:-1] + out[-1]
        )
        return said

    def share(self, digits: Candidates, names: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """How likely (N,) a machine wrote each of the digits of a picture, 0..1."""
        if not len(digits):
            return np.zeros(0, np.float32)
        return self.trees.score(features_of(self.look(digits.patches, names), digits, names))


def inputs_of(patches: NDArray[np.uint8], names: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
    """What the network sees (N, 206) float32: patches (N, 28, 28) at half the size, 0..1, and which of ten names."""
    small = patches.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4), dtype=np.float32) / 255
    return np.concatenate([small.reshape(-1, 196), np.eye(10, dtype=np.float32)[names]], axis=1)


def features_of(look: NDArray[np.float32], digits: Candidates, names: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
    """Rows (N, F) of ``FEATURES`` for all digits of a picture, by log odds (N,) by patches alone, and names (N,)."""
    boxes_px, shapes = digits.ink_boxes_px, digits.patches.reshape(len(look), -1).astype(np.float32)
    shapes /= np.linalg.norm(shapes, axis=1, keepdims=True) + 1e-6
    line, middle, height = lines_of(boxes_px, LINE), boxes_px[:, 0] + boxes_px[:, 2] / 2, boxes_px[:, 3]
    rows = np.zeros((len(look), len(FEATURES)), np.float32)
    rows[:, 0] = look
    for digit in range(len(look)):
        other = np.arange(len(look)) != digit
        beside, same = np.flatnonzero(other & (line == line[digit])), other & (names == names[digit])
        rows[digit, 5:7] = len(beside), ALONE
        if len(beside):
            nearest = beside[np.argsort(np.abs(middle[beside] - middle[digit]), kind="stable")[:2]]
            said = look[beside]
            rows[digit, 1:5] = said.mean(), said.max(), said.min(), look[nearest].mean()
            rows[digit, 6] = np.abs(height[beside] / height[digit] - 1).min()
        if other.any():
            rows[digit, 7] = look[other].mean()
        if same.any():
            rows[digit, 8:] = (shapes[same] @ shapes[digit]).max(), same.sum()
    return rows
