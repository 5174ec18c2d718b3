from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.training.model import scaled
from edgedigits.training.pipeline import epoch_steps, shuffled, training_batches, with_drawn
from edgedigits.training.recipes import NOTEBOOK, ROBUST

if TYPE_CHECKING:
    from edgedigits.training.data import Mnist

PLAIN = dataclasses.replace(NOTEBOOK, epochs=3, batch_size=64)
AUGMENTED = dataclasses.replace(ROBUST, epochs=3, batch_size=64)


def test_an_epoch_shows_every_image_once(mnist: Mnist) -> None:
    batches = list(training_batches(mnist.train, recipe=dataclasses.replace(PLAIN, epochs=1)))
    assert [len(labels) for _, labels in batches] == [64, 64, 64, 64, 14]
    shown = np.concatenate([images for images, _ in batches])
    expected = scaled(mnist.train.images).numpy()
    assert sorted(map(bytes, shown)) == sorted(map(bytes, expected))


def test_images_and_labels_stay_together(mnist: Mnist) -> None:
    known = {
        bytes(scaled(image).numpy()): label for image, label in zip(mnist.train.images, mnist.train.labels, strict=True)
    }
    images, labels = next(iter(training_batches(mnist.train, recipe=PLAIN)))
    assert [known[bytes(image)] for image in images.numpy()] == labels.numpy().argmax(axis=1).tolist()


def test_every_epoch_has_another_order() -> None:
    first, second = shuffled(100, seed=(0, 0, 0)).numpy(), shuffled(100, seed=(0, 1, 0)).numpy()
    assert sorted(first) == sorted(second) == list(range(100))
    assert not np.array_equal(first, second)


def test_a_later_epoch_is_the_same_whether_or_not_the_earlier_ones_were_drawn(mnist: Mnist) -> None:
    steps = epoch_steps(mnist.train, recipe=AUGMENTED)
    whole = list(training_batches(mnist.train, recipe=AUGMENTED))
    rest = list(training_batches(mnist.train, recipe=AUGMENTED, first_epoch=2))
    assert len(whole) == 3 * steps
    assert len(rest) == steps
    for (images, labels), (same_images, same_labels) in zip(whole[2 * steps :], rest, strict=True):
        assert np.array_equal(images, same_images)
        assert np.array_equal(labels, same_labels)


def test_another_seed_gives_other_batches(mnist: Mnist) -> None:
    images, _ = next(iter(training_batches(mnist.train, recipe=AUGMENTED)))
    others, _ = next(iter(training_batches(mnist.train, recipe=dataclasses.replace(AUGMENTED, seed=1))))
    assert not np.array_equal(images, others)


def test_passes_say_how_many_images_an_epoch_shows(mnist: Mnist) -> None:
    longer = dataclasses.replace(PLAIN, epochs=1, passes=1.25)
    assert sum(len(labels) for _, labels in training_batches(mnist.train, recipe=longer)) == 338
    assert epoch_steps(mnist.train, recipe=longer) == 6


def test_smoothed_labels_sum_to_one(mnist: Mnist) -> None:
    _, labels = next(iter(training_batches(mnist.train, recipe=AUGMENTED)))
    assert np.allclose(labels.numpy().sum(axis=1), 1)
    assert np.allclose(labels.numpy().max(axis=1), 0.95 + 0.05 / 10)


def test_drawn_digits_are_appended(mnist: Mnist) -> None:
    more = with_drawn(mnist.train, recipe=ROBUST)
    assert len(more) == round(len(mnist.train) * (1 + ROBUST.drawn))
    assert len(with_drawn(mnist.train, recipe=NOTEBOOK)) == len(mnist.train)
