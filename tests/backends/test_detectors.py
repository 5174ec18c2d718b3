import importlib.util
import shutil
from dataclasses import replace

import numpy as np
import pytest

from edgedigits.backends import DetectorBackend, open_detector
from edgedigits.backends.detectors import DETECTORS, open_detector_file, probe_detector
from edgedigits.backends.detectors.selection import apart, detector_candidates, tolerance
from edgedigits.backends.selection import Candidate
from edgedigits.bundle import Bundle, default_bundle
from edgedigits.bundle.detector import GOLDEN, KnownMaps
from edgedigits.errors import BackendError, BundleError
from edgedigits.files import sha256
from edgedigits.recognizer import Recognizer

PACKAGES = {"litert": "ai_edge_litert", "onnxruntime": "onnxruntime", "opencv": "cv2", "numpy": "numpy"}
FORMATS = {"float32", "int8", "onnx", "npz"}
PAIRS = [(name, kind) for name in PACKAGES for kind in DETECTORS[name].formats]


@pytest.fixture(scope="module")
def bundle(detecting_bundle):
    """A bundle with a detector of random weights, for NumPy alone."""
    return Bundle.load(detecting_bundle)


@pytest.fixture
def copied(detecting_bundle, tmp_path):
    """Folder with a copy of it."""
    return shutil.copytree(detecting_bundle, tmp_path / "bundle")


@pytest.fixture
def numpy_detector(bundle):
    return open_detector_file(bundle.folder / "detector.npz", backend="numpy")


@pytest.fixture(scope="module")
def shipped():
    """The shipped bundle."""
    return Bundle.load(default_bundle())


@pytest.fixture(params=PAIRS, ids="-".join)
def opened(request, shipped):
    """Every adapter with every shipped file it runs, where its package is installed."""
    name, kind = request.param
    if importlib.util.find_spec(PACKAGES[name]) is None:
        pytest.skip(f"{PACKAGES[name]} is not installed")
    return open_detector_file(shipped.folder / shipped.detector.file(kind).path, backend=name), kind


def changed_weights(folder, change):
    """The bundle with other weights in its detector, and a manifest that knows them."""
    path = folder / "detector.npz"
    with np.load(path) as arrays:
        weights = dict(arrays)
    change(weights)
    np.savez(path, **weights)
    bundle = Bundle.read(folder)
    file = replace(bundle.detector.files[0], sha256=sha256(path))
    replace(bundle, detector=replace(bundle.detector, files=(file,))).save()
    return Bundle.load(folder)


def test_maps_have_a_cell_for_four_by_four_pixels_of_a_canvas_of_any_size(numpy_detector):
    for height, width in ((16, 16), (48, 16), (16, 80), (64, 96)):
        maps = numpy_detector.maps(np.full((height, width), 128, np.uint8))
        assert (maps.shape, maps.dtype) == ((height // 4, width // 4, 17), np.float32)


def test_what_is_moved_by_sixteen_pixels_is_answered_alike_four_cells_on(numpy_detector):
    picture = np.random.default_rng(0).integers(1, 256, (64, 64))
    first, second = np.full((2, 448, 448), 128, np.uint8)
    first[192:256, 192:256] = second[192:256, 208:272] = picture
    said, moved = numpy_detector.maps(first), numpy_detector.maps(second)
    assert np.allclose(said[46:66, 46:66], moved[46:66, 50:70], atol=1e-4)
    assert np.ptp(said[46:66, 46:66, 0]) > 0.1


@pytest.mark.parametrize(
    "contrast",
    [
        np.zeros((16, 24), np.uint8),
        np.zeros((8, 16), np.uint8),
        np.zeros((0, 16), np.uint8),
        np.zeros((1, 16, 16), np.uint8),
        np.zeros((16, 16)),
    ],
)
def test_contrast_of_another_form_is_refused_with_its_shape(numpy_detector, contrast):
    with pytest.raises(ValueError, match=r"contrast must be uint8 of shape \(H, W\), multiples of 16, got"):
        numpy_detector.maps(contrast)


def test_the_first_that_gives_the_known_maps_is_opened_and_says_why_others_did_not(bundle):
    opened = open_detector(bundle)
    assert opened.candidate == Candidate("numpy", "npz")
    assert opened.explain() == "backend numpy with npz"
    canvas = bundle.known_maps.canvases[0]
    assert np.array_equal(opened.maps(canvas), bundle.known_maps.maps["npz"][0])


def test_candidates_come_in_the_order_of_speed(bundle):
    file = bundle.detector.files[0]
    files = tuple(replace(file, format=name) for name in FORMATS)
    whole = replace(bundle, detector=replace(bundle.detector, files=files))
    assert [(each.backend, each.format) for each in detector_candidates(whole)] == [
        ("litert", "float32"),
        ("litert", "int8"),
        ("tflite-runtime", "float32"),
        ("tflite-runtime", "int8"),
        ("onnxruntime", "onnx"),
        ("opencv", "onnx"),
        ("numpy", "npz"),
    ]
    assert list(detector_candidates(whole, backend="litert", format="int8")) == [Candidate("litert", "int8")]


def test_an_unknown_backend_or_format_is_refused(bundle):
    with pytest.raises(BackendError, match="unknown backend 'tensorrt'; choose auto, litert"):
        open_detector(bundle, backend="tensorrt")
    with pytest.raises(BackendError, match=r"backend litert does not run any file of .*'s detector"):
        open_detector(bundle, backend="litert")
    with pytest.raises(BundleError, match="the detector has no 'onnx' file; it has: npz"):
        open_detector(bundle, format="onnx")


def test_a_bundle_without_a_detector_names_digits_and_says_how_to_add_one(random_bundle):
    with Recognizer.load(random_bundle) as recognizer:
        assert recognizer.probabilities(np.zeros((1, 28, 28), np.uint8)).shape == (1, 10)
        with pytest.raises(BundleError, match=r"has no detector, .* edgedigits put-detector") as caught:
            _ = recognizer.detector
    assert "\n" not in str(caught.value)


def test_a_recognizer_opens_its_detector_in_the_backend_that_it_was_asked_for(detecting_bundle):
    with Recognizer.load(detecting_bundle, backend="numpy", format="npz") as recognizer:
        assert recognizer.detector.candidate == Candidate("numpy", "npz")
        assert recognizer.detector is recognizer.detector


@pytest.mark.parametrize(
    "change",
    [
        lambda weights: weights["heat/bias"].__iadd__(0.01),
        lambda weights: weights["half/kernel"].__imul__(-1),
        lambda weights: weights["sixteenth_2/kernel"].__imul__(0.9),
        lambda weights: weights["kind/bias"].__setitem__(3, np.nan),
    ],
)
def test_a_file_that_gives_other_maps_is_refused(copied, change):
    bundle = changed_weights(copied, change)
    with pytest.raises(BackendError, match=r"maps differ by .* from the known ones, at most 0\.001 is right"):
        probe_detector(bundle, Candidate("numpy", "npz"))
    with pytest.raises(BackendError, match=r"no runtime can run the detector of .* here: numpy npz: maps differ"):
        open_detector(bundle)


def test_maps_of_another_shape_are_infinitely_far_apart():
    assert apart([np.zeros((2, 2, 17), np.float32)], [np.zeros((2, 3, 17), np.float32)], format="npz") == np.inf


def test_of_integers_rounding_passes_and_a_scaling_does_not():
    rng = np.random.default_rng(0)
    known = [rng.normal(3, 2, (20, 30, 17)).astype(np.float32), rng.normal(3, 2, (10, 10, 17)).astype(np.float32)]
    rounded = [np.rint(maps / 0.25) * np.float32(0.25) for maps in known]
    assert apart(rounded, known, format="int8") == pytest.approx(0.25 / 12**0.5 / 2, rel=0.05)
    assert apart(rounded, known, format="int8") < tolerance("int8")
    assert apart([0.8 * maps for maps in known], known, format="int8") > tolerance("int8")
    assert not apart([np.nan * maps for maps in known], known, format="int8") <= tolerance("int8")


def test_an_archive_of_something_else_in_place_of_the_known_maps_is_refused(copied):
    np.savez(copied / GOLDEN, patches=np.zeros(3))
    bundle = Bundle.read(copied)
    replace(bundle, detector=replace(bundle.detector, golden_sha256=sha256(copied / GOLDEN))).save()
    with pytest.raises(BundleError, match=r"detector_golden\.npz is damaged: its canvases"):
        _ = Bundle.load(copied).known_maps


def test_known_maps_are_read_as_they_were_written(bundle, tmp_path):
    np.savez(tmp_path / GOLDEN, **bundle.known_maps.arrays())
    read = KnownMaps.load(tmp_path)
    assert all(map(np.array_equal, read.canvases, bundle.known_maps.canvases))
    assert all(map(np.array_equal, read.maps["npz"], bundle.known_maps.maps["npz"]))


def test_every_runtime_gives_the_known_maps_of_the_shipped_files(opened, shipped):
    backend, kind = opened
    known = shipped.known_maps
    assert isinstance(backend, DetectorBackend)
    with backend as entered:
        answers = [entered.maps(canvas) for canvas in known.canvases]
    assert apart(answers, known.maps[kind], format=kind) <= tolerance(kind)


def test_a_canvas_is_answered_alike_before_and_after_one_of_another_size(opened, shipped):
    backend, _ = opened
    first, second = shipped.known_maps.canvases
    before = backend.maps(first)
    kept = before.copy()
    backend.maps(second)
    assert np.array_equal(before, kept)
    assert np.array_equal(backend.maps(first), kept)


def test_a_view_of_a_canvas_is_read_right(opened, shipped):
    backend, _ = opened
    canvas = shipped.known_maps.canvases[0]
    assert np.array_equal(backend.maps(canvas[:, ::-1]), backend.maps(np.ascontiguousarray(canvas[:, ::-1])))
