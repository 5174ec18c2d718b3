"""How well probabilities name digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# As in Keras: a probability of zero, which a quantised file may give, costs 16.1 and not infinity.
EPSILON = 1e-7


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures over ``images`` images; shares in 0..1.

    ``recall`` holds one share for each digit (None where there was none to find), ``confusion`` counts: row true digit,
    column answer.
    """

    images: int
    accuracy: float
    loss: float
    recall: tuple[float | None, ...]
    confusion: tuple[tuple[int, ...], ...]


def score(probabilities: NDArray[np.float32], *, labels: NDArray[np.uint8]) -> Scores:
    """Compare probabilities (N, 10) with true digits (N,).

    Raises:
        ValueError: the shapes do not fit, or a probability is no number.

    """
    if probabilities.shape != (len(labels), 10):
        raise ValueError(f"probabilities must have shape ({len(labels)}, 10), got {probabilities.shape}")
    if not np.isfinite(probabilities).all():
        raise ValueError("probabilities must be numbers, got NaN or infinity: the model file is broken")
    confusion = np.zeros((10, 10), np.int64)
    np.add.at(confusion, (labels, probabilities.argmax(axis=1)), 1)
    right, totals = confusion.diagonal().tolist(), confusion.sum(axis=1).tolist()
    named = np.clip(probabilities[np.arange(len(labels)), labels].astype(np.float64), EPSILON, 1.0)
    return Scores(
        images=len(labels),
        accuracy=sum(right) / len(labels),
        loss=float(-np.log(named).mean()),
        recall=tuple(hits / total if total else None for hits, total in zip(right, totals, strict=True)),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
    )
