from __future__ import annotations

import pytest

from edgedigits.training.model import build_model

TABLE = [
    ("conv1", (26, 26, 32), 320),
    ("pool1", (13, 13, 32), 0),
    ("conv2", (11, 11, 64), 18_496),
    ("pool2", (5, 5, 64), 0),
    ("conv3", (3, 3, 64), 36_928),
    ("flatten", (576,), 0),
    ("dense1", (64,), 36_928),
    ("dense2", (10,), 650),
]


@pytest.mark.parametrize(("row", "name", "shape", "parameters"), [(row, *entry) for row, entry in enumerate(TABLE)])
def test_each_layer_has_the_documented_shape_and_parameters(
    row: int, name: str, shape: tuple[int, ...], parameters: int
) -> None:
    layer = build_model().layers[row]
    assert (layer.name, tuple(layer.output.shape[1:]), layer.count_params()) == (name, shape, parameters)


def test_the_network_has_these_layers_and_93322_parameters() -> None:
    model = build_model()
    assert len(model.layers) == len(TABLE)
    assert model.count_params() == 93_322
    assert model.input_shape == (None, 28, 28, 1)


def test_activations_are_relu_and_softmax() -> None:
    activations = {
        layer.name: layer.activation.__name__ for layer in build_model().layers if hasattr(layer, "activation")
    }
    relu = dict.fromkeys(("conv1", "conv2", "conv3", "dense1"), "relu")
    assert activations == relu | {"dense2": "softmax"}
