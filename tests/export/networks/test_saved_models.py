"""SavedModels of others: of every version of Keras, and none that does more than compute."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from edgedigits.errors import ExportError
from edgedigits_export.networks import saved_models
from edgedigits_export.networks.operators import TOUCHING
from edgedigits_export.reporting.refusal import MOST_LETTERS, refused


def saved(path, answer, **more):
    """Save a function of images (N, 28, 28) as a SavedModel."""
    module = tf.Module()
    module.weights = tf.Variable(np.eye(784, 10, dtype=np.float32))
    for name, value in more.items():
        setattr(module, name, value)
    module.run = tf.function(
        lambda image: answer(module, tf.reshape(image, (-1, 784)) @ module.weights),
        input_signature=[tf.TensorSpec((None, 28, 28), tf.float32, name="image")],
    )
    tf.saved_model.save(module, str(path), signatures={"serving_default": module.run})
    return path


def writing(place):
    """An answer that leaves a file behind."""

    def run(_, answers):
        with tf.control_dependencies([tf.io.write_file(str(place), "written")]):
            return tf.identity(answers)

    return run


def test_a_network_is_loaded_with_its_weights(tmp_path):
    foreign = saved_models.read(saved(tmp_path / "model", lambda _, answers: answers))
    images = np.random.default_rng(0).random((3, 28, 28)).astype(np.float32)
    assert np.array_equal(foreign(images), images.reshape(3, 784)[:, :10])
    assert (foreign.takes, foreign.classes) == ((None, 28, 28), 10)
    assert any(np.array_equal(weight, np.eye(784, 10)) for weight in foreign.weights)


def test_a_network_that_writes_is_refused_and_writes_nothing(tmp_path):
    path = saved(tmp_path / "model", writing(tmp_path / "trace"))
    with pytest.raises(ExportError, match=r"was not loaded: it touches files, .* alone, .*; it holds WriteFile"):
        saved_models.read(path)
    assert not (tmp_path / "trace").exists()
    # It would have been written: the check is what keeps it from that.
    tf.saved_model.load(str(path)).signatures["serving_default"](tf.zeros((1, 28, 28)))
    assert (tmp_path / "trace").exists()


def test_a_long_list_of_what_touches_files_is_cut_on_the_terminal_behind_the_way_out_and_whole_in_the_report(tmp_path):
    model = SavedModel()
    names, graph = [f"ReadFile{number}" for number in range(100)], model.meta_graphs.add().graph_def
    for name in names:
        graph.node.add(name=name, op=name)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "saved_model.pb").write_bytes(model.SerializeToString())
    with pytest.raises(ExportError) as caught:
        saved_models.read(tmp_path / "model")
    line, _, report = str(refused(caught.value, out=tmp_path / "mine")).partition("; see ")
    assert "export the network alone, without what reads and writes around it; it holds ReadFile0" in line
    assert line.endswith("...")
    assert len(line) <= MOST_LETTERS
    assert all(name in Path(report).read_text() for name in names)


def test_what_is_hidden_in_a_function_that_nothing_calls_is_found(tmp_path):
    hidden = tf.function(lambda: tf.io.read_file("/etc/hostname"), input_signature=[])
    path = saved(tmp_path / "model", lambda _, answers: answers, hidden=hidden)
    with pytest.raises(ExportError, match="it holds ReadFile"):
        saved_models.read(path)


def test_python_is_found(tmp_path):
    def answer(_, answers):
        return tf.ensure_shape(tf.numpy_function(lambda given: given, [answers], tf.float32), (None, 10))

    with pytest.raises(ExportError, match="it holds PyFunc"):
        saved_models.read(saved(tmp_path / "model", answer))


def test_saving_outside_of_the_saver_is_found(tmp_path):
    def answer(_, answers):
        place = {"prefix": str(tmp_path / "trace"), "tensor_names": ["a"], "shape_and_slices": [""]}
        with tf.control_dependencies([tf.raw_ops.SaveV2(**place, tensors=[answers])]):
            return tf.identity(answers)

    with pytest.raises(ExportError, match="it holds SaveV2"):
        saved_models.read(saved(tmp_path / "model", answer))


TOUCH = "ReadFile WriteFile PyFunc EagerPyFunc PyFuncStateless MatchingFiles PrintV2 TFRecordDataset LMDBReader RpcCall"
COMPUTE = "Conv2D MatMul ShardedFilename StatefulPartitionedCall ReadVariableOp MergeSummary LogSoftmax HashTableV2"


@pytest.mark.parametrize("name", [*TOUCH.split(), "DebugIdentityV2", "RemoteCall", "InitializeTableFromTextFileV2"])
def test_operators_that_touch_more_than_numbers_are_known(name):
    assert TOUCHING.search(name)


@pytest.mark.parametrize("name", COMPUTE.split())
def test_operators_that_compute_are_not_among_them(name):
    assert not TOUCHING.search(name)


def test_a_graph_behind_the_one_that_is_served_is_looked_through_too(tmp_path):
    path, other = (
        saved(tmp_path / name, run) for name, run in [("a", lambda _, x: x), ("b", writing(tmp_path / "trace"))]
    )
    # Protobufs one behind the other are one with the graphs of both.
    (path / "saved_model.pb").write_bytes(b"".join((each / "saved_model.pb").read_bytes() for each in (path, other)))
    with pytest.raises(ExportError, match="it holds WriteFile"):
        saved_models.read(path)


def test_a_network_in_chunks_which_would_be_loaded_unseen_is_refused(tmp_path):
    path = saved(tmp_path / "model", lambda _, answers: answers)
    (path / "saved_model.cpb").write_bytes(b"chunks")
    with pytest.raises(ExportError, match=r"saved_model\.cpb holds a network in chunks"):
        saved_models.read(path)


def test_another_signature_is_taken_where_it_is_the_only_one(tmp_path):
    path = saved(tmp_path / "model", lambda _, answers: answers)
    renamed = (path / "saved_model.pb").read_bytes().replace(b"serving_default", b"serving_another")
    (path / "saved_model.pb").write_bytes(renamed)
    assert saved_models.read(path).classes == 10


def test_a_folder_without_a_network_is_one_line(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"no model")
    with pytest.raises(ExportError, match=r"saved_model\.pb is no SavedModel") as caught:
        saved_models.read(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_network_whose_weights_are_gone_is_one_line(tmp_path):
    path = saved(tmp_path / "model", lambda _, answers: answers)
    (path / "variables" / "variables.index").unlink()
    with pytest.raises(ExportError, match="cannot be loaded") as caught:
        saved_models.read(path)
    assert "\n" not in str(caught.value)


def test_a_folder_of_gigabytes_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(saved_models, "MOST_BYTES", 1000)
    with pytest.raises(ExportError, match="MB, at most 0 MB are read"):
        saved_models.read(saved(tmp_path / "model", lambda _, answers: answers))
