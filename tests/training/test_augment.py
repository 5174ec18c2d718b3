from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tensorflow as tf

from edgedigits.training import augment as steps
from edgedigits.training.augment import augment
from edgedigits.training.model import scaled
from edgedigits.training.recipes import Augmentation

if TYPE_CHECKING:
    from edgedigits.training.data import Mnist

NONE = Augmentation(**dict.fromkeys((field.name for field in dataclasses.fields(Augmentation)), 0.0))
SEED = (7, 1)


@pytest.fixture(scope="module")
def images(mnist: Mnist) -> tf.Tensor:
    return scaled(mnist.train.images[:64])


def changed(images: tf.Tensor, seed: tuple[int, int] = SEED, **strength: float) -> np.ndarray:
    return augment(images, seed=tf.constant(seed), strength=dataclasses.replace(NONE, **strength)).numpy()


def test_no_strength_changes_nothing(images: tf.Tensor) -> None:
    assert np.allclose(changed(images), images, atol=1e-5)


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Augmentation)])
def test_every_strength_changes_the_images_and_keeps_their_form(images: tf.Tensor, field: str) -> None:
    together = {
        "blur": {"blur_chance": 1.0},
        "blur_chance": {"blur": 1.0},
        "noise": {"noise_chance": 1.0},
        "noise_chance": {"noise": 0.1},
        "black_point": {"levels_chance": 1.0},
        "white_point": {"levels_chance": 1.0},
        "levels_chance": {"black_point": 0.3},
        "marker_chance": {"thicker": 1.0},
    }
    partners = together.get(field, {})
    result = changed(images, **partners, **{field: 1.0 if field.endswith("chance") else getattr(Augmentation(), field)})
    assert not np.allclose(result, changed(images, **(partners | {field: 0.0})), atol=1e-3)
    assert result.shape == images.shape
    assert result.dtype == np.float32
    assert result.min() >= 0
    assert result.max() <= 1


def test_the_same_seed_gives_the_same_images_and_another_seed_others(images: tf.Tensor) -> None:
    strength = dataclasses.asdict(Augmentation())
    assert np.array_equal(changed(images, **strength), changed(images, **strength))
    assert not np.allclose(changed(images, **strength), changed(images, seed=(7, 2), **strength))


def test_a_shift_moves_all_ink_by_as_much() -> None:
    dot = np.zeros((1, 28, 28, 1), np.float32)
    dot[0, 14, 10] = 1
    grid = np.stack(np.meshgrid(np.arange(28), np.arange(28)), -1).reshape(1, -1, 2).astype(np.float32)
    moved = steps.sample(tf.constant(dot), tf.constant(grid) + tf.constant([3.0, -2.0])).numpy()
    assert np.argwhere(moved[0, ..., 0]).tolist() == [[16, 7]]


def test_points_outside_read_no_ink() -> None:
    full = tf.ones((1, 28, 28, 1))
    outside = tf.fill((1, 784, 2), -40.0)
    assert not steps.sample(full, outside).numpy().any()


def test_pens_make_strokes_thicker_and_thinner(images: tf.Tensor) -> None:
    ink = np.mean(images, axis=(1, 2, 3))
    assert (changed(images, thicker=1.0).mean(axis=(1, 2, 3)) >= ink - 1e-6).all()
    assert (changed(images, thinner=1.0).mean(axis=(1, 2, 3)) <= ink + 1e-6).all()


def test_augmented_digits_stay_in_the_picture(images: tf.Tensor) -> None:
    warped = changed(images, rotation_deg=13.0, shear=0.25, scale=0.12, aspect=0.16, shift_px=1.5, elastic_px=1.0)
    border = np.ones((28, 28, 1), bool)
    border[1:-1, 1:-1] = False
    assert (warped[:, border[..., 0]].sum(axis=(1, 2)) > 0.05 * warped.sum(axis=(1, 2, 3))).mean() < 0.05
