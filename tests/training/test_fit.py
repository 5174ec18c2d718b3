from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from edgedigits.errors import DataError, RunError
from edgedigits.training.data import Mnist, load_mnist
from edgedigits.training.fit import compiled_model, fit, has_stalled
from edgedigits.training.pipeline import training_batches
from edgedigits.training.progress import Listeners
from edgedigits.training.recipes import FAST, NOTEBOOK, ROBUST
from edgedigits.training.state import restore_state, save_state

if TYPE_CHECKING:
    from pathlib import Path

    from edgedigits.training.progress import Progress

TINY = dataclasses.replace(ROBUST, epochs=2, batch_size=64)


def same(first: object, second: object) -> bool:
    pairs = zip(first.get_weights(), second.get_weights(), strict=True)
    return all(np.array_equal(one, other) for one, other in pairs)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(mnist: Mnist) -> None:
    first, history = fit(TINY, data=mnist)
    again, _ = fit(TINY, data=mnist)
    other = compiled_model(dataclasses.replace(TINY, seed=1), steps=5)
    assert [row["epoch"] for row in history] == [1, 2]
    assert same(first, again)
    assert not same(compiled_model(TINY, steps=5), other)


def test_training_learns(mnist: Mnist) -> None:
    recipe = dataclasses.replace(FAST, epochs=8, batch_size=16)
    _, history = fit(recipe, data=mnist)
    assert history[-1]["val_accuracy"] > 0.5


def test_listeners_hear_of_steps_and_epochs(mnist: Mnist) -> None:
    heard: list[Progress] = []
    rows: list[int] = []
    small = dataclasses.replace(TINY, batch_size=16, drawn=0.0)
    fit(
        small,
        data=mnist,
        listeners=Listeners(epoch=lambda _, history: rows.append(len(history)), progress=heard.append),
    )
    assert [(p.epoch, p.step, p.epoch_ended) for p in heard] == [
        (1, 16, False), (1, 17, False), (1, 17, True), (2, 16, False), (2, 17, False), (2, 17, True)
    ]  # fmt: skip
    assert set(heard[-1].metrics) == {"accuracy", "loss", "val_accuracy", "val_loss"}
    assert rows == [1, 2]


def test_a_stalled_training_stops_early(mnist: Mnist) -> None:
    # A rate that leaps: some epoch is worse than the one before it.
    hopeless = dataclasses.replace(NOTEBOOK, epochs=30, learning_rate=1.0, patience=1)
    _, history = fit(hopeless, data=mnist)
    assert 2 <= len(history) < 30
    assert history[-1]["val_loss"] >= history[-2]["val_loss"]


def test_training_equals_keras_own_fit(mnist: Mnist) -> None:
    plain = dataclasses.replace(NOTEBOOK, epochs=2, batch_size=50)
    ours, history = fit(plain, data=mnist)
    theirs = compiled_model(plain, steps=6)
    theirs.compile(theirs.optimizer, loss="categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    batches = training_batches(mnist.train, recipe=plain)
    known = theirs.fit(batches, steps_per_epoch=6, epochs=2, verbose=0, shuffle=False).history
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.allclose(one, other, atol=1e-5)
    assert [row["loss"] for row in history] == pytest.approx(known["loss"], abs=1e-5)
    assert [row["accuracy"] for row in history] == pytest.approx(known["accuracy"])


@pytest.mark.parametrize(
    ("losses", "patience", "stalled"),
    [
        ([], 1, False),
        ([3, 2, 1], 1, False),
        ([1, 2], 1, True),
        ([1, 2], 2, False),
        ([2, 1, 3, 3], 2, True),
        ([1, 2], None, False),
    ],
)
def test_patience_counts_epochs_since_the_lowest_loss(
    losses: list[float], patience: int | None, *, stalled: bool
) -> None:
    assert has_stalled([{"val_loss": loss} for loss in losses], patience=patience) is stalled


def test_early_stopping_needs_validation_images(archive: Path) -> None:
    with pytest.raises(DataError, match=r"early stopping needs validation images, and a validation split of 0.0"):
        fit(dataclasses.replace(TINY, validation_split=0.0, patience=1), data=load_mnist(archive, validation_split=0.0))


def test_training_needs_images(archive: Path) -> None:
    with pytest.raises(DataError, match="no images are left to train on"):
        fit(TINY, data=load_mnist(archive, limit=1, validation_split=0.9))


def test_averaging_ends_with_other_weights_than_the_last_step(mnist: Mnist, tmp_path: Path) -> None:
    averaged = dataclasses.replace(TINY, average=0.5)
    model, _ = fit(
        averaged, data=mnist, listeners=Listeners(epoch=lambda m, h: save_state(tmp_path / "s.npz", model=m, history=h))
    )
    last = compiled_model(TINY, steps=5)
    restore_state(tmp_path / "s.npz", model=last)
    assert not same(model, last)


def test_a_state_restores_weights_optimizer_and_history(mnist: Mnist, tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    model, _ = fit(TINY, data=mnist)
    save_state(path, model=model, history=[{"epoch": 1, "loss": 0.5}])
    restored = compiled_model(dataclasses.replace(TINY, seed=5), steps=5)
    assert restore_state(path, model=restored) == [{"epoch": 1, "loss": 0.5}]
    assert same(model, restored)
    assert int(restored.optimizer.iterations) == int(model.optimizer.iterations) > 0


def test_a_broken_state_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    path.write_bytes(b"PK\3\4 nothing more")
    with pytest.raises(RunError, match=r"cannot be resumed from .* start again with --force"):
        restore_state(path, model=compiled_model(TINY, steps=5))


def test_a_state_of_another_optimizer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    save_state(path, model=compiled_model(NOTEBOOK, steps=5), history=[])
    with pytest.raises(RunError, match="is of another network or optimizer"):
        restore_state(path, model=compiled_model(TINY, steps=5))
