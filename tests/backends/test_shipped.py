"""The shipped files do what their manifest says, on MNIST's whole test set."""

import importlib.util

import numpy as np
import pytest

from edgedigits.backends import open_file

pytestmark = pytest.mark.slow

PACKAGES = {"litert": "ai_edge_litert", "onnxruntime": "onnxruntime", "numpy": "numpy"}


@pytest.mark.parametrize(
    ("format", "name"), [("float32", "litert"), ("int8", "litert"), ("onnx", "onnxruntime"), ("npz", "numpy")]
)
def test_accuracy_is_that_of_the_manifest(shipped, mnist_test, format, name):
    if importlib.util.find_spec(PACKAGES[name]) is None:
        pytest.skip(f"{PACKAGES[name]} is not installed")
    images, labels = mnist_test
    artifact = shipped.artifact(format)
    backend = open_file(shipped.folder / artifact.path, backend=name)
    accuracy = float(np.mean(backend.predict(images).argmax(axis=1) == labels))
    # Other processors may round one image of 10,000 to the other side.
    assert accuracy == pytest.approx(artifact.accuracy, abs=1.01e-4)
