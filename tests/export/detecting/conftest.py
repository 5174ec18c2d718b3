"""What tests of the detector's training share."""

import numpy as np
import pytest

from edgedigits.strokes import drawn_patches


@pytest.fixture(scope="session")
def archive(tmp_path_factory):
    """A small mnist.npz of drawn digits."""
    path = tmp_path_factory.mktemp("data") / "mnist.npz"
    images, labels = drawn_patches(60, seed=1)
    np.savez(path, x_train=images[:50], y_train=labels[:50], x_test=images[50:], y_test=labels[50:])
    return path
