"""Networks that others trained. All are made here, from the weights of the tiny network of the tests."""

from dataclasses import replace

import keras
import numpy as np
import onnx
import pytest
import tensorflow as tf
from keras import layers
from typer.testing import CliRunner

from edgedigits.backends import open_file
from edgedigits.cli import app
from edgedigits.errors import ExportError
from edgedigits.verify.bundle import verify_bundle
from edgedigits_export.bundling import Settings, export_network
from edgedigits_export.networks.imported import load_foreign
from edgedigits_export.networks.onnx.network import OPERATORS
from edgedigits_export.selection import chosen, formats_for
from tests.export.networks.made import around, torch_like, write_keras2


@pytest.fixture(scope="module")
def models(trained, tmp_path_factory):
    """Folder with the tiny network in every kind of file."""
    folder, model = tmp_path_factory.mktemp("foreign"), trained.network.model
    logits = around(model, source=(28, 28), before=[layers.Reshape((28, 28, 1))], head=layers.Dense(10))
    logits.save(folder / "logits.keras")
    logits.export(folder / "logits_saved", verbose=False)
    model.export(folder / "saved", verbose=False)
    write_keras2(folder / "keras2.h5", model)
    onnx.save(torch_like(model), folder / "torch.onnx")
    return folder


@pytest.mark.parametrize(
    ("name", "gives"),
    [
        ("logits.keras", "logits, to which a softmax was added"),
        ("logits_saved", "logits, to which a softmax was added"),
        ("torch.onnx", "logits, to which a softmax was added"),
        ("saved", "probabilities"),
        ("keras2.h5", "probabilities"),
    ],
)
def test_every_kind_of_file_gives_the_answers_of_the_network_that_it_holds(trained, models, name, gives):
    network = load_foreign(models / name, data=trained.data, pixels="0..1")
    images = trained.data.test.images[:50]
    assert np.abs(network.answers(images) - trained.network.answers(images)).max() < 1e-5
    assert network.origin["file"] == name
    assert network.origin["answers"] == gives
    assert network.documented == (name == "keras2.h5")


def test_a_keras_2_file_of_the_documented_network_goes_into_every_format(trained, models):
    network = load_foreign(models / "keras2.h5", data=trained.data, pixels="0..1")
    assert network.weights_sha256 == trained.network.weights_sha256
    formats = chosen("all", documented=network.documented)
    assert formats_for(network, formats) == formats


def test_an_onnx_file_of_our_own_is_read_back(trained, exported):
    network = load_foreign(exported.bundle.folder / "model_float32.onnx", data=trained.data, pixels="0..1")
    images = trained.data.test.images[:50]
    assert np.abs(network.answers(images) - trained.network.answers(images)).max() < 1e-5


def test_an_open_batch_that_works_its_shapes_out_is_read(trained, tmp_path):
    import tf2onnx

    model, path = trained.network.model, tmp_path / "open.onnx"
    signature = [tf.TensorSpec((None, 28, 28, 1), tf.float32, name="x")]
    infer = tf.function(lambda x: model(x, training=False), input_signature=signature)
    converted, _ = tf2onnx.convert.from_function(infer, input_signature=signature, opset=15)
    assert "Shape" in {node.op_type for node in converted.graph.node}
    onnx.save(converted, path)
    network = load_foreign(path, data=trained.data, pixels="0..1")
    images = trained.data.test.images[:50]
    assert np.abs(network.answers(images) - trained.network.answers(images)).max() < 1e-5


@pytest.mark.parametrize("name", ["torch.onnx", "logits_saved"])
def test_a_foreign_network_becomes_a_bundle_through_the_same_gates(trained, models, tmp_path, name):
    network = load_foreign(models / name, data=trained.data, pixels="0..1")
    settings = Settings(formats=chosen("float32,int8,onnx"), calibration_images=100)
    result = export_network(network, tmp_path / "bundle", data=trained.data, settings=settings)
    assert all(proof.passed for proof in result.proofs)
    assert verify_bundle(result.bundle.folder).passed
    assert result.bundle.training["origin"]["file"] == name
    assert f"`{name}`" in (result.bundle.folder / "report.md").read_text()
    answers = open_file(result.bundle.folder / "model_float32.tflite", backend="litert").predict(
        trained.data.test.images[:50]
    )
    assert np.abs(answers - trained.network.answers(trained.data.test.images[:50])).max() < 1e-5


def test_a_foreign_network_that_is_converted_wrongly_fails_the_gate(trained, models, tmp_path):
    network = load_foreign(models / "torch.onnx", data=trained.data, pixels="0..1")
    formats = chosen("float32")
    wrong = replace(formats["float32"], convert=lambda _network, _: formats["float32"].convert(other, None))
    other = replace(network, model=lambda images, training: network.model(1 - images, training=training))
    with pytest.raises(ExportError, match="float32 failed: litert"):
        export_network(network, tmp_path / "bundle", data=trained.data, settings=Settings(formats={"float32": wrong}))
    assert not (tmp_path / "bundle").exists()


def test_formats_for_the_documented_network_only_are_refused_where_named_and_left_out_of_profiles(trained, models):
    network = load_foreign(models / "logits.keras", data=trained.data)
    assert not {"npz", "c"} & set(chosen(documented=False))
    assert not {"npz", "c"} & set(chosen("all", documented=False))
    with pytest.raises(ExportError, match="npz can be written for the documented network only"):
        formats_for(network, chosen("npz,float32", documented=False))


def small(*, source=(28, 28, 1), outputs=10, ends=1):
    """A network that nobody trained."""
    image = keras.Input(source)
    answers = layers.Dense(outputs, activation="softmax")(layers.Flatten()(image))
    return keras.Model(image, [answers] * ends if ends > 1 else answers)


@pytest.mark.parametrize(
    ("form", "shapes"),
    [
        ({"source": (28, 28, 2)}, r"takes \(N, 28, 28, 2\) and gives \(N, 10\)"),
        ({"source": (5,)}, r"takes \(N, 5\) and gives \(N, 10\)"),
        ({"outputs": 26}, r"takes \(N, 28, 28, 1\) and gives \(N, 26\)"),
        ({"ends": 2}, r"gives \(N, 10\) and \(N, 10\)"),
    ],
    ids=["two channels", "no image", "letters", "two"],
)
def test_other_shapes_are_refused_with_what_they_are(trained, tmp_path, form, shapes):
    small(**form).save(tmp_path / "other.keras")
    with pytest.raises(ExportError, match=shapes):
        load_foreign(tmp_path / "other.keras", data=trained.data)


def test_a_network_that_reads_no_digits_is_refused(trained, tmp_path):
    small().save(tmp_path / "untrained.keras")
    with pytest.raises(ExportError, match=r"of 1,000 training digits it reads at most \d+\.\d\d % in "):
        load_foreign(tmp_path / "untrained.keras", data=trained.data)


def test_an_onnx_network_that_was_rebuilt_otherwise_is_refused(trained, models, monkeypatch):
    monkeypatch.setitem(OPERATORS, "Relu", OPERATORS["Tanh"])
    with pytest.raises(ExportError, match=r"otherwise than onnxruntime runs it: answers differ by \d"):
        load_foreign(models / "torch.onnx", data=trained.data)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.keras", None, "does not exist; name a Keras file"),
        ("model.txt", b"text", "is no network that can be read; name a Keras file"),
        ("model.pt", b"torch", r"cannot be read here: in PyTorch, .*torch\.onnx\.export"),
        ("model.pkl", b"pickle", "may run Python when it is read; export the network to ONNX"),
        ("model.keras", b"no model", "cannot be loaded"),
        ("model.h5", b"no model", "cannot be loaded"),
        ("model.onnx", b"no model", "is no ONNX file that can be read"),
    ],
)
def test_what_is_no_network_is_one_line(trained, tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ExportError, match=message) as caught:
        load_foreign(tmp_path / name, data=trained.data)
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_saved_model_is_refused(trained, tmp_path):
    with pytest.raises(ExportError, match="is no network that can be read"):
        load_foreign(tmp_path, data=trained.data)
    (tmp_path / "saved_model.pb").write_bytes(b"no model")
    with pytest.raises(ExportError, match="is no SavedModel"):
        load_foreign(tmp_path, data=trained.data)


def test_the_command_says_what_was_detected(trained, models, tmp_path):
    arguments = ["export", "--from", models / "logits.keras", "--out", tmp_path / "bundle"]
    result = CliRunner().invoke(app, [*map(str, arguments), "--data", str(trained.data_path), "--formats", "float32"])
    assert result.exit_code == 0, result.output
    assert "logits.keras takes pixels in 0..1 and gives logits, to which a softmax was added" in result.stdout
    assert "training digits" in result.stdout
    assert verify_bundle(tmp_path / "bundle").passed


@pytest.mark.parametrize("arguments", [(), ("run", "--from", "x.keras"), ("--from", "x.keras")])
def test_a_run_or_a_file_and_a_place_for_its_bundle_must_be_named(arguments):
    result = CliRunner().invoke(app, ["export", *arguments])
    assert result.exit_code == 2
