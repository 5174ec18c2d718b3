"""A network of a few bytes that would take gigabytes is refused before it does, and one that is modest is not."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from edgedigits.errors import ExportError
from edgedigits_export.networks import keras_files, saved_models, sizes
from edgedigits_export.networks.imported import load_foreign
from tests.export.networks.test_saved_models import saved

LARGE, MODEST = 30_000, 300


def filling(side):
    """Answers to which a square of so many numbers was added, all of them nothing."""
    return lambda _, answers: answers + tf.reduce_sum(tf.fill((side, side), 0 * answers[0, 0]))


def with_constant(path, side):
    """A constant that is one number and a shape, in a folder with a SavedModel."""
    model = SavedModel.FromString((path / "saved_model.pb").read_bytes())
    node = model.meta_graphs[0].graph_def.node.add(name="zeros", op="Const")
    node.attr["dtype"].type = tf.float32.as_datatype_enum
    tensor = node.attr["value"].tensor
    tensor.dtype = tf.float32.as_datatype_enum
    tensor.float_val.append(0)
    for _ in range(2):
        tensor.tensor_shape.dim.add(size=side)
    (path / "saved_model.pb").write_bytes(model.SerializeToString())
    return path


def test_a_constant_that_unpacks_to_gigabytes_is_refused(tmp_path):
    path = saved(tmp_path / "model", lambda _, answers: answers)
    assert saved_models.read(with_constant(path, MODEST)).classes == 10
    with pytest.raises(ExportError, match="unpacks to 3,600 MB, at most 1,000 MB are read"):
        saved_models.read(with_constant(path, LARGE))


def test_an_operator_that_makes_gigabytes_is_refused_before_it_is_run(tmp_path):
    assert saved_models.read(saved(tmp_path / "modest", filling(MODEST))).classes == 10
    with pytest.raises(ExportError, match=r"\(Fill\) makes 3,600 MB of one image, at most 1,000 MB are computed"):
        saved_models.read(saved(tmp_path / "large", filling(LARGE)))


@pytest.mark.parametrize(("times", "refused"), [(2, False), (700, True)])
def test_a_layer_that_makes_gigabytes_is_refused_before_it_is_run(tmp_path, times, refused):
    image = keras.Input((28, 28, 1))
    x = layers.GlobalAveragePooling2D()(layers.UpSampling2D(times)(image))
    path = tmp_path / "model.keras"
    keras.Model(image, layers.Dense(10)(x)).save(path)
    if not refused:
        assert keras_files.read(path).classes == 10
        return
    with pytest.raises(ExportError, match=r"model\.keras: its operator .* makes 1,537 MB of one image"):
        keras_files.read(path)


def test_a_size_that_is_worked_out_as_it_runs_meets_the_limit_of_the_process(trained, tmp_path, monkeypatch):
    def answer(_, answers):
        side = 400_000 + tf.cast(answers[0, 0], tf.int32)
        return answers + tf.reduce_sum(tf.fill((side, 10_000), 0 * answers[0, 0]))

    monkeypatch.setattr(sizes, "ROOM_BYTES", 4_000_000_000)
    with pytest.raises(ExportError, match="takes more than 4,000 MB to load and to run"):
        load_foreign(saved(tmp_path / "model", answer), data=trained.data)


def test_a_small_machine_gives_half_of_its_memory_and_a_large_one_what_is_enough():
    assert sizes.room_of(6_000_000_000) == 3_000_000_000
    assert sizes.room_of(1_000_000_000) == sizes.LEAST_ROOM_BYTES
    assert sizes.room_of(64_000_000_000) == sizes.MOST_ROOM_BYTES
    assert sizes.LEAST_ROOM_BYTES <= sizes.ROOM_BYTES <= sizes.MOST_ROOM_BYTES


@pytest.mark.skipif(not sizes.STATM.exists(), reason="only Linux tells what a process has")
def test_the_limit_of_the_process_is_taken_back(tmp_path, monkeypatch):
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    monkeypatch.setattr(sizes, "ROOM_BYTES", 1_000_000_000)
    with pytest.raises(ExportError, match="takes more than 1,000 MB"), sizes.bounded(tmp_path):
        np.zeros(3_000_000_000, np.uint8)
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    with sizes.bounded(tmp_path):
        assert np.zeros(300_000_000, np.uint8).nbytes == 300_000_000
