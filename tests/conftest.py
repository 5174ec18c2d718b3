"""What several tests share."""

import os
from pathlib import Path

import numpy as np
import pytest

from edgedigits.backends import open_file
from edgedigits.bundle import Artifact, Bundle, Parity, TensorSpec
from edgedigits.files import sha256
from edgedigits.preprocess import PatchSpec

LAYERS = {
    "conv1": (3, 3, 1, 32),
    "conv2": (3, 3, 32, 64),
    "conv3": (3, 3, 64, 64),
    "dense1": (576, 64),
    "dense2": (64, 10),
}


@pytest.fixture(scope="session")
def mnist_path():
    """The full MNIST, where it is."""
    if "EDGEDIGITS_MNIST" not in os.environ:
        pytest.skip("EDGEDIGITS_MNIST is not set: the full MNIST is needed here")
    return Path(os.environ["EDGEDIGITS_MNIST"])


@pytest.fixture(scope="session")
def mnist_test(mnist_path):
    """Images (10000, 28, 28) and labels (10000,) of the test set, both uint8."""
    with np.load(mnist_path) as arrays:
        return arrays["x_test"], arrays["y_test"]


@pytest.fixture(scope="session")
def random_bundle(tmp_path_factory):
    """Folder of a bundle whose network, of random weights, NumPy runs."""
    folder = tmp_path_factory.mktemp("bundle")
    rng = np.random.default_rng(1)
    kernels = {f"{name}/kernel": rng.normal(0, 0.05, shape).astype(np.float32) for name, shape in LAYERS.items()}
    biases = {f"{name}/bias": np.zeros(shape[-1], np.float32) for name, shape in LAYERS.items()}
    np.savez(folder / "model.npz", **kernels, **biases)
    patches = rng.integers(0, 256, (12, 28, 28)).astype(np.uint8)
    answers = open_file(folder / "model.npz", backend="numpy").predict(patches)
    np.savez(folder / "golden.npz", patches=patches, labels=answers.argmax(1).astype(np.uint8), npz=answers)
    end = TensorSpec("image", (1, 28, 28, 1), "float32")
    digest, size = sha256(folder / "model.npz"), (folder / "model.npz").stat().st_size
    artifact = Artifact("npz", "model.npz", digest, size, end, end, 0.1, Parity(1.0, 0.0, 0.0))
    labels = tuple("0123456789")
    Bundle(folder, "random", labels, PatchSpec(), (artifact,), sha256(folder / "golden.npz")).save()
    return folder
