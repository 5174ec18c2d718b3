from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from edgedigits.strokes import drawn_patches
from edgedigits.training.data import Mnist, load_mnist

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small mnist.npz of drawn digits: 300 to train on, 80 to test."""
    path = tmp_path_factory.mktemp("data") / "mnist.npz"
    x_train, y_train = drawn_patches(300, seed=1)
    x_test, y_test = drawn_patches(80, seed=2)
    np.savez(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    return path


@pytest.fixture(scope="session")
def mnist(archive: Path) -> Mnist:
    return load_mnist(archive)


@pytest.fixture(scope="session")
def full_mnist(mnist_path: Path) -> Mnist:
    return load_mnist(mnist_path)
