import keras
import numpy as np
import pytest

from edgedigits.backends.detectors.base import scaled
from edgedigits.bundle.detector import CHANNELS, HEADS, STRIDE_PX
from edgedigits_camera.detection import maps
from edgedigits_camera.detection.pyramid import ALIGN_PX
from edgedigits_export.detecting.equal import STREAMS, equalised, gains, largest_values
from edgedigits_export.detecting.network import build, folded, folded_weights, from_weights


@pytest.fixture(scope="module")
def model():
    """A detector whose weights, and what its normalisations have seen, are random."""
    rng = np.random.default_rng(3)
    model = build()
    for layer in model.layers:
        layer.set_weights([weight + rng.normal(0, 0.1, weight.shape) for weight in layer.get_weights()])
        if isinstance(layer, keras.layers.BatchNormalization):
            *rest, variance = layer.get_weights()
            layer.set_weights([*rest, np.abs(variance)])
    return model


@pytest.fixture(scope="module")
def canvas():
    return np.random.default_rng(4).integers(1, 256, (32, 48)).astype(np.uint8)


def test_core_and_camera_mean_the_same_maps():
    assert (CHANNELS, STRIDE_PX) == (maps.CHANNELS, maps.STRIDE_PX)
    assert ALIGN_PX == 16
    assert list(HEADS) == ["heat", "box", "kind"]
    assert (maps.HEAT, maps.X, maps.HEIGHT, maps.LIGHT) == (0, 1, 4, 5)


def test_the_folded_network_answers_as_the_trained_one(model, canvas):
    said, trained = folded(model)(scaled(canvas)), np.asarray(model(scaled(canvas)))
    together = np.concatenate([np.asarray(said[name]) for name in HEADS], axis=-1)
    assert together.shape == (1, 8, 12, 17)
    assert trained.std() > 0.1
    assert np.abs(together - trained).max() < 1e-4 * np.abs(trained).max()


def test_the_folded_network_has_no_normalisation_and_its_heads_their_channels(model):
    made = folded(model, height=64, width=64)
    assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in made.layers)
    assert {name: made.get_layer(name).filters for name in HEADS} == HEADS
    assert set(folded_weights(model)) == {layer.name for layer in made.layers if layer.weights}


def test_channels_of_like_ranges_give_the_same_answers(model, canvas):
    rng = np.random.default_rng(5)
    windows = [scaled(rng.integers(1, 256, (32, 32)).astype(np.uint8)) for _ in range(4)]
    weights = folded_weights(model)
    other = equalised(weights, windows)
    assert not np.allclose(other["eighth"][0], weights["eighth"][0])
    before, after = (from_weights(each)(scaled(canvas)) for each in (weights, other))
    for name in HEADS:
        assert np.abs(before[name] - after[name]).max() < 1e-4 * np.abs(before[name]).max()

    before, after = (largest_values(each, windows) for each in (weights, other))
    for name in STREAMS:
        alive = before[name] > 0.05 * before[name].max()
        ratios = [np.log(each[name][alive] / each[name].max()) for each in (before, after)]
        assert np.allclose(ratios[1], ratios[0] / 4, atol=0.02)


def test_every_convolution_but_the_first_reads_a_channel_that_is_scaled_and_every_one_but_the_heads_writes_one(model):
    arounds = {name: ((name,), (name.removesuffix("_around"),)) for name in folded_weights(model) if "around" in name}
    writers, readers = ([name for pair in (STREAMS | arounds).values() for name in pair[side]] for side in (0, 1))
    assert sorted(writers) == sorted(set(folded_weights(model)) - set(HEADS))
    assert sorted(readers) == sorted(set(folded_weights(model)) - {"half"})


def test_a_channel_that_is_never_on_is_scaled_by_no_more_than_the_most():
    assert gains(np.array([8, 4, 0], np.float32)).tolist() == [1, 2**0.75, 16]


def test_weights_of_one_size_serve_another(model, canvas, tmp_path):
    model.save_weights(tmp_path / "detector.weights.h5")
    other = build(height=32, width=48, batch=1)
    other.load_weights(tmp_path / "detector.weights.h5")
    assert np.allclose(np.asarray(other(scaled(canvas))), np.asarray(model(scaled(canvas))), atol=1e-4)
