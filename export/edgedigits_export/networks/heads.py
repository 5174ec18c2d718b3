"""What a network's numbers are, and how they become ten probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from edgedigits.errors import ExportError

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIGITS = 10
# One class more, for what is no digit; it stands before the ten or behind them.
WITH_NONE = DIGITS + 1
# A sum of ten float32 that should be 1.
ROUNDING = 1e-3
PROBABILITIES = "probabilities"
SOFTMAX_ADDED = "to which a softmax was added"


@dataclass(frozen=True, slots=True)
class Head:
    """What stands behind a network.

    Attributes:
        gives: what the network gives, and what was done with it.
        cut: its last operator is left out: what it gives to that one is taken.
        softmax: is added.
        first: column of the digit 0.

    """

    gives: str
    cut: bool = False
    softmax: bool = True
    first: int = 0

    def __call__(self, answers: Any) -> Any:
        """Probabilities (N, 10) from what the network, cut or not, gives: (N, 10) or (N, 11)."""
        if answers.shape[-1] != DIGITS:
            answers = answers[:, self.first : self.first + DIGITS]
        return tf.nn.softmax(answers) if self.softmax else answers


def heads_of(answers: NDArray[np.float32], *, last: str, rounding: float = ROUNDING) -> tuple[Head, ...]:
    """Ways to take a network's answers (N, 10) or (N, 11) to digits.

    Args:
        answers: of the network as it is.
        last: its last operator in TensorFlow's words.
        rounding: of a sum of ten probabilities.

    Raises:
        ExportError: they are no numbers that probabilities could be made of.

    """
    if not np.isfinite(answers).all():
        raise ExportError("the network answers NaN or infinity to MNIST's digits")
    gives, cut, softmax = _kind(answers, last, rounding)
    if answers.shape[-1] == DIGITS:
        return (Head(gives, cut, softmax),)
    if not softmax:  # without the eleventh, probabilities must be made anew, from what stands before the softmax
        if last != "Softmax":
            raise ExportError("the network gives eleven probabilities; export it without a softmax at its end")
        cut = True
    gives = f"{gives.partition(',')[0]} of eleven classes, of which the {{}} is none of the digits and is left out"
    return tuple(Head(gives.format(where), cut, first=first) for where, first in (("last", 0), ("first", 1)))


def _kind(answers: NDArray[np.float32], last: str, rounding: float) -> tuple[str, bool, bool]:
    """What they are called; whether the last operator must go, and whether a softmax must come."""
    sums, low, high = answers.sum(axis=1), answers.min(), answers.max()
    if low >= 0 and np.abs(sums - 1).max() <= rounding:
        return PROBABILITIES, False, False
    if high <= rounding and np.abs(np.exp(answers).sum(axis=1) - 1).max() <= rounding:
        return f"logarithms of probabilities, {SOFTMAX_ADDED}", last == "LogSoftmax", True
    if low >= 0 and high <= 1 and last == "Sigmoid":
        return "sigmoids, in whose place a softmax was put", True, True
    if low >= 0 and high <= 1:
        raise ExportError(
            f"the network gives {answers.shape[-1]} numbers in 0..1 whose sum is {sums.min():.3g} to {sums.max():.3g}: "
            "neither probabilities nor logits; export it with a softmax at its end, or without anything there"
        )
    return f"logits, {SOFTMAX_ADDED}", False, True
