import importlib.util

import numpy as np
import pytest

from edgedigits.backends import Backend, open_file
from edgedigits.backends.selection import BACKENDS, QUANTISED, tolerance
from edgedigits.backends.tflite import stored_pixels
from edgedigits.bundle import Bundle, default_bundle
from edgedigits.errors import BackendError

PACKAGES = {"litert": "ai_edge_litert", "onnxruntime": "onnxruntime", "opencv": "cv2", "numpy": "numpy"}
SHIPPED = {artifact.format for artifact in Bundle.load(default_bundle()).artifacts}
PAIRS = [(name, kind) for name in PACKAGES for kind in BACKENDS[name].formats if kind in SHIPPED]


@pytest.fixture(params=PAIRS, ids="-".join)
def opened(request, shipped):
    """Every adapter with every shipped format it runs, where its package is installed."""
    name, kind = request.param
    if importlib.util.find_spec(PACKAGES[name]) is None:
        pytest.skip(f"{PACKAGES[name]} is not installed")
    return open_file(shipped.folder / shipped.artifact(kind).path, backend=name), kind


def test_it_gives_the_known_answers(opened, shipped):
    backend, kind = opened
    answers = backend.predict(shipped.golden["patches"])
    assert np.abs(answers - shipped.golden[kind]).max() <= tolerance(kind)


def test_it_agrees_with_the_float_file(opened, shipped):
    backend, kind = opened
    answers = backend.predict(shipped.golden["patches"])
    limit = 0.1 if kind in QUANTISED else {"float16": 1e-3}.get(kind, 1e-5)
    assert np.abs(answers - shipped.golden["float32"]).max() <= limit


def test_it_obeys_the_protocol(opened):
    backend, _ = opened
    assert isinstance(backend, Backend)
    assert backend.name in PACKAGES
    with backend as entered:
        assert entered is backend


def test_an_answer_does_not_depend_on_the_patches_beside_it(opened, shipped):
    backend, _ = opened
    patches = shipped.golden["patches"][:40]
    assert np.allclose(backend.predict(patches)[33], backend.predict(patches[33:34])[0], atol=1e-6)


def test_no_patches_give_no_answers(opened):
    answers = opened[0].predict(np.zeros((0, 28, 28), np.uint8))
    assert (answers.shape, answers.dtype) == ((0, 10), np.float32)


def test_answers_are_float32_and_belong_to_the_caller(opened, shipped):
    backend, _ = opened
    first = backend.predict(shipped.golden["patches"][:3])
    kept = first.copy()
    backend.predict(shipped.golden["patches"][3:6])
    assert first.dtype == np.float32
    assert np.array_equal(first, kept)


@pytest.mark.parametrize(
    "patches",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((1, 28, 28, 1), np.uint8),
        np.zeros((1, 28, 27), np.uint8),
        np.zeros((1, 28, 28)),
    ],
)
def test_patches_of_another_form_are_refused_with_their_shape(opened, patches):
    with pytest.raises(ValueError, match=r"patches must be uint8 of shape \(N, 28, 28\), got"):
        opened[0].predict(patches)


def test_non_contiguous_patches_are_read_right(opened, shipped):
    backend, _ = opened
    patches = shipped.golden["patches"]
    assert np.array_equal(backend.predict(patches[::-2]), backend.predict(patches[::-2].copy()))


@pytest.mark.skipif(int(np.__version__[0]) < 2, reason="with NumPy 1 tflite-runtime may work")
def test_tflite_runtime_refuses_numpy_2_before_it_is_imported(shipped):
    with pytest.raises(BackendError, match="tflite-runtime needs numpy<2, found 2"):
        open_file(shipped.folder / "model_int8.tflite", backend="tflite-runtime")


@pytest.mark.skipif(int(np.__version__[0]) >= 2, reason="tflite-runtime needs numpy<2")
@pytest.mark.parametrize("format", ["float32", "int8"])
def test_tflite_runtime_gives_the_known_answers(shipped, format):
    pytest.importorskip("tflite_runtime")
    backend = open_file(shipped.folder / shipped.artifact(format).path, backend="tflite-runtime")
    assert np.abs(backend.predict(shipped.golden["patches"]) - shipped.golden[format]).max() <= tolerance(format)


def test_pixels_are_stored_as_the_file_says():
    pixels = np.arange(256)
    int8 = stored_pixels({"dtype": np.int8, "quantization": (1 / 255, -128)})
    uint8 = stored_pixels({"dtype": np.uint8, "quantization": (1 / 255, 0)})
    coarse = stored_pixels({"dtype": np.int8, "quantization": (1 / 100, 20)})
    floats = stored_pixels({"dtype": np.float32, "quantization": (0.0, 0)})
    assert np.array_equal(int8, pixels - 128)
    assert np.array_equal(uint8, pixels)
    assert (coarse[0], coarse[255], coarse.dtype) == (20, 120, np.int8)
    assert np.allclose(floats, pixels / 255, atol=1e-7)
    assert [stored.dtype for stored in (int8, uint8, floats)] == [np.int8, np.uint8, np.float32]
