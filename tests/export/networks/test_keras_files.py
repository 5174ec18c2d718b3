"""Keras files of others: of old versions, and none that runs what came with it."""

import json

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from edgedigits.errors import ExportError
from edgedigits_export.networks import keras_files
from tests.export.networks.made import write_keras2


def before_2_4(path, *, as_list):
    """Take the input layer out of an HDF5 file, as Keras wrote it before 2.4; the shape stays in the first layer."""
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        rest = config["config"]["layers"][1:]
        config["config"] = rest if as_list else config["config"] | {"layers": rest}
        file.attrs["model_config"] = json.dumps(config)


@pytest.mark.parametrize("as_list", [False, True], ids=["2.3", "2.2"])
def test_a_file_whose_first_layer_has_the_shape_is_loaded(trained, tmp_path, as_list):
    path = tmp_path / "old.h5"
    write_keras2(path, trained.network.model)
    before_2_4(path, as_list=as_list)
    content = path.read_bytes()
    foreign = keras_files.read(path)
    images = trained.data.test.images[:20, ..., None].astype(np.float32) / 255
    assert np.abs(np.asarray(foreign(images)) - trained.network.answers(images[..., 0] * 255)).max() < 1e-5
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_a_lambda_layer_is_refused_by_its_name(tmp_path, name):
    ran = []
    running = layers.Lambda(lambda x: ran.append(1) or x, name="mine")
    model = keras.Sequential([keras.Input((28, 28, 1)), running, layers.Flatten(), layers.Dense(10)])
    model.save(tmp_path / name)
    ran.clear()
    with pytest.raises(ExportError, match="its layer mine is a Lambda, which runs code that came with it"):
        keras_files.read(tmp_path / name)
    assert not ran


def test_a_lambda_layer_is_found_inside_of_others(tmp_path):
    inner = keras.Sequential([keras.Input((28, 28, 1)), layers.Lambda(lambda x: x, name="deep"), layers.Flatten()])
    keras.Sequential([keras.Input((28, 28, 1)), inner, layers.Dense(10)]).save(tmp_path / "model.keras")
    with pytest.raises(ExportError, match="its layer deep is a Lambda"):
        keras_files.read(tmp_path / "model.keras")
