"""Which optimizer a recipe gets, and what Muon does to kernels."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest

from edgedigits.training.fit import compiled_model
from edgedigits.training.model import build_model
from edgedigits.training.optimizers import KernelMuon, make_optimizer
from edgedigits.training.recipes import FAST, NOTEBOOK, ROBUST


def test_each_recipe_gets_its_optimizer():
    decayed = replace(NOTEBOOK, weight_decay=0.01)
    kinds = [type(make_optimizer(recipe, steps=10)) for recipe in (NOTEBOOK, decayed, FAST, ROBUST)]
    assert kinds == [keras.optimizers.Adam, keras.optimizers.AdamW, KernelMuon, KernelMuon]


def test_muon_takes_every_kernel_but_the_last_layers():
    model = compiled_model(ROBUST, steps=10)
    by_muon = [v.path for v in model.trainable_variables if not model.optimizer._should_use_adamw(v)]
    assert [path.split("/")[-2] for path in by_muon] == ["conv1", "conv2", "conv3", "dense1"]
    assert all(path.endswith("kernel") for path in by_muon)


@pytest.mark.parametrize("layer", ["conv2", "dense1"])
def test_a_step_of_muon_moves_all_directions_of_a_kernel_alike(layer):
    model = build_model()
    kernel = model.get_layer(layer).kernel
    optimizer = KernelMuon(0.1, weight_decay=0.0, adam_weight_decay=0.0)
    optimizer.build([kernel])
    before = kernel.numpy()
    # A gradient that is a hundred times as steep in one direction as in the others.
    matrix = np.random.default_rng(0).normal(size=(before.size // before.shape[-1], before.shape[-1]))
    matrix[:, 0] *= 100
    optimizer.apply([matrix.reshape(before.shape).astype(np.float32)])
    step = np.linalg.svd((kernel.numpy() - before).reshape(matrix.shape), compute_uv=False)
    gradient = np.linalg.svd(matrix, compute_uv=False)
    assert gradient[0] / gradient[-1] > 50
    # Five steps of Newton and Schulz bring the singular values to between 0.7 and 1.2.
    assert step[0] / step[-1] < 2


@pytest.mark.parametrize("shape", [(9, 32), (576, 64), (64, 64)])
def test_the_orthogonal_matrix_is_that_of_keras(shape):
    matrix = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    matrix[:, : shape[1] // 2] *= 1e-3
    matrix[:, -1] = matrix[:, -2]  # no full rank
    ours, theirs = (kind(0.1).zeropower_via_newtonschulz5(matrix, 5) for kind in (KernelMuon, keras.optimizers.Muon))
    assert np.abs(theirs).max() > 0.1
    assert np.allclose(ours, theirs, atol=1e-4)


def test_a_schedule_rises_to_its_peak_and_falls_to_nothing():
    recipe = replace(ROBUST, epochs=10, warmup_epochs=1.0)
    rate = make_optimizer(recipe, steps=100)._learning_rate
    assert float(rate(100)) == pytest.approx(recipe.learning_rate)
    assert float(rate(50)) == pytest.approx(recipe.learning_rate / 2)
    assert float(rate(1000)) == pytest.approx(0, abs=1e-9)
