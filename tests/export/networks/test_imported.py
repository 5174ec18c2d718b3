"""Networks that others trained. All are made here, from the weights of the tiny network of the tests."""

import json
from dataclasses import replace

import h5py
import keras
import numpy as np
import onnx
import pytest
import tensorflow as tf
from keras import layers
from onnx import TensorProto, helper, numpy_helper
from typer.testing import CliRunner

from edgedigits.backends import open_file
from edgedigits.cli import app
from edgedigits.errors import ExportError
from edgedigits.verify.bundle import verify_bundle
from edgedigits_export.bundling import Settings, export_network
from edgedigits_export.networks.imported import gives_logits, load_foreign
from edgedigits_export.selection import chosen, formats_for

INITIALIZERS = {
    "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
    "bias_initializer": {"class_name": "Zeros", "config": {}},
}


def logits_of(model):
    """The network without its softmax, for images (N, 28, 28)."""
    source = keras.Input((28, 28))
    x = layers.Reshape((28, 28, 1))(source)
    for layer in model.layers[:-1]:
        x = layer(x)
    dense = layers.Dense(10)
    logits = keras.Model(source, dense(x))
    dense.set_weights(model.layers[-1].get_weights())
    return logits


def keras2_layer(layer, *, first):
    """A layer's configuration as Keras 2.10 wrote it."""
    kind, config = type(layer).__name__, layer.get_config()
    inside = {"name": layer.name, "trainable": True, "dtype": "float32"}
    if kind == "Conv2D":
        inside |= {"filters": config["filters"], "kernel_size": [3, 3], "strides": [1, 1], "padding": "valid"}
        inside |= {"data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1}
    elif kind == "MaxPooling2D":
        inside |= {"pool_size": [2, 2], "padding": "valid", "strides": [2, 2], "data_format": "channels_last"}
    elif kind == "Dense":
        inside |= {"units": config["units"]}
    else:
        inside |= {"data_format": "channels_last"}
    if kind in ("Conv2D", "Dense"):
        inside |= {"activation": config["activation"], "use_bias": True, **INITIALIZERS}
    if first:
        inside |= {"batch_input_shape": [None, 28, 28, 1]}
    return {"class_name": kind, "config": inside}


def write_keras2(path, model):
    """Write an .h5 file as ``model.save`` of Keras 2.10 did."""
    source = {"batch_input_shape": [None, 28, 28, 1], "dtype": "float32", "sparse": False, "ragged": False}
    entries = [{"class_name": "InputLayer", "config": source | {"name": "conv2d_input"}}]
    entries += [keras2_layer(layer, first=index == 0) for index, layer in enumerate(model.layers)]
    config = {"class_name": "Sequential", "config": {"name": "sequential", "layers": entries}}
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = "2.10.0", "tensorflow"
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["training_config"] = json.dumps({"loss": "sparse_categorical_crossentropy", "metrics": []})
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        weights.attrs["keras_version"], weights.attrs["backend"] = "2.10.0", "tensorflow"
        for layer in model.layers:
            group, arrays = weights.create_group(layer.name), layer.get_weights()
            names = [f"{layer.name}/{part}:0" for part in ("kernel", "bias")][: len(arrays)]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, array in zip(names, arrays, strict=True):
                group.create_dataset(name, data=array)


def torch_like(model):
    """An ONNX model as PyTorch exports it: channels first, an open batch, dense weights transposed, logits."""
    arrays, nodes, last = {}, [], "input"

    def step(kind, *names, **attributes):
        nonlocal last
        name = f"/{kind}_{len(nodes)}"
        nodes.append(helper.make_node(kind, [last, *names], [name], **attributes))
        last = name

    for layer in model.layers:
        weights = layer.get_weights()
        if weights:
            kernel, bias = weights
            if isinstance(layer, layers.Conv2D):
                kernel = kernel.transpose(3, 2, 0, 1)
            elif len(kernel) == 576:  # flattened with channels first
                kernel = kernel.reshape(3, 3, 64, 64).transpose(3, 2, 0, 1).reshape(64, 576)
            else:
                kernel = kernel.T
            names = f"{layer.name}.weight", f"{layer.name}.bias"
            arrays |= dict(zip(names, (kernel, bias), strict=True))
            if isinstance(layer, layers.Conv2D):
                step("Conv", *names, kernel_shape=[3, 3], strides=[1, 1], pads=[0, 0, 0, 0], group=1)
            else:
                step("Gemm", *names, transB=1)
            if layer.name != "dense2":
                step("Relu")
        elif isinstance(layer, layers.MaxPooling2D):
            step("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
        else:
            step("Flatten")
    tensors = [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in arrays.items()]
    graph = helper.make_graph(
        nodes,
        "main_graph",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 1, 28, 28])],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, ["batch", 10])],
        tensors,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


@pytest.fixture(scope="module")
def models(trained, tmp_path_factory):
    """Folder with the tiny network in every kind of file."""
    folder, model = tmp_path_factory.mktemp("foreign"), trained.network.model
    logits = logits_of(model)
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
    network = load_foreign(models / name, data=trained.data)
    images = trained.data.test.images[:50]
    assert np.abs(network.answers(images) - trained.network.answers(images)).max() < 1e-5
    assert network.origin["file"] == name
    assert network.origin["answers"] == gives
    assert network.documented == (name == "keras2.h5")


def test_a_keras_2_file_of_the_documented_network_goes_into_every_format(trained, models):
    network = load_foreign(models / "keras2.h5", data=trained.data)
    assert network.weights_sha256 == trained.network.weights_sha256
    formats = chosen("all", documented=network.documented)
    assert formats_for(network, formats) == formats


def test_an_onnx_file_of_our_own_is_read_back(trained, exported):
    network = load_foreign(exported.bundle.folder / "model_float32.onnx", data=trained.data)
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
    network = load_foreign(path, data=trained.data)
    images = trained.data.test.images[:50]
    assert np.abs(network.answers(images) - trained.network.answers(images)).max() < 1e-5


@pytest.mark.parametrize("name", ["torch.onnx", "logits_saved"])
def test_a_foreign_network_becomes_a_bundle_through_the_same_gates(trained, models, tmp_path, name):
    network = load_foreign(models / name, data=trained.data)
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
    network = load_foreign(models / "torch.onnx", data=trained.data)
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
        ({"source": (32, 32, 3)}, r"takes \(N, 32, 32, 3\) and gives \(N, 10\)"),
        ({"source": (784,)}, r"takes \(N, 784\) and gives \(N, 10\)"),
        ({"outputs": 26}, r"takes \(N, 28, 28, 1\) and gives \(N, 26\)"),
        ({"ends": 2}, r"gives \(N, 10\) and \(N, 10\)"),
    ],
    ids=["colour", "flat", "letters", "two"],
)
def test_other_shapes_are_refused_with_what_they_are(trained, tmp_path, form, shapes):
    small(**form).save(tmp_path / "other.keras")
    with pytest.raises(ExportError, match=shapes):
        load_foreign(tmp_path / "other.keras", data=trained.data)


@pytest.mark.parametrize(
    ("layer", "way"),
    [
        (layers.Rescaling(1 / 255), r"0\.\.255"),
        # A network trained for seconds may read the other centred form as well.
        (layers.Rescaling(0.5, offset=0.5), r"(-1\.\.1|0\.1307)"),
        (layers.Rescaling(-1, offset=1), "black ink on white"),
    ],
    ids=["raw", "centred", "inverted"],
)
def test_other_pixels_are_refused_with_what_was_measured(trained, tmp_path, layer, way):
    source = keras.Input((28, 28, 1))
    keras.Model(source, trained.network.model(layer(source))).save(tmp_path / "other.keras")
    with pytest.raises(ExportError, match=rf"wants pixels in .*{way}.*, expected 0\.\.1: .*it reads \d+\.\d% that way"):
        load_foreign(tmp_path / "other.keras", data=trained.data)


def test_a_network_that_reads_no_digits_is_refused(trained, tmp_path):
    small().save(tmp_path / "untrained.keras")
    with pytest.raises(ExportError, match=r"reads at most \d+\.\d% of 1000 MNIST digits"):
        load_foreign(tmp_path / "untrained.keras", data=trained.data)


def test_answers_that_are_neither_probabilities_nor_logits_are_refused():
    probabilities = np.full((3, 10), 0.1, np.float32)
    assert not gives_logits(probabilities)
    assert gives_logits(np.log(probabilities))
    assert gives_logits(np.linspace(-9, 9, 30, dtype=np.float32).reshape(3, 10))
    with pytest.raises(ExportError, match=r"whose sum is 9 to 9: neither probabilities nor logits"):
        gives_logits(9 * probabilities)
    with pytest.raises(ExportError, match="NaN"):
        gives_logits(probabilities * np.nan)


def changed(model, kind, **attributes):
    """The ONNX model with the first operator of this kind given other attributes."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    node = next(node for node in copy.graph.node if node.op_type == kind)
    for name, value in attributes.items():
        node.attribute.extend([helper.make_attribute(name, value)])
    return copy


def test_unknown_onnx_operators_are_refused_by_name(trained, models, tmp_path):
    model = onnx.load(models / "torch.onnx")
    for node in model.graph.node:
        if node.op_type == "Relu":
            node.op_type = "HardSwish"
            break
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(ExportError, match=r"holds HardSwish; known are Add, Conv, "):
        load_foreign(tmp_path / "other.onnx", data=trained.data)


def test_an_onnx_network_that_would_be_rebuilt_otherwise_is_refused(trained, models, tmp_path):
    onnx.save(changed(onnx.load(models / "torch.onnx"), "MaxPool", ceil_mode=1), tmp_path / "other.onnx")
    with pytest.raises(ExportError, match="MaxPool with ceil_mode, which cannot be rebuilt"):
        load_foreign(tmp_path / "other.onnx", data=trained.data)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.keras", None, "does not exist; name a Keras file"),
        ("model.txt", b"text", "is no network that can be read; name a Keras file"),
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
    with pytest.raises(ExportError, match="holds no SavedModel"):
        load_foreign(tmp_path, data=trained.data)


def test_the_command_says_what_was_detected(trained, models, tmp_path):
    arguments = ["export", "--from", models / "logits.keras", "--out", tmp_path / "bundle"]
    result = CliRunner().invoke(app, [*map(str, arguments), "--data", str(trained.data_path), "--formats", "float32"])
    assert result.exit_code == 0, result.output
    assert "logits.keras gives logits, to which a softmax was added" in result.stdout
    assert verify_bundle(tmp_path / "bundle").passed


@pytest.mark.parametrize("arguments", [(), ("run", "--from", "x.keras"), ("--from", "x.keras")])
def test_a_run_or_a_file_and_a_place_for_its_bundle_must_be_named(arguments):
    result = CliRunner().invoke(app, ["export", *arguments])
    assert result.exit_code == 2
