"""Steps of gradient descent, on one device or on many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from edgedigits.training.pooling import max_pool

if TYPE_CHECKING:
    from numpy.typing import NDArray


class StepFunction:
    """Trains a compiled model by a number of batches at a time, in one TensorFlow function."""

    def __init__(self, model: Any, *, strategy: Any) -> None:
        self.model, self.strategy = model, strategy
        # XLA, Keras's default, takes twice as long for these small convolutions on a CPU.
        self.run = tf.function(self.many_steps, jit_compile=False)

    def __call__(self, batches: Any, count: int) -> NDArray[np.float64]:
        """Train on the next ``count`` batches; returns the sums of loss and right answers, and the number of images."""
        return np.array(self.run(batches, tf.constant(count)), np.float64)

    def many_steps(self, batches: Any, count: Any) -> Any:
        """Add up the sums of ``count`` steps."""
        totals = tf.zeros(3)
        for _ in tf.range(count):
            sums = self.strategy.run(self.step, args=next(batches))
            totals += self.strategy.reduce(tf.distribute.ReduceOp.SUM, sums, axis=None)
        return totals

    def step(self, images: Any, labels: Any) -> Any:
        """Make one step on this replica's part of a batch."""
        variables = self.model.trainable_variables
        replica = tf.distribute.get_replica_context()
        count = replica.all_reduce(tf.distribute.ReduceOp.SUM, tf.cast(len(images), tf.float32))
        with tf.GradientTape() as tape:
            answers = answers_of(self.model, images)
            losses = keras.losses.categorical_crossentropy(labels, answers)
            # The optimizer adds up the replicas' gradients.
            loss = tf.reduce_sum(losses) / count
        self.model.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        hits = tf.reduce_sum(tf.cast(tf.argmax(answers, 1) == tf.argmax(labels, 1), tf.float32))
        return tf.stack([tf.reduce_sum(losses), hits, tf.cast(len(images), tf.float32)])


def answers_of(model: Any, images: Any) -> Any:
    """A sequential model's answers while it is trained, by our own pooling."""
    for layer in model.layers:
        images = max_pool(images) if isinstance(layer, keras.layers.MaxPooling2D) else layer(images, training=True)
    return images
