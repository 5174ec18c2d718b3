"""A tiny trained run, its export, and what its files are asked; made once."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from edgedigits.strokes import drawn_patches
from edgedigits.training.data import Mnist, load_mnist
from edgedigits.training.recipes import FAST
from edgedigits.training.runs import Run, start

pytest.importorskip("tensorflow", reason="the extra `export` is not installed")
pytest.importorskip("tf2onnx", reason="the extra `export` is not installed")

import keras

from edgedigits.training.model import build_model
from edgedigits_export.bundling import Settings, export_network
from edgedigits_export.detecting.export import DetectorSettings, ExportedDetector, export_detector
from edgedigits_export.detecting.network import build
from edgedigits_export.detecting.placing import load_detector
from edgedigits_export.evaluation import Questions
from edgedigits_export.networks.network import Network, load_network
from edgedigits_export.selection import chosen


@dataclass(frozen=True)
class Trained:
    """A run, the data that it was trained on, and where they came from."""

    run: Run
    data: Mnist
    data_path: Path
    network: Network


@dataclass(frozen=True)
class DetectorExport:
    """An exported detector, and the folder of its files."""

    model: keras.Model
    folder: Path
    settings: DetectorSettings
    exported: ExportedDetector


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """The documented network after a few hundred steps on drawn digits."""
    folder = tmp_path_factory.mktemp("trained")
    patches, labels = drawn_patches(1600, seed=5)
    images = patches[..., None].astype(np.float32) / 255
    keras.utils.set_random_seed(1)
    model = build_model()
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(images[:1200], labels[:1200], batch_size=32, epochs=8, verbose=0)
    # Tested on images that it is sure of, so that no test hangs on the rounding of a tie.
    first, second = np.sort(model.predict(images[1200:], verbose=0), axis=1)[:, :-3:-1].T
    sure = 1200 + np.flatnonzero(first - second > 0.5)
    assert len(sure) > 200
    arrays = {"x_train": patches[:1200], "y_train": labels[:1200], "x_test": patches[sure], "y_test": labels[sure]}
    data_path = folder / "drawn.npz"
    np.savez(data_path, **arrays)
    data = load_mnist(data_path)
    run = Run(folder / "run")
    start(run, recipe=FAST, data=data, force=False)
    model.save(run.model)
    return Trained(run, data, data_path, load_network(run))


@pytest.fixture(scope="session")
def questions(trained):
    """What every file of the tiny network is asked."""
    return Questions.ask(trained.network, trained.data.test)


@pytest.fixture(scope="session")
def exported(trained, tmp_path_factory):
    """The bundle of the tiny network in all formats, and the proofs."""
    settings = Settings(formats=chosen(quantize=True), calibration_images=100)
    return export_network(
        trained.network, tmp_path_factory.mktemp("exported") / "bundle", data=trained.data, settings=settings
    )


def eager_detector():
    """A detector that has learned nothing and finds digits everywhere."""
    keras.utils.set_random_seed(1)
    model = build()
    heat = model.get_layer("heat")
    kernel, bias = heat.get_weights()
    heat.set_weights([4 * kernel, bias + 3])
    return model


@pytest.fixture(scope="session")
def detector_run(tmp_path_factory):
    """A run folder as the detector's training leaves it."""
    folder = tmp_path_factory.mktemp("detector") / "run"
    folder.mkdir()
    eager_detector().save_weights(folder / "detector.weights.h5")
    (folder / "training.json").write_text('{"steps": 0, "seed": 1}')
    return folder


@pytest.fixture(scope="session")
def detector_export(detector_run, tmp_path_factory):
    """The files of that detector, and their proofs."""
    model, training = load_detector(detector_run)
    settings = DetectorSettings(proof_scenes=3, calibration_scenes=4, least_peaks=20, training=training)
    folder = tmp_path_factory.mktemp("detector") / "files"
    return DetectorExport(model, folder, settings, export_detector(model, folder, settings=settings))
