"""Steps of gradient descent, on one device or on many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class StepFunction:
    """Trains a compiled model by a number of batches at a time, in one TensorFlow function."""

    def __init__(self, model: Any, *, strategy: Any, teachers: Sequence[Any] = (), lesson: float = 0.0) -> None:
        self.model, self.strategy = model, strategy
        self.teachers, self.lesson = teachers, lesson
        # XLA, Keras's default, takes twice as long for these small convolutions on a CPU.
        self.run = tf.function(self.many_steps, jit_compile=False)

    def __call__(self, batches: Any, count: int) -> NDArray[np.float64]:
        """Train on the next ``count`` batches.

        Returns:
            (4,) float64: the sum of losses and the number of images; of digits, the right answers and the number.

        """
        return np.array(self.run(batches, tf.constant(count)), np.float64)

    def many_steps(self, batches: Any, count: Any) -> Any:
        """Add up the sums of ``count`` steps."""
        totals = tf.zeros(4)
        for _ in tf.range(count):
            sums = self.strategy.run(self.step, args=next(batches))
            totals += self.strategy.reduce(tf.distribute.ReduceOp.SUM, sums, axis=None)
        return totals

    def step(self, images: Any, labels: Any) -> Any:
        """Make one step on this replica's part of a batch."""
        variables = self.model.trainable_variables
        replica = tf.distribute.get_replica_context()
        count = replica.all_reduce(tf.distribute.ReduceOp.SUM, tf.cast(len(images), tf.float32))
        # What is no digit has ten equal labels, and no right answer.
        is_digit = tf.reduce_max(labels, 1) > tf.reduce_min(labels, 1)
        labels = self.taught(images, labels, is_digit)
        with tf.GradientTape() as tape:
            answers = self.model(images, training=True)
            losses = keras.losses.categorical_crossentropy(labels, answers)
            # The optimizer adds up the replicas' gradients.
            loss = tf.reduce_sum(losses) / count
        self.model.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        hit = is_digit & (tf.argmax(answers, 1) == tf.argmax(labels, 1))
        counts = [tf.reduce_sum(tf.cast(which, tf.float32)) for which in (hit, is_digit)]
        return tf.stack([tf.reduce_sum(losses), tf.cast(len(images), tf.float32), *counts])

    def taught(self, images: Any, labels: Any, is_digit: Any) -> Any:
        """Blend the labels (B, 10) of digits with what the teachers say of these very images, on average.

        Hinton, Vinyals, Dean: Distilling the knowledge in a neural network (2015).
        """
        if not self.teachers:
            return labels
        said = tf.add_n([teacher(images, training=False) for teacher in self.teachers]) / len(self.teachers)
        return tf.where(is_digit[:, tf.newaxis], labels + self.lesson * (said - labels), labels)
