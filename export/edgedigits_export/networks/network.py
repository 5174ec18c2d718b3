"""A trained run as the exporter sees it: the network as it was trained, and one traced function for every converter."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from edgedigits.backends.form import PLAIN
from edgedigits.errors import RunError
from edgedigits.training.model import build_model
from edgedigits.training.runs import Run, recorded, recorded_recipe
from edgedigits.training.saved import load_keras
from edgedigits_export.gates.structure import INPUT, INPUT_SHAPE, OUTPUT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits.backends.form import Form

# Of the documented network, in Keras's order.
WEIGHTS = tuple(
    f"{layer}/{part}" for layer in ("conv1", "conv2", "conv3", "dense1", "dense2") for part in ("kernel", "bias")
)


@dataclass(frozen=True, slots=True)
class Network:
    """A trained network in Keras, and what is known about its training.

    Attributes:
        model: takes images (N, 28, 28, 1) float32 in 0..1, gives probabilities (N, 10), has ``get_weights``.
        recipe: that it was trained with; empty where that is not known.
        seed: of the training.
        numbers: of the recipe.
        documented: its architecture is that of the project.
        origin: of a network that others trained: ``file``, ``file_sha256``, what it ``takes`` and ``answers`` as it
            is, and what it read in each way that was ``tried``.

    """

    model: Any
    recipe: str
    seed: int | None
    numbers: Mapping[str, Any] = field(default_factory=dict)
    documented: bool = True
    origin: Mapping[str, str] = field(default_factory=dict)

    @property
    def original(self) -> bool:
        """Whether it is what files are made from, and compared with."""
        return True

    @property
    def form(self) -> Form:
        """What its TFLite files take and give."""
        return PLAIN

    def answers(self, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities (N, 10) float32 of patches (N, 28, 28) uint8, by Keras."""
        return answers_of(self.model, patches)

    @property
    def weights_sha256(self) -> str:
        """Hexadecimal SHA-256 of all weights in the order of the layers, float32, little-endian."""
        return hashlib.sha256(
            b"".join(weight.astype("<f4").tobytes() for weight in self.model.get_weights())
        ).hexdigest()

    def weights(self) -> dict[str, NDArray[np.float32]]:
        """Weights as the NumPy backend wants them: ``conv1/kernel``, ``conv1/bias`` to ``dense2/bias``."""
        return dict(zip(WEIGHTS, self.model.get_weights(), strict=True))

    def traced(self) -> tuple[tf.Module, Any]:
        """A function from ``image`` (1, 28, 28, 1) to ``probabilities`` (1, 10), and the module that holds its weights.

        Given the Keras model in place of a plain module, TensorFlow's converter writes a file of 7 kB whose answers are
        NaN, without an error.
        """
        if not self.documented:
            return tf.Module(), self._as_it_is()
        # Traced from a copy with the documented names: the files' bytes do not depend on how the layers were called.
        copy = build_model()
        copy.set_weights(self.model.get_weights())
        holder = tf.Module()
        holder.held = [variable.value for variable in copy.variables]

        def infer(image: tf.Tensor) -> dict[str, tf.Tensor]:
            return {OUTPUT: copy(image, training=False)}

        return holder, tf.function(infer, input_signature=[tf.TensorSpec(INPUT_SHAPE, tf.float32, name=INPUT)])

    def _as_it_is(self) -> Any:
        signature = [tf.TensorSpec(INPUT_SHAPE, tf.float32, name=INPUT)]
        return tf.function(lambda image: {OUTPUT: self.model(image, training=False)}, input_signature=signature)


def answers_of(model: Any, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Probabilities (N, 10) float32 that a model gives to patches (N, 28, 28) uint8."""
    chunks = (patches[start : start + 500] for start in range(0, len(patches), 500))
    images = (chunk[..., None].astype(np.float32) / 255 for chunk in chunks)
    return np.concatenate([np.asarray(model(image, training=False)) for image in images])


def load_network(run: Run) -> Network:
    """Load what `edgedigits train` left in a run folder.

    Raises:
        RunError: no run there, its training is not finished, or its model is of another architecture.

    """
    recipe = recorded_recipe(run)
    if not run.model.is_file():
        raise RunError(f"{run.folder} has no {run.model.name} yet; finish it with `edgedigits train --resume`")
    try:
        model = load_keras(run.model)
    except ValueError as error:
        raise RunError(f"{run.model} cannot be loaded ({error}); train again with --force") from error
    check_architecture(model, run.model)
    return Network(model, recipe=recipe.name, seed=recipe.seed, numbers=recorded(run)["recipe"])


def check_architecture(model: Any, path: Path) -> None:
    """Refuse a model whose layers or weights are not those of the documented network."""
    if not is_documented(model):
        found, expected = layers_of(model), layers_of(build_model())
        raise RunError(f"{path} holds {', '.join(found)}; expected the documented network: {', '.join(expected)}")


def is_documented(model: Any) -> bool:
    """Whether a Keras model has the layers and weights of the documented network."""
    return layers_of(model) == layers_of(build_model())


def layers_of(model: Any) -> list[str]:
    """Each layer in one word, for instance ``Conv2D(3x3x1x32 relu)``."""
    described = []
    for layer in model.layers:
        weights = layer.get_weights()
        if isinstance(layer, keras.layers.InputLayer):
            continue
        activation = getattr(getattr(layer, "activation", None), "__name__", "none")
        inside = f"{'x'.join(map(str, weights[0].shape))} {activation}" if weights else ""
        described.append(f"{type(layer).__name__}({inside})")
    return described


def one_line(error: BaseException) -> str:
    """Message of an error without line breaks, at most 200 characters."""
    return " ".join(str(error).split())[:200] or type(error).__name__
