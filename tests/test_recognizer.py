from dataclasses import replace

import numpy as np
import pytest

from edgedigits.bundle import Bundle
from edgedigits.errors import BackendError, BundleError
from edgedigits.recognizer import Recognizer, calibrated


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


def test_the_confidence_is_calibrated_by_the_bundles_temperature_and_the_probabilities_are_not(recognizer):
    patches = recognizer.bundle.golden["patches"]
    hot, cold = (
        Recognizer(replace(recognizer.bundle, rejection={"temperature": value}), recognizer.opened)
        for value in (3.0, 0.3)
    )
    for less, more in zip(hot.classify(patches), cold.classify(patches), strict=True):
        assert less.digit == more.digit
        assert less.confidence < more.confidence <= 1
    assert np.array_equal(hot.probabilities(patches), cold.probabilities(patches))


def test_without_a_temperature_the_confidence_is_the_largest_probability(recognizer):
    patches = recognizer.bundle.golden["patches"]
    plain = Recognizer(replace(recognizer.bundle, rejection={}), recognizer.opened)
    confidences = [reading.confidence for reading in plain.classify(patches)]
    assert np.allclose(confidences, plain.probabilities(patches).max(axis=1), atol=1e-6)


def test_calibrated_is_the_softmax_of_the_logarithms_over_the_temperature():
    answers = np.array([[0.7, 0.2, 0.1], [1.0, 0.0, 0.0]], np.float32)
    powers = np.exp(np.log(answers[0].astype(float)) / 2)
    found = calibrated(answers, temperature=2.0)
    assert np.allclose(found[0], powers / powers.sum())
    assert found[1].tolist() == [1, 0, 0]  # an int8 file gives probabilities of zero
