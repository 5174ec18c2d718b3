"""What stands in front of a network of others and behind it, and that every exported file holds it."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from typer.testing import CliRunner

from edgedigits.backends import open_file
from edgedigits.cli import app
from edgedigits.errors import ExportError, ParityError
from edgedigits_export import recalibration
from edgedigits_export.bundling import Settings, export_network
from edgedigits_export.convert import tflite
from edgedigits_export.formats import FORMATS
from edgedigits_export.networks import imported
from edgedigits_export.networks.imported import load_foreign
from edgedigits_export.networks.pixels import Pixels
from edgedigits_export.selection import chosen
from tests.export.networks.made import around

RAW, CENTRED, INVERTED = layers.Rescaling(1 / 255), layers.Rescaling(0.5, offset=0.5), layers.Rescaling(-1, offset=1)


class Columns(layers.Dense):
    """The last layer with one class more, which is never the answer; its weights are those of ten."""

    def __init__(self, first):
        super().__init__(11)
        self.first = first

    def set_weights(self, weights):
        """Put the ten columns in their place."""
        kernel, bias = np.zeros((64, 11), np.float32), np.full(11, -9, np.float32)
        kernel[:, self.first : self.first + 10], bias[self.first : self.first + 10] = weights
        super().set_weights([kernel, bias])


@pytest.mark.parametrize(
    ("parts", "takes"),
    [
        ({"before": [RAW]}, "pixels in 0..255"),
        ({"before": [INVERTED]}, "pixels in 0..1,inverted"),
        ({"source": (784,), "before": [layers.Reshape((28, 28, 1))]}, "pixels in 0..1"),
        ({"source": {"batch_shape": (1, 28, 28, 1)}}, "pixels in 0..1"),
        ({"source": {"batch_shape": (10, 28, 28, 1)}}, "pixels in 0..1, 10 of the same at a time"),
        ({"source": (1, 28, 28), "before": [layers.Permute((2, 3, 1))]}, "pixels in 0..1"),
        (
            {
                "source": (28, 28, 3),
                "before": [layers.Conv2D(1, 1, kernel_initializer=keras.initializers.Constant(1 / 3))],
            },
            "pixels in 0..1",
        ),
        ({"source": (32, 32, 1), "before": [layers.Cropping2D(2)]}, "pixels in 0..1, padded to 32 px"),
        ({"source": (56, 56, 1), "before": [layers.AveragePooling2D(2)]}, "pixels in 0..1, resized to 56 px"),
    ],
    ids=["raw", "inverted", "flat", "one", "ten", "first", "colours", "padded", "resized"],
)
def test_what_leads_to_a_network_is_found_and_put_in_front_of_it(trained, saved, parts, takes):
    network = load_foreign(saved(**parts), data=trained.data)
    assert network.origin["takes"] == takes
    assert f" % in {takes.removeprefix('pixels in ')}" in network.origin["tried"]
    assert agreement(network, trained) >= 0.98


@pytest.mark.parametrize(
    ("head", "gives"),
    [
        (layers.Dense(10), "logits, to which a softmax was added"),
        (layers.Dense(10, activation="log_softmax"), "logarithms of probabilities, to which a softmax was added"),
        (layers.Dense(10, activation="sigmoid"), "sigmoids, in whose place a softmax was put"),
        (Columns(0), "logits of eleven classes, of which the last is none of the digits and is left out"),
        (Columns(1), "logits of eleven classes, of which the first is none of the digits and is left out"),
    ],
    ids=["logits", "logarithms", "sigmoids", "last", "first"],
)
def test_what_a_network_gives_becomes_probabilities(trained, tmp_path, head, gives):
    path = tmp_path / "saved"
    around(trained.network.model, head=head).export(path, verbose=False)
    network = load_foreign(path, data=trained.data)
    assert network.origin["answers"] == gives
    images = trained.data.test.images[:50]
    assert np.abs(network.answers(images) - trained.network.answers(images)).max() < 1e-5


def agreement(network, trained):
    """Share of test images that it names as the tiny network does."""
    images = trained.data.test.images
    return np.mean(network.answers(images).argmax(axis=1) == trained.network.answers(images).argmax(axis=1))


def exported_with(network, trained, out, *, formats="float32", files_of=None):
    """The bundle of a network; its files are made of another one, if given."""
    rows = chosen(formats)
    if files_of:
        rows = {
            name: replace(row, convert=lambda _, given, row=row: row.convert(files_of, given))
            for name, row in rows.items()
        }
    return export_network(network, out, data=trained.data, settings=Settings(formats=rows, calibration_images=100))


def moved(network, **parts):
    """The network with another way to it."""
    foreign, way = network.model._foreign, network.model._way
    return replace(network, model=imported.Adapted(foreign, replace(way, **parts)))


def test_every_file_holds_the_scaling(trained, saved, tmp_path):
    network = load_foreign(saved(before=[RAW]), data=trained.data)
    result = exported_with(network, trained, tmp_path / "bundle", formats="float32,int8,uint8,onnx")
    images = trained.data.test.images[:50]
    for artifact, backend in zip(result.bundle.artifacts, ("litert", "litert", "litert", "onnxruntime"), strict=True):
        answers = open_file(result.bundle.folder / artifact.path, backend=backend).predict(images)
        assert (answers.argmax(axis=1) == trained.network.answers(images).argmax(axis=1)).mean() > 0.95


@pytest.mark.parametrize("pixels", [Pixels(), Pixels(0, 1 / 255, inverted=True)], ids=["none", "inverted"])
def test_a_file_with_another_scaling_fails_the_gate(trained, saved, tmp_path, pixels):
    network = load_foreign(saved(before=[RAW]), data=trained.data)
    with pytest.raises(ParityError, match=r"float32 failed: litert accuracy \d+\.\d\d %, -\d\d"):
        exported_with(network, trained, tmp_path / "bundle", files_of=moved(network, pixels=pixels))
    assert not (tmp_path / "bundle").exists()


def test_a_file_with_the_margin_in_the_wrong_corner_fails_the_gate(trained, saved, tmp_path):
    network = load_foreign(saved(source=(32, 32, 1), before=[layers.Cropping2D(2)]), data=trained.data)
    assert exported_with(network, trained, tmp_path / "right").proofs[0].passed
    cornered = replace(network, model=lambda images, **_: network.model._foreign(in_the_corner(images)))
    with pytest.raises(ParityError, match=r"float32 failed: litert accuracy \d+\.\d\d %, -\d\d"):
        exported_with(network, trained, tmp_path / "wrong", files_of=cornered)


@pytest.mark.parametrize("wrong", [False, True], ids=["right", "wrong"])
def test_an_int8_file_that_was_calibrated_on_specks_fails_the_gate_and_one_on_digits_does_not(
    trained, saved, tmp_path, monkeypatch, wrong
):
    def specks(network, _):
        return tflite.quantised(network, (speck for speck in np.eye(784, dtype=np.float32).reshape(784, 1, 28, 28, 1)))

    monkeypatch.setattr(recalibration, "SIZES", (50,))
    network = load_foreign(saved(before=[RAW]), data=trained.data)
    int8 = replace(FORMATS["int8"], convert=specks) if wrong else FORMATS["int8"]
    settings = Settings(formats={"int8": int8}, calibration_images=100)
    if not wrong:
        assert export_network(network, tmp_path / "bundle", data=trained.data, settings=settings).proofs[0].passed
        return
    with pytest.raises(ParityError, match=r"int8 failed: litert a\w+ \d+\.\d\d %"):
        export_network(network, tmp_path / "bundle", data=trained.data, settings=settings)


def in_the_corner(images):
    """All of the margin to the right and below."""
    return tf.pad(images, [[0, 0], [0, 4], [0, 4], [0, 0]])


@pytest.mark.parametrize(
    ("before", "pixels"),
    [(CENTRED, "-1..1"), (layers.Rescaling(0.3081, offset=0.1307), "mean=0.1307,std=0.3081"), (RAW, "0..255")],
    ids=["centred", "normalised", "raw"],
)
def test_pixels_that_were_said_are_put_in_front(trained, saved, before, pixels):
    network = load_foreign(saved(before=[before]), data=trained.data, pixels=pixels)
    assert network.origin["takes"] == f"pixels in {pixels}"
    images = trained.data.test.images[:50]
    assert np.abs(network.answers(images) - trained.network.answers(images)).max() < 1e-4


def test_pixels_that_were_said_wrong_are_refused_with_those_that_read(trained, saved):
    path = saved(before=[INVERTED])
    assert load_foreign(path, data=trained.data, pixels="inverted").origin["takes"] == "pixels in 0..1,inverted"
    with pytest.raises(ExportError, match=r"it reads at most \d+\.\d\d % in 0\.\.1; it was trained on something else"):
        load_foreign(path, data=trained.data, pixels="0..1")


def test_the_command_takes_pixels_for_networks_of_others_only(trained, saved, tmp_path):
    path, out = saved(before=[RAW]), tmp_path / "bundle"
    arguments = ["export", "--from", path, "--out", out, "--data", trained.data_path, "--formats", "float32"]
    result = CliRunner().invoke(app, [*map(str, arguments), "--pixels", "0..255"])
    assert result.exit_code == 0, result.output
    assert "other.keras takes pixels in 0..255 and gives probabilities" in result.stdout
    assert "takes pixels in 0..255 and gives\nprobabilities" in (out / "report.md").read_text()
    assert CliRunner().invoke(app, [*map(str, arguments), "--pixels", "0..2"]).exit_code == 1
    refused = CliRunner().invoke(app, ["export", "run", "--pixels", "0..1"])
    assert refused.exit_code == 2
    assert "--pixels is for --from" in refused.output
