"""The losses are those of the papers, and look away where they should."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the extra `export` is not installed")
pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

import tensorflow as tf

from edgedigits_camera.detection.maps import CHANNELS
from edgedigits_export.detecting.crops import TARGETS
from edgedigits_export.detecting.learning import LOSSES, focal, losses


def maps():
    """Answers and targets of one crop of 4 by 4 cells: a middle, a cell beside it, one that counts neither way."""
    rng = np.random.default_rng(2)
    answers = rng.normal(size=(1, 4, 4, CHANNELS)).astype(np.float32)
    targets = np.zeros((1, 4, 4, TARGETS), np.float32)
    targets[..., 1] = 1
    targets[0, 3, 3, 1] = 0
    targets[0, 1, 1] = (1, 1, 1.0, 0.2, -0.1, 0.3, 0.4, 1, 0, 7)
    targets[0, 1, 2] = (0.6, 1, 0.3, -0.8, -0.1, 0.3, 0.4, 1, 0, 7)
    return answers, targets


def test_the_focal_loss_is_the_papers():
    answers, targets = maps()
    logits, heat, weight = answers[0, ..., 0].astype(float), targets[0, ..., 0].astype(float), targets[0, ..., 1]
    said = 1 / (1 + np.exp(-logits))
    expected = 0.0
    for p, y, w in zip(said.flat, heat.flat, weight.flat, strict=True):
        expected -= (1 - p) ** 2 * np.log(p) if y == 1 else w * (1 - y) ** 4 * p**2 * np.log(1 - p)
    found = focal(answers[..., 0], targets[..., 0], targets[..., 1])
    assert float(found) == pytest.approx(expected, rel=1e-4)


def test_the_other_losses_are_weighted_means():
    answers, targets = maps()
    found = dict(zip(LOSSES, losses(tf.constant(answers), tf.constant(targets)).numpy().tolist(), strict=True))
    box = light = digit = 0.0
    for column in (1, 2):
        answer, target = answers[0, 1, column].astype(float), targets[0, 1, column].astype(float)
        box += target[2] * (np.abs(answer[1:5] - target[3:7]) * (0.5, 0.5, 1, 1)).sum()
        light += target[2] * np.log(1 + np.exp(-answer[5]))
        digit += target[2] * (np.log(np.exp(answer[7:]).sum()) - answer[7 + 7])
    for name, expected in (("box", box), ("light", light), ("digit", digit)):
        assert found[name] == pytest.approx(expected / 1.3, rel=1e-4), name


def test_what_has_no_weight_changes_nothing():
    answers, targets = maps()
    other = answers.copy()
    other[0, 3, 3] += 5
    before, after = (losses(tf.constant(each), tf.constant(targets)).numpy() for each in (answers, other))
    assert before == pytest.approx(after)
    other[0, 2, 2, 0] += 5
    assert losses(tf.constant(other), tf.constant(targets)).numpy()[0] > before[0]


def test_a_crop_without_digits_has_a_loss():
    answers, targets = maps()
    targets[..., 0], targets[..., 2:] = 0, 0
    found = losses(tf.constant(answers), tf.constant(targets)).numpy()
    assert found[0] > 0
    assert found[1:].tolist() == [0, 0, 0, 0]
