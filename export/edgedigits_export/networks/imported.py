"""Networks that others trained: loaded, looked at, asked about real digits, and brought into the documented form.

That form takes (N, 28, 28, 1) float32 in 0..1, white ink on black, and gives (N, 10) probabilities. What leads there
is put in front of a network and behind it, and is part of every exported file.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from edgedigits.errors import ExportError
from edgedigits_export.networks.foreign import asked, origin_of, shape_text
from edgedigits_export.networks.frames import LEAST_PX, MOST_PX, frames_of
from edgedigits_export.networks.heads import DIGITS, WITH_NONE, heads_of
from edgedigits_export.networks.loaders import load
from edgedigits_export.networks.network import Network, answers_of, is_documented
from edgedigits_export.networks.pixels import TRIED, Pixels, parse
from edgedigits_export.networks.probing import Way, choose
from edgedigits_export.networks.sizes import bounded

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits.training.data import Mnist
    from edgedigits_export.networks.foreign import Foreign
    from edgedigits_export.networks.frames import Frame
    from edgedigits_export.networks.probing import Choice

# Images that show what kind of numbers a network gives.
LOOKED_AT = 100


class Adapted:
    """A foreign network in the documented form, called as a Keras model is."""

    def __init__(self, foreign: Foreign, way: Way) -> None:
        self._foreign, self._way = foreign.without_last() if way.head.cut else foreign, way
        signature = [tf.TensorSpec((None, 28, 28, 1), tf.float32)]
        # Without autograph our errors come through as they are.
        self._answer = tf.function(self._answers, input_signature=signature, autograph=False)

    def __call__(self, images: Any, *, training: bool = False) -> Any:
        """Answers (N, 10) to images (N, 28, 28, 1) float32 in 0..1."""
        _ = training
        images = tf.convert_to_tensor(images)
        return self._answers(images) if images.shape[0] == 1 else self._answer(images)

    def get_weights(self) -> list[NDArray[Any]]:
        """Its weights in the order of the file."""
        return self._foreign.weights

    def _answers(self, images: Any) -> Any:
        return self._way.head(asked(self._foreign, self._way.pixels(images), self._way.frame))


def load_foreign(path: Path, *, data: Mnist, pixels: str | None = None) -> Network:
    """Load a network from somewhere else.

    Args:
        path: a Keras file, a folder with a SavedModel, or an ONNX file.
        data: its training digits show what the network takes and gives.
        pixels: how it wants them, as :func:`edgedigits_export.networks.pixels.parse` reads it; None to find out.

    Raises:
        ExportError: it cannot be loaded, or takes or gives what no way leads to; the message says what was found.

    """
    given = parse(pixels) if pixels else None
    with bounded(path):
        foreign = load(path)
        try:
            choice = _chosen(foreign, data=data, given=given)
        except ExportError as error:
            raise ExportError(f"{path}: {error}") from error
    way, origin = choice.way, origin_of(path, choice)
    as_it_is = way.pixels == Pixels() and not way.head.softmax
    if foreign.model is not None and as_it_is and is_documented(foreign.model):
        return Network(foreign.model, recipe="", seed=None, origin=origin)
    return Network(Adapted(foreign, way), recipe="", seed=None, documented=False, origin=origin)


def _chosen(foreign: Foreign, *, data: Mnist, given: Pixels | None) -> Choice:
    """How the network wants its digits, and what its numbers are."""
    frames = _frames(foreign)
    images = np.divide(data.train.images[:LOOKED_AT, ..., None], 255, dtype=np.float32)
    heads = heads_of(np.asarray(asked(foreign, (given or Pixels())(images), frames[0])), last=foreign.last)
    pixels = dict.fromkeys((*TRIED, given) if given else TRIED)
    ways = [Way(*parts) for parts in product(pixels, frames, heads)]
    return choose(
        ways,
        lambda way, patches: answers_of(Adapted(foreign, way), patches),
        digits=data.train,
        given=given,
    )


def _frames(foreign: Foreign) -> tuple[Frame, ...]:
    """Ways to give it an image; refuses what does not take one and give a number for each digit."""
    frames = frames_of(foreign.takes)
    if not frames or foreign.classes not in (DIGITS, WITH_NONE):
        raise ExportError(
            f"it takes {shape_text(foreign.takes)} and gives {shape_text(foreign.gives)}; expected a square image of "
            f"{LEAST_PX} to {MOST_PX} pixels, grey or of three channels, and {DIGITS} or {WITH_NONE} numbers; layers "
            "around it may lead there"
        )
    return frames
