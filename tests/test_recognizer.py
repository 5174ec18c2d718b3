import numpy as np
import pytest

from edgedigits.bundle import Bundle
from edgedigits.errors import BackendError, BundleError
from edgedigits.recognizer import Recognizer


@pytest.fixture(scope="module")
def recognizer():
    """The shipped bundle in NumPy, which is always there."""
    return Recognizer.load(backend="numpy")


def test_the_shipped_bundle_reads_drawn_digits(recognizer):
    golden = recognizer.bundle.golden
    readings = recognizer.classify(golden["patches"])
    right = [reading.digit == label for reading, label in zip(readings, golden["labels"], strict=True)]
    assert np.mean(right) >= 0.9
    assert all(0 <= reading.confidence <= 1 for reading in readings)


def test_what_is_below_the_least_confidence_is_no_digit_but_keeps_its_confidence(recognizer):
    patches = recognizer.bundle.golden["patches"]
    strict = Recognizer(recognizer.bundle, recognizer.opened)
    strict.min_confidence = 1.01
    for strictly, plainly in zip(strict.classify(patches), recognizer.classify(patches), strict=True):
        assert strictly.digit is None
        assert strictly.confidence == plainly.confidence


def test_no_patches_give_no_readings(recognizer):
    assert recognizer.classify(np.zeros((0, 28, 28), np.uint8)) == []


def test_it_is_a_context_manager_over_its_backend():
    with Recognizer.load(backend="numpy", format="npz") as recognizer:
        assert recognizer.probabilities(np.zeros((2, 28, 28), np.uint8)).shape == (2, 10)
        assert isinstance(recognizer.bundle, Bundle)


def test_a_missing_bundle_and_an_unknown_backend_are_refused(tmp_path):
    with pytest.raises(BundleError):
        Recognizer.load(tmp_path)
    with pytest.raises(BackendError, match="unknown backend"):
        Recognizer.load(backend="abacus")
