"""What several tests share."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from edgedigits.backends import open_file
from edgedigits.backends.detectors import open_detector_file
from edgedigits.bundle import Artifact, Bundle, Parity
from edgedigits.bundle.detector import GOLDEN, HEADS, Detector, DetectorFile, DetectorParity, KnownMaps
from edgedigits.files import sha256
from edgedigits.preprocess import PatchSpec
from edgedigits.tensors import TensorSpec

# As the camera does before it opens a source: whichever test of a process opens the first clip decides for all.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# An example takes as long as a busy machine lets it.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

LAYERS = {
    "conv1": (3, 3, 1, 32),
    "conv2": (3, 3, 32, 64),
    "conv3": (3, 3, 64, 64),
    "dense1": (576, 64),
    "dense2": (64, 10),
}

# The detector's: of its convolutions, kernels and channels; a depthwise and a pointwise one make a block.
CONVOLUTIONS = {"half": (3, 1, 10), "quarter": (3, 10, 24), "eighth": (3, 24, 64), "sixteenth": (1, 64, 96)}
MERGED = {"to_eighth": (1, 96, 64), "to_quarter": (1, 64, 24)}
BLOCKS = {
    **{f"quarter_{number}": (3, 24) for number in (1, 2, 3)},
    **{f"eighth_{number}": (5, 64) for number in (1, 2, 3, 4)},
    **{f"sixteenth_{number}": (5, 96) for number in (1, 2, 3)},
}


def detector_shapes():
    """Shapes of the kernels of all the detector's convolutions."""
    shapes = {name: (size, size, *channels) for name, (size, *channels) in (CONVOLUTIONS | MERGED).items()}
    shapes |= {name: (1, 1, 24, channels) for name, channels in HEADS.items()}
    for name, (size, channels) in BLOCKS.items():
        shapes |= {f"{name}_around": (size, size, channels, 1), name: (1, 1, channels, channels)}
    return shapes | {"sixteenth_around": (3, 3, 64, 1)}


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory):
    """A folder of the tests' own for what the program remembers of runtimes."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


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


def random_detector(folder):
    """Write a detector of random weights, which NumPy runs, and its known maps into a folder."""
    rng = np.random.default_rng(2)
    weights = {}
    for name, shape in detector_shapes().items():
        taken = shape[0] * shape[1] * (1 if shape[3] == 1 else shape[2])
        weights[f"{name}/kernel"] = rng.normal(0, taken**-0.5, shape).astype(np.float32)
        weights[f"{name}/bias"] = rng.normal(0, 0.1, shape[3] if shape[3] > 1 else shape[2]).astype(np.float32)
    weights["heat/bias"] = np.zeros(1, np.float32)
    path = folder / "detector.npz"
    np.savez(path, **weights)
    canvases = tuple(rng.integers(1, 256, size).astype(np.uint8) for size in ((32, 48), (64, 32)))
    with open_detector_file(path, backend="numpy") as opened:
        known = KnownMaps(canvases, {"npz": tuple(opened.maps(canvas) for canvas in canvases)})
    np.savez(folder / GOLDEN, **known.arrays())
    source = TensorSpec("contrast", (1, 256, 256, 1), "float32")
    outputs = tuple(TensorSpec(name, (1, 64, 64, channels), "float32") for name, channels in HEADS.items())
    parity = DetectorParity(scenes=1, max_difference=0.0, peaks=1, found=1.0, iou=1.0, heat=0.0)
    file = DetectorFile("npz", path.name, sha256(path), path.stat().st_size, source, outputs, parity)
    return Detector((file,), sha256(folder / GOLDEN), {"steps": 0}, {"python": "3"})


@pytest.fixture(scope="session")
def detecting_bundle(random_bundle, tmp_path_factory):
    """Folder of a bundle with a detector, all weights of it random; NumPy runs both networks."""
    folder = tmp_path_factory.mktemp("detecting") / "bundle"
    shutil.copytree(random_bundle, folder)
    replace(Bundle.load(folder), detector=random_detector(folder)).save()
    return folder
