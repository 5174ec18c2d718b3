"""Batches for training, the same ones for the same seed, from any epoch on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from edgedigits.strokes import drawn_patches
from edgedigits.training.augment import augment
from edgedigits.training.data import Split
from edgedigits.training.model import scaled

if TYPE_CHECKING:
    from edgedigits.training.recipes import Recipe


def with_drawn(split: Split, *, recipe: Recipe) -> Split:
    """Append the recipe's share of drawn digits."""
    images, labels = drawn_patches(round(recipe.drawn * len(split)), seed=recipe.seed)
    return Split(images=np.concatenate([split.images, images]), labels=np.concatenate([split.labels, labels]))


def epoch_images(split: Split, *, recipe: Recipe) -> int:
    """Return how many images an epoch shows."""
    return max(1, round(recipe.passes * len(split)))


def epoch_steps(split: Split, *, recipe: Recipe) -> int:
    """Return how many batches an epoch has; the last one may be smaller."""
    return math.ceil(epoch_images(split, recipe=recipe) / recipe.batch_size)


def training_batches(split: Split, *, recipe: Recipe, first_epoch: int = 0) -> Any:
    """Yield the batches of all epochs from ``first_epoch`` on.

    Order and augmentation are drawn from the seed, the epoch and the step, so that a resumed training sees what an
    uninterrupted one would have seen.

    Returns:
        A dataset of images (B, 28, 28, 1) float32 in [0, 1] and smoothed one-hot labels (B, 10) float32.

    """
    count, steps = epoch_images(split, recipe=recipe), epoch_steps(split, recipe=recipe)
    images, labels = tf.constant(split.images), tf.constant(split.labels)

    def rows_of(epoch: Any) -> Any:
        passes = [shuffled(len(split), seed=(recipe.seed, epoch, turn)) for turn in range(math.ceil(recipe.passes))]
        batches = tf.data.Dataset.from_tensor_slices(tf.concat(passes, 0)[:count]).batch(recipe.batch_size)
        return batches.enumerate(start=epoch * steps)

    def batch(step: Any, rows: Any) -> tuple[Any, Any]:
        chosen = scaled(tf.gather(images, rows))
        if recipe.augmentation is not None:
            chosen = augment(
                chosen, seed=tf.stack([tf.cast(recipe.seed, tf.int64), step]), strength=recipe.augmentation
            )
        one_hot = tf.one_hot(tf.gather(labels, rows), 10)
        return chosen, one_hot * (1.0 - recipe.label_smoothing) + recipe.label_smoothing / 10

    epochs = tf.data.Dataset.range(first_epoch, recipe.epochs)
    return epochs.flat_map(rows_of).map(batch, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def shuffled(count: int, *, seed: tuple[int, Any, int]) -> Any:
    """Return the numbers below ``count`` in random order."""
    first, *rest = seed
    state = tf.constant([first, 0], tf.int64)
    for number in rest:
        state = tf.random.fold_in(state, number)
    return tf.random.experimental.stateless_shuffle(tf.range(count), seed=state)
