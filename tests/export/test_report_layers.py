import json
import subprocess
import sys

import numpy as np
import pytest

from edgedigits.errors import ParityError
from edgedigits.training.model import build_model
from edgedigits_export import tflite
from edgedigits_export.layers import LAYERS, WEIGHTED, compare_layers, ratio_db
from edgedigits_export.network import Network


@pytest.fixture(scope="module")
def patches(trained):
    """Some training images."""
    return trained.data.train.images[:8]


@pytest.fixture(scope="module")
def files(exported):
    """Paths of the float32 and the int8 file."""
    return exported.bundle.folder / "model_float32.tflite", exported.bundle.folder / "model_int8.tflite"


def test_a_tenth_of_noise_is_20_db():
    assert ratio_db(np.ones(5), np.full(5, 0.9)) == pytest.approx(20)
    assert ratio_db(np.ones(5), np.full(5, 2.0)) == pytest.approx(0)
    assert ratio_db(np.ones(5), np.ones(5)) is None


def test_a_file_keeps_all_of_itself(files, patches):
    layers = compare_layers(files[0], files[0], patches)
    assert tuple(layer.name for layer in layers) == LAYERS
    assert all(layer.signal_db is None and layer.weights_db is None for layer in layers)


def test_int8_keeps_most_of_every_layer(files, patches, trained):
    layers = {layer.name: layer for layer in compare_layers(*files, patches)}
    assert all(15 < layer.signal_db < 80 for layer in layers.values())
    assert {name for name, layer in layers.items() if layer.weights_db is not None} == WEIGHTED
    for name, kernel in trained.network.weights().items():
        layer, part = name.split("/")
        if part == "kernel":
            assert (layers[layer].weights_low, layers[layer].weights_high) == (kernel.min(), kernel.max())
            assert 30 < layers[layer].weights_db < 60
    assert (layers["conv1"].low, layers["softmax"].low >= 0) == (0, True)


def test_a_layer_with_spoilt_weights_is_the_first_that_loses_its_signal(files, patches, trained, tmp_path):
    model = build_model()
    model.set_weights(trained.network.model.get_weights())
    kernel, bias = model.get_layer("conv2").get_weights()
    model.get_layer("conv2").set_weights([-kernel, bias])
    spoilt = tmp_path / "spoilt.tflite"
    spoilt.write_bytes(tflite.float32(Network(model, recipe="fast", seed=0)))
    layers = {layer.name: layer for layer in compare_layers(files[0], spoilt, patches)}
    assert layers["conv1"].signal_db is None
    assert layers["conv2"].signal_db < 3
    assert layers["conv2"].weights_db == pytest.approx(-6.02, abs=0.01)
    assert layers["conv3"].weights_db is None


def test_a_file_that_is_no_network_is_one_line(files, patches, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(b"damaged")
    with pytest.raises(ParityError, match=r"^the layers of model\.tflite cannot be compared: \S.*$"):
        compare_layers(files[0], path, patches)


def test_the_other_process_does_not_load_tensorflow(files, patches, tmp_path):
    np.save(tmp_path / "patches.npy", patches)
    code = (
        "import sys; from edgedigits_export.layers import main; main(*sys.argv[1:]);"
        "assert not {'tensorflow', 'keras', 'onnx'} & set(sys.modules)"
    )
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    command = [sys.executable, "-c", code, *files, tmp_path / "patches.npy"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True)
    assert len(json.loads(done.stdout)) == len(LAYERS)
