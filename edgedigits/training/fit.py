"""Fitting a recipe to data.

The loop is our own and not Keras's ``fit``, which fails with workers on several machines (Keras 3.15 reduces a batch's
images and labels as one tuple, which TensorFlow's collectives refuse). A test holds that both end with equal weights.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from edgedigits.errors import DataError
from edgedigits.training.model import build_model, probabilities
from edgedigits.training.optimizers import make_optimizer
from edgedigits.training.pipeline import epoch_steps, training_batches, with_drawn
from edgedigits.training.progress import NOBODY, History, Listeners, Progress
from edgedigits.training.scores import score
from edgedigits.training.state import restore_state
from edgedigits.training.steps import StepFunction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edgedigits.training.data import Mnist, Split
    from edgedigits.training.recipes import Recipe

# Batches between two returns to Python.
STEPS_PER_CALL = 16


def fit(
    recipe: Recipe,
    *,
    data: Mnist,
    resume_from: Path | None = None,
    strategy: Any = None,
    listeners: Listeners = NOBODY,
) -> tuple[Any, History]:
    """Train the documented network; of the data, only the training and validation splits are seen.

    Args:
        recipe: all numbers.
        data: MNIST.
        resume_from: a saved state to go on from.
        strategy: a ``tf.distribute`` strategy; None trains on one device.
        listeners: who hears about the progress.

    Returns:
        The Keras model, with averaged weights where the recipe averages, and a row of metrics for each epoch.

    Raises:
        DataError: there are no images to train on, or none to decide an early stop by.
        RunError: the state does not fit.

    """
    check(recipe, data=data)
    strategy = strategy or tf.distribute.get_strategy()
    train = with_drawn(data.train, recipe=recipe)
    steps = epoch_steps(train, recipe=recipe)
    with strategy.scope():
        model = compiled_model(recipe, steps=steps)
        history = restore_state(resume_from, model=model) if resume_from else []
    dataset = training_batches(train, recipe=recipe, first_epoch=len(history))
    batches = iter(strategy.experimental_distribute_dataset(dataset))
    run = StepFunction(model, strategy=strategy)
    while len(history) < recipe.epochs and not has_stalled(history, patience=recipe.patience):
        started_s = time.perf_counter()
        position = Progress(len(history) + 1, recipe.epochs, 0, steps, recipe.batch_size, {})
        metrics = train_epoch(run, batches, position=position, listeners=listeners)
        with averaged(model):
            metrics |= validate(model, data.validation)
        history.append({"epoch": position.epoch, **metrics, "time_s": time.perf_counter() - started_s})
        if listeners.epoch:
            listeners.epoch(model, history)
        if listeners.progress:
            listeners.progress(replace(position, step=steps, metrics=metrics, epoch_ended=True))
    model.optimizer.finalize_variable_values(model.trainable_variables)
    return model, history


def train_epoch(run: StepFunction, batches: Any, *, position: Progress, listeners: Listeners) -> dict[str, float]:
    """Train for one epoch and return its metrics."""
    totals = np.zeros(3)
    metrics: dict[str, float] = {}
    for first in range(0, position.steps, STEPS_PER_CALL):
        count = min(STEPS_PER_CALL, position.steps - first)
        totals += run(batches, count)
        loss, hits, images = totals.tolist()
        metrics = {"accuracy": hits / images, "loss": loss / images}
        if listeners.progress:
            listeners.progress(replace(position, step=first + count, metrics=metrics))
    return metrics


def validate(model: Any, split: Split) -> dict[str, float]:
    """Return accuracy and loss, nothing where there are no images to validate with."""
    if not len(split):
        return {}
    scores = score(probabilities(model, split.images), labels=split.labels)
    return {"val_accuracy": scores.accuracy, "val_loss": scores.loss}


@contextlib.contextmanager
def averaged(model: Any) -> Iterator[None]:
    """Put the averaged weights in place for a while, where the optimizer averages."""
    kept = [variable.numpy() for variable in model.trainable_variables]
    model.optimizer.finalize_variable_values(model.trainable_variables)
    yield
    for variable, value in zip(model.trainable_variables, kept, strict=True):
        variable.assign(value)


def has_stalled(history: History, *, patience: int | None) -> bool:
    """Tell whether the last ``patience`` epochs brought no lower validation loss."""
    if patience is None or not history:
        return False
    losses = [row["val_loss"] for row in history]
    return len(losses) - 1 - losses.index(min(losses)) >= patience


def check(recipe: Recipe, *, data: Mnist) -> None:
    """Refuse to train without images, or to stop early without validation images."""
    if not len(data.train):
        raise DataError(f"no images are left to train on after a validation split of {recipe.validation_split}")
    if recipe.patience is not None and not len(data.validation):
        raise DataError(
            f"early stopping needs validation images, and a validation split of {recipe.validation_split} leaves none"
        )


def compiled_model(recipe: Recipe, *, steps: int) -> Any:
    """Build the network with the recipe's optimizer, for epochs of ``steps`` batches; the seed decides the weights."""
    keras.utils.set_random_seed(recipe.seed)
    model = build_model()
    model.compile(optimizer=make_optimizer(recipe, steps=steps), jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    return model
