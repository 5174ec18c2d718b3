from dataclasses import replace

import numpy as np
import pytest

from edgedigits.recognizer import calibrated
from edgedigits.strokes import KINDS, drawn_patches, golden_patches
from edgedigits.training.data import Mnist, Split
from edgedigits_export.analysis.confidence import (
    TEMPERATURES,
    calibration_error,
    drawn,
    fit_temperature,
    measure_rejection,
    on_digits,
    on_signs,
)

AT = {"at_95": 0.45, "min_confidence": 0.35}


def dirichlet(count):
    """Probabilities (N, 10), and labels (N,) that come as often as these say."""
    rng = np.random.default_rng(3)
    answers = rng.dirichlet(np.full(10, 0.3), count)
    return answers, np.array([rng.choice(10, p=row) for row in answers], np.uint8)


def network_of(data, *, on_digit, on_sign):
    """Answers of a network that is so sure of every digit, and so sure of every sign that is none."""
    digits, _ = drawn()
    known = {}
    for split in (data.validation, data.test, digits):
        known |= {image.tobytes(): label for image, label in zip(split.images, split.labels, strict=True)}

    def answer(patches):
        rows = np.empty((len(patches), 10), np.float32)
        for row, patch in zip(rows, patches, strict=True):
            sure = on_digit if patch.tobytes() in known else on_sign
            row[:] = (1 - sure) / 9
            row[known.get(patch.tobytes(), 0)] = sure
        return rows

    return answer


@pytest.fixture(scope="module")
def data():
    """A small data set of drawn digits."""
    images, labels = drawn_patches(90, seed=8)
    parts = [Split(images[first : first + 30], labels[first : first + 30]) for first in (0, 30, 60)]
    return Mnist(*parts, sha256="", source="")


def test_the_roc_area_is_the_share_of_pairs_in_which_the_digit_is_the_surer_one():
    digits, signs = np.array([0.9, 0.8, 0.4]), np.array([0.5, 0.3])
    # Of six pairs, only that of 0.4 and 0.5 is the other way round.
    assert on_signs("all", signs, digits, **AT).roc_auc == pytest.approx(5 / 6)
    assert on_signs("all", digits, signs, **AT).roc_auc == pytest.approx(1 / 6)
    assert on_signs("all", digits, digits, **AT).roc_auc == pytest.approx(1 / 2)


def test_signs_at_least_as_sure_as_the_limit_are_accepted():
    found = on_signs("word", np.array([0.5, 0.45, 0.4, 0.3]), np.array([0.9]), **AT)
    assert (found.kind, found.count, found.accepted_at_95, found.accepted) == ("word", 4, 0.5, 0.75)


def test_the_calibration_error_is_the_gap_between_confidence_and_truth():
    sure = np.full(10, 0.95)
    assert calibration_error(sure, np.arange(10) < 9) == pytest.approx(0.05)
    assert calibration_error(sure, np.arange(10) < 5) == pytest.approx(0.45)
    # Opposite gaps in different bins do not make up for each other; 1.0 lies in the last bin.
    assert calibration_error(np.array([1.0, 0.5]), np.array([False, True])) == pytest.approx(0.75)
    assert calibration_error(np.ones(4), np.ones(4, bool)) == 0


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_the_temperature_that_spoilt_the_answers_is_found(temperature):
    answers, labels = dirichlet(4000)
    spoilt = calibrated(answers, temperature=1 / temperature).astype(np.float32)
    assert fit_temperature(spoilt, labels) == pytest.approx(temperature, rel=0.08)
    measured = on_digits("all", spoilt, labels, temperature=temperature, min_confidence=0.5)
    assert measured.error_after < 0.03 < measured.error_before


def test_answers_that_know_nothing_get_the_highest_temperature():
    answers, labels = dirichlet(1000)
    sure = calibrated(answers, temperature=0.3).astype(np.float32)
    assert fit_temperature(sure, np.roll(labels, 1)) == pytest.approx(TEMPERATURES[1], rel=0.05)


def test_a_network_that_tells_signs_from_digits_has_the_best_figures(data):
    found = measure_rejection(network_of(data, on_digit=0.99, on_sign=0.1), data, min_confidence=0.5)
    assert [each.images for each in found.digits] == ["MNIST validation", "MNIST test", "drawn digits"]
    assert all((each.accuracy, each.accepted) == (1, 1) for each in found.digits)
    assert [each.kind for each in found.signs] == ["all", *KINDS]
    assert all((each.roc_auc, each.accepted_at_95, each.accepted) == (1, 0, 0) for each in found.signs)
    assert sum(each.count for each in found.signs[1:]) == found.signs[0].count
    assert found.parameters() == {"min_confidence": 0.5, "temperature": found.temperature}


def test_a_network_that_is_as_sure_of_signs_as_of_digits_has_the_worst_figures(data):
    found = measure_rejection(network_of(data, on_digit=0.99, on_sign=0.99), data, min_confidence=0.5)
    assert all((each.roc_auc, each.accepted_at_95, each.accepted) == (0.5, 1, 1) for each in found.signs)


def test_without_validation_images_the_temperature_is_one(data):
    without = replace(data, validation=data.validation[:0])
    found = measure_rejection(network_of(data, on_digit=0.9, on_sign=0.1), without, min_confidence=0.5)
    assert found.temperature == 1
    assert [each.images for each in found.digits] == ["MNIST test", "drawn digits"]


def test_the_drawn_digits_are_none_of_the_golden_patches():
    digits, signs = drawn()
    golden = {patch.tobytes() for patch in golden_patches()[0]}
    assert not golden & {image.tobytes() for image in digits.images}
    assert set(signs) == set(KINDS)
    assert {len(images) for images in signs.values()} == {200}
