import numpy as np
import pytest

from edgedigits.errors import ExportError
from edgedigits_export.convert import npz


def test_the_same_arrays_give_the_same_bytes():
    arrays = {"b": np.arange(3), "a": np.eye(2, dtype=np.float32)}
    assert npz.archive(arrays) == npz.archive(arrays)


def test_weights_have_the_names_of_the_numpy_backend(exported):
    with np.load(exported.bundle.folder / "model.npz") as arrays:
        assert {name: arrays[name].shape for name in arrays} == {
            "conv1/kernel": (3, 3, 1, 32),
            "conv1/bias": (32,),
            "conv2/kernel": (3, 3, 32, 64),
            "conv2/bias": (64,),
            "conv3/kernel": (3, 3, 64, 64),
            "conv3/bias": (64,),
            "dense1/kernel": (576, 64),
            "dense1/bias": (64,),
            "dense2/kernel": (64, 10),
            "dense2/bias": (10,),
        }


def test_an_archive_of_something_else_is_refused(tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(npz.archive({"labels": np.arange(10)}))
    with pytest.raises(ExportError, match="holds 1 arrays of int64, expected 10 of float32"):
        npz.contents(path)


def test_a_truncated_archive_is_refused(tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(npz.archive({"labels": np.arange(10)})[:100])
    with pytest.raises(ExportError, match=r"model\.npz is no NumPy archive"):
        npz.contents(path)
