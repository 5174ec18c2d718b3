import json

import keras
import numpy as np
import pytest

from edgedigits.errors import RunError
from edgedigits.training.model import build_model
from edgedigits.training.recipes import FAST
from edgedigits.training.runs import Run, start
from edgedigits_export.networks.network import load_network


@pytest.fixture
def run(trained, tmp_path):
    """A run folder without a model."""
    run = Run(tmp_path / "run")
    start(run, recipe=FAST, data=trained.data, force=False)
    return run


def test_recipe_and_seed_come_from_the_run(trained):
    assert (trained.network.recipe, trained.network.seed) == ("fast", FAST.seed)


def test_answers_are_those_of_the_model(trained):
    patches = trained.data.test.images[:7]
    expected = trained.network.model.predict(patches[..., None] / 255, verbose=0)
    assert np.allclose(trained.network.answers(patches), expected, atol=1e-6)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(RunError, match="holds no run; `edgedigits train` makes one"):
        load_network(Run(tmp_path))


def test_a_run_that_is_not_finished_is_refused(run):
    with pytest.raises(RunError, match=r"has no model\.keras yet; finish it with `edgedigits train --resume`"):
        load_network(run)


def test_a_damaged_model_is_refused_in_one_line(run):
    run.model.write_bytes(b"damaged")
    with pytest.raises(RunError, match=r"model\.keras cannot be loaded") as caught:
        load_network(run)
    assert "\n" not in str(caught.value)


def test_a_network_of_another_architecture_is_refused(run):
    keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)]).save(run.model)
    with pytest.raises(
        RunError, match=r"holds Flatten\(\), Dense\(784x10 linear\); expected .*Conv2D\(3x3x1x32 relu\)"
    ):
        load_network(run)


def test_another_activation_is_another_architecture(run):
    model = build_model()
    model.layers[0].activation = keras.activations.tanh
    model.save(run.model)
    with pytest.raises(RunError, match=r"Conv2D\(3x3x1x32 tanh\)"):
        load_network(run)


def test_a_damaged_recipe_is_refused(run):
    run.recipe.write_text(json.dumps({"recipe": 3}))
    with pytest.raises(RunError):
        load_network(run)
