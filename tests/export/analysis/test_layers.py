import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edgedigits.errors import ParityError
from edgedigits.training.model import build_model
from edgedigits_export.analysis.layer_outputs import LAYERS, WEIGHTED
from edgedigits_export.analysis.layers import compare_layers, ratio_db
from edgedigits_export.convert import tflite
from edgedigits_export.convert.calibration import Calibration
from edgedigits_export.formats import FORMATS
from edgedigits_export.networks.network import Network


@pytest.fixture(scope="module")
def patches(trained):
    """Some training images."""
    return trained.data.train.images[:8]


@pytest.fixture(scope="module")
def files(exported):
    """Paths of the float32 and the int8 file."""
    return exported.bundle.folder / "model_float32.tflite", exported.bundle.folder / "model_int8.tflite"


def with_negative(network, layer):
    """The network with the weights of one layer negated."""
    model = build_model()
    model.set_weights(network.model.get_weights())
    kernel, bias = model.get_layer(layer).get_weights()
    model.get_layer(layer).set_weights([-kernel, bias])
    return Network(model, recipe="fast", seed=0)


def test_a_tenth_of_noise_is_20_db():
    assert ratio_db(np.ones(5), np.full(5, 0.9)) == pytest.approx(20)
    assert ratio_db(np.ones(5), np.full(5, 2.0)) == pytest.approx(0)
    assert ratio_db(np.ones(5), np.ones(5)) is None


def test_a_file_keeps_all_of_itself(files, patches):
    layers = compare_layers(files[0], files[0], patches)
    assert tuple(layer.name for layer in layers) == LAYERS
    assert all(layer.signal_db is None and layer.weights_db is None for layer in layers)


@pytest.fixture
def write(trained, tmp_path):
    """Write the file of a network in a format."""

    def written(network, name):
        content = FORMATS[name].convert(network, Calibration(trained.data, 50))
        path = tmp_path / Path(FORMATS[name].file).name
        path.write_bytes(content if isinstance(content, bytes) else content[FORMATS[name].file])
        return path

    return written


@pytest.mark.parametrize("name", ["int8", "onnx-int8", "c"])
def test_eight_bits_keep_most_of_every_layer(files, patches, trained, write, name):
    layers = {layer.name: layer for layer in compare_layers(files[0], write(trained.network, name), patches)}
    assert tuple(layers) == LAYERS
    assert all(15 < layer.signal_db < 80 for layer in layers.values())
    assert {each for each, layer in layers.items() if layer.weights_db is not None} == set(WEIGHTED)
    for weights, kernel in trained.network.weights().items():
        layer, part = weights.split("/")
        if part == "kernel":
            assert (layers[layer].weights_low, layers[layer].weights_high) == (kernel.min(), kernel.max())
            assert 30 < layers[layer].weights_db < 60
    assert (layers["conv1"].low, layers["softmax"].low >= 0) == (0, True)


@pytest.mark.parametrize("name", ["int8", "onnx-int8", "c"])
def test_a_spoilt_layer_is_the_first_that_loses_its_signal_in_every_kind_of_file(files, patches, trained, write, name):
    for spoilt in ("conv2", "dense1"):
        path = write(with_negative(trained.network, spoilt), name)
        layers = {layer.name: layer for layer in compare_layers(files[0], path, patches)}
        assert all(layers[before].signal_db > 15 for before in LAYERS[: LAYERS.index(spoilt)])
        assert layers[spoilt].signal_db < 3
        assert {each for each in WEIGHTED if layers[each].weights_db < 0} == {spoilt}


def test_an_onnx_file_whose_layers_stand_otherwise_is_one_line(files, patches, exported):
    path = exported.bundle.folder / "model_float32.onnx"
    with pytest.raises(ParityError, match=r"cannot be compared: .* has the operators Reshape, Conv, Relu, .*expected"):
        compare_layers(files[0], path, patches)


def test_a_layer_with_spoilt_weights_is_the_first_that_loses_its_signal(files, patches, trained, tmp_path):
    spoilt = tmp_path / "spoilt.tflite"
    spoilt.write_bytes(tflite.float32(with_negative(trained.network, "conv2")))
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
        "import sys; from edgedigits_export.analysis.layers import main; main(*sys.argv[1:]);"
        "assert not {'tensorflow', 'keras', 'onnx'} & set(sys.modules)"
    )
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    command = [sys.executable, "-c", code, *files, tmp_path / "patches.npy"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True)
    assert len(json.loads(done.stdout)) == len(LAYERS)
