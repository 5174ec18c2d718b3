"""Every runtime that is here gives the known answers and reads the drawn page."""

import importlib.util
import json
import os

import cv2
import numpy as np
import pytest

from edgedigits.backends import BACKENDS, open_file
from edgedigits.backends.selection import tolerance
from edgedigits.bundle import Bundle, default_bundle

EXPECTED = os.environ.get("EDGEDIGITS_EXPECT_BACKEND")
PACKAGES = {
    "litert": "ai_edge_litert",
    "tflite-runtime": "tflite_runtime",
    "onnxruntime": "onnxruntime",
    "opencv": "cv2",
    "numpy": "numpy",
}
# OpenCV 4.6, Debian 12's, loads none of the ONNX files.
OLD_OPENCV = tuple(map(int, cv2.__version__.split(".")[:2])) < (4, 8)
SHIPPED = [artifact.format for artifact in Bundle.load(default_bundle()).artifacts]
RUNS = [(name, kind) for name, adapted in BACKENDS.items() for kind in adapted.formats if kind in SHIPPED]


@pytest.fixture(scope="module")
def shipped():
    return Bundle.load(default_bundle())


@pytest.fixture
def backend(request):
    """Name of a backend that is here; one that CI expects is never left out."""
    name = request.param
    if name != EXPECTED:
        if importlib.util.find_spec(PACKAGES[name]) is None:
            pytest.skip(f"{PACKAGES[name]} is not installed")
        if name == "tflite-runtime" and int(np.__version__.split(".")[0]) >= 2:
            pytest.skip("tflite-runtime needs numpy<2")
        if name == "opencv" and OLD_OPENCV:
            pytest.skip(f"OpenCV {cv2.__version__} does not understand the files")
    return name


def test_every_backend_has_its_package_named_here():
    assert set(PACKAGES) == set(BACKENDS)
    assert EXPECTED is None or EXPECTED in BACKENDS


@pytest.mark.parametrize(("backend", "format"), RUNS, indirect=["backend"])
def test_a_backend_reproduces_every_golden_vector(shipped, backend, format):
    opened = open_file(shipped.folder / shipped.artifact(format).path, backend=backend)
    answers = opened.predict(shipped.golden["patches"])
    assert answers.shape == (len(shipped.golden["labels"]), 10)
    assert np.abs(answers - shipped.golden[format]).max() <= tolerance(format)
    assert answers.sum(axis=1) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("format", ["int8", "float32", "onnx", "npz"])
def test_answers_for_other_patches_would_not_pass_for_the_golden_ones(shipped, format):
    golden = shipped.golden[format]
    assert np.abs(np.roll(golden, 1, axis=0) - golden).max() > 4 * tolerance(format)


@pytest.mark.parametrize("backend", BACKENDS, indirect=True)
def test_a_backend_that_is_asked_for_reads_the_page(python, backend):
    done = python("-m", "edgedigits", "recognize", "page.png", "--json", "--verbose", "--backend", backend)
    assert done.returncode == 0, done.stderr
    # Which format comes first depends on the processor.
    assert done.stderr.splitlines()[0] in {f"backend {backend} with {name}" for name in BACKENDS[backend].formats[:4]}
    assert json.loads(done.stdout)["lines"] == ["3507"]


@pytest.mark.skipif(not OLD_OPENCV, reason="this OpenCV understands the files")
def test_an_opencv_that_does_not_understand_the_files_says_so_in_one_line(python):
    done = python("-m", "edgedigits", "recognize", "page.png", "--backend", "opencv")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"OpenCV {cv2.__version__} cannot load model_float32.onnx; a newer one may" in done.stderr
