import numpy as np
import pytest

from edgedigits.bundle import default_bundle
from edgedigits.errors import ExportError
from edgedigits_export.c.fixedpoint import fixed, softmax
from edgedigits_export.c.network import WEIGHTS, read_network
from edgedigits_export.c.source import array, bytes_of
from edgedigits_export.convert.tflite import quantised


@pytest.fixture(scope="module")
def network():
    """The shipped network in integers."""
    return read_network((default_bundle() / "model_int8.tflite").read_bytes())


def test_every_weight_of_the_file_is_read(network):
    assert {layer.name: layer.weights.shape for layer in network.layers} == WEIGHTS
    assert sum(layer.weights.size + layer.bias.size for layer in network.layers) == 93_322
    assert all(layer.weights.any() and layer.bias.any() for layer in network.layers)


@pytest.mark.parametrize("factor", [1e-9, 2**-31, 0.0123, 0.5, 0.99999, 1 - 2**-31])
def test_a_factor_becomes_the_nearest_multiplier_and_shift(factor):
    found = fixed(factor)
    assert 2**30 <= found.multiplier < 2**31
    assert found.multiplier / 2**31 / 2**found.shift == pytest.approx(factor, rel=2**-31)


@pytest.mark.parametrize("factor", [0.0, 1.0, 7.0, 2**-40])
def test_a_factor_that_the_code_has_no_place_for_is_refused(factor):
    with pytest.raises(ExportError, match=r"factors between scales in 2\*\*-32..1, found"):
        fixed(factor)


def test_the_softmax_counts_every_difference_that_an_exponent_has_room_for():
    constants = softmax(0.04)
    exponent = constants.least * 2**constants.shift * constants.multiplier / 2**31
    assert exponent > -(2**31)
    assert constants.multiplier * 2**constants.shift / 2**31 / 2**26 == pytest.approx(0.04)
    with pytest.raises(ExportError, match="logits of a scale"):
        softmax(1e-12)


def test_a_float_file_is_refused():
    with pytest.raises(ExportError, match=r"C is written for (weights|a file of full integer)"):
        read_network((default_bundle() / "model_float32.tflite").read_bytes())


@pytest.mark.parametrize(("ends", "said"), [("uint8", "found QUANTIZE"), ("int16", "a ReLU and a zero point of -128")])
def test_another_integer_file_is_refused(trained, ends, said):
    images = (image[None, ..., None].astype(np.float32) / 255 for image in trained.data.train.images[:50])
    with pytest.raises(ExportError, match=f"C is written for .*{said}"):
        read_network(quantised(trained.network, images, ends=ends))


@pytest.mark.parametrize("content", [b"", b"no flatbuffer", bytes(1000)])
def test_what_is_no_file_of_tflite_is_refused(content):
    with pytest.raises(ExportError, match="no TFLite file to write C for"):
        read_network(content)


def test_an_array_is_read_back_from_its_text():
    values = np.random.default_rng(0).integers(0, 256, 1000).astype(np.uint8)
    text = array(values, declaration="const uint8_t numbers[]")
    assert bytes_of(text, name="numbers") == values.tobytes()
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("text", ["", "const uint8_t numbers[] = {\n1, 2", "const uint8_t numbers[] = {256};"])
def test_a_broken_array_is_refused(text):
    with pytest.raises(ExportError, match="no whole array numbers"):
        bytes_of(text, name="numbers")
