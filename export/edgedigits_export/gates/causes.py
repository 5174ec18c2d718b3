"""What a network answers when one well-known mistake is made with it: wrong answers are compared with these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgedigits_export.networks.network import Network

# Enough to tell one mistake from another; Keras answers them in a moment.
IMAGES = 500
# Mean difference of probabilities: eight bits move them by 0.001, the wrong mistake by 0.05 and more.
ALIKE = 0.02
FLATTENED = (3, 3, 64)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A mistake, and Keras's answers (N, 10) to the first test images when it is made."""

    cause: str
    answers: NDArray[np.float32]


def suspects_of(network: Network, patches: NDArray[np.uint8]) -> tuple[Suspect, ...]:
    """Make every mistake with the first of these patches (N, 28, 28) uint8."""
    images: NDArray[np.float32] = np.divide(patches[:IMAGES, ..., None], 255, dtype=np.float32)
    mistakes = {
        "pixels divided by 255 twice": images / 255,
        "pixels in 0..255 given to a network that takes 0..1": images * 255,
        "black ink on white given to a network that takes white on black": 1 - images,
        "rows and columns swapped": images.transpose(0, 2, 1, 3),
    }
    made = [Suspect(cause, np.asarray(network.model(wrong, training=False))) for cause, wrong in mistakes.items()]
    return (*made, *_channels_first(network, images))


def _channels_first(network: Network, images: NDArray[np.float32]) -> list[Suspect]:
    """The convolutions' output flattened with channels first, as in NCHW, before weights that expect them last."""
    import keras

    if not network.documented:
        return []
    weights = [weight.copy() for weight in network.model.get_weights()]
    dense = next(index for index, weight in enumerate(weights) if weight.ndim == 2)
    weights[dense][channels_first_rows()] = weights[dense].copy()
    model = keras.models.clone_model(network.model)
    model.set_weights(weights)
    cause = "a layout with channels first (NCHW) in place of channels last (NHWC)"
    return [Suspect(cause, np.asarray(model(images, training=False)))]


def channels_first_rows() -> NDArray[np.intp]:
    """For each value (576,) of the convolutions' output flattened with channels first, its place with channels last."""
    return np.arange(np.prod(FLATTENED)).reshape(FLATTENED).transpose(2, 0, 1).ravel()


def likeliest(
    answers: NDArray[np.float32], reference: NDArray[np.float32], *, suspects: Sequence[Suspect]
) -> str | None:
    """The mistake whose answers are these answers (M, 10), nearer than the reference (M, 10) is; None if none is."""
    distances = {suspect.cause: _distance(answers, suspect.answers) for suspect in suspects}
    cause = min(distances, key=lambda cause: distances[cause], default=None)
    if cause is None or not distances[cause] < min(ALIKE, _distance(answers, reference)):
        return None
    return cause


def _distance(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    count = min(len(first), len(second))
    return float(np.abs(first[:count] - second[:count]).mean())
