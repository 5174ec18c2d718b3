"""The documented network, its input and its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Images at a time: their activations stay below 100 MB.
CHUNK = 500
# Name of the last layer.
OUTPUT = "dense2"


def build_model() -> Any:
    """Build the network of 93,322 parameters.

    It takes patches (N, 28, 28, 1) float32 in [0, 1], white ink on black, and gives probabilities (N, 10) float32.
    """
    return keras.Sequential(
        [
            keras.Input((28, 28, 1), name="image"),
            layers.Conv2D(32, 3, activation="relu", name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(64, 3, activation="relu", name="conv2"),
            layers.MaxPooling2D(2, name="pool2"),
            layers.Conv2D(64, 3, activation="relu", name="conv3"),
            layers.Flatten(name="flatten"),
            layers.Dense(64, activation="relu", name="dense1"),
            layers.Dense(10, activation="softmax", name=OUTPUT),
        ],
        name="edgedigits",
    )


def scaled(images: Any) -> Any:
    """Bring pixels (N, 28, 28) uint8 into the network's form (N, 28, 28, 1) float32 in [0, 1]."""
    return tf.cast(images, tf.float32)[..., tf.newaxis] / 255.0


def probabilities(model: Any, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a Keras model's probabilities (N, 10) float32 for images (N, 28, 28) uint8."""
    answer = tf.function(lambda batch: model(scaled(batch), training=False), reduce_retracing=True)
    return np.concatenate([answer(images[first : first + CHUNK]) for first in range(0, len(images), CHUNK)])
