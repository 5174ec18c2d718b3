"""How far a training is, and who hears about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# One row for each finished epoch: epoch (from 1), accuracy, loss, val_accuracy, val_loss, time_s.
History = list[dict[str, float]]


@dataclass(frozen=True, slots=True)
class Progress:
    """Position and running metrics: epochs and steps count from 1; an epoch's end has those of the validation too."""

    epoch: int
    epochs: int
    step: int
    steps: int
    batch_size: int
    metrics: dict[str, float]
    epoch_ended: bool = False


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who hears about a training.

    ``epoch`` is called after each epoch with the Keras model, its weights not averaged, and the history;
    ``progress`` after every few steps, and after each epoch.
    """

    epoch: Callable[[Any, History], None] | None = None
    progress: Callable[[Progress], None] | None = None


NOBODY = Listeners()
