"""How well the network's confidence tells digits from other signs, and how true it is.

The confidence is the largest of the ten probabilities, after one number, the temperature, has brought it to what it
should be on validation images: C. Guo et al., On Calibration of Modern Neural Networks, 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.errors import require
from edgedigits.recognizer import calibrated
from edgedigits.strokes import KINDS, drawn_outliers, drawn_patches
from edgedigits.training.data import Split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from edgedigits.training.data import Mnist

    Answers = NDArray[np.float32]

BINS = 15
TRUE_ACCEPTS = 0.95
# Of each kind enough for 3 points either way; drawing them all takes a few seconds.
DIGITS, SIGNS_PER_KIND = 1000, 200
# Of no recipe, and not the golden patches'.
DIGITS_SEED, SIGNS_SEED = 41_000, 42_000
# A temperature outside of these says that the network, not its confidence, is at fault.
TEMPERATURES = (0.1, 10.0)
# As in Keras: a probability of zero costs 16.1 and not infinity.
EPSILON = 1e-7


@dataclass(frozen=True, slots=True)
class OnDigits:
    """Confidence on images of digits; shares in 0..1.

    ``error_before`` and ``error_after`` the temperature: the expected calibration error. ``accepted``: the share that
    reaches the least confidence.
    """

    images: str
    count: int
    accuracy: float
    error_before: float
    error_after: float
    accepted: float


@dataclass(frozen=True, slots=True)
class OnSigns:
    """Drawn signs that are no digit against digits; shares in 0..1.

    ``roc_auc`` is the area under the ROC curve, ``accepted_at_95`` the share taken for digits where 95 % of the digits
    are accepted, ``accepted`` the share that reaches the least confidence.
    """

    kind: str
    count: int
    roc_auc: float
    accepted_at_95: float
    accepted: float


@dataclass(frozen=True, slots=True)
class Rejection:
    """Everything that was measured; ``confidence_at_95`` is what 95 % of the digits reach."""

    temperature: float
    min_confidence: float
    confidence_at_95: float
    digits: tuple[OnDigits, ...]
    signs: tuple[OnSigns, ...]

    def parameters(self) -> dict[str, float]:
        """What the device needs of it."""
        return {"min_confidence": self.min_confidence, "temperature": self.temperature}


def measure_rejection(
    answer: Callable[[NDArray[np.uint8]], Answers], data: Mnist, *, min_confidence: float
) -> Rejection:
    """Fit the temperature on the validation split, then measure on it, on the test split, and on drawn signs.

    Digits, for the comparison with signs, are the validation images and drawn ones.

    Args:
        answer: probabilities (N, 10) of patches (N, 28, 28) uint8.
        data: where the validation split is empty, the temperature is 1.
        min_confidence: from which the device says a digit.

    """
    digits, signs = drawn()
    sets = {"MNIST validation": data.validation, "MNIST test": data.test, "drawn digits": digits}
    answers = {name: (answer(split.images), split.labels) for name, split in sets.items() if len(split)}
    fitted_on = answers.get("MNIST validation")
    temperature = fit_temperature(*fitted_on) if fitted_on else 1.0
    scores = {name: confidence(said, temperature=temperature) for name, (said, _) in answers.items()}
    positive = np.concatenate([score for name, score in scores.items() if name != "MNIST test"])
    negative = {kind: confidence(answer(images), temperature=temperature) for kind, images in signs.items()}
    negative = {"all": np.concatenate(list(negative.values())), **negative}
    at_95 = float(np.quantile(positive, 1 - TRUE_ACCEPTS))
    return Rejection(
        temperature=temperature,
        min_confidence=min_confidence,
        confidence_at_95=at_95,
        digits=tuple(
            on_digits(name, *asked, temperature=temperature, min_confidence=min_confidence)
            for name, asked in answers.items()
        ),
        signs=tuple(
            on_signs(kind, score, positive, at_95=at_95, min_confidence=min_confidence)
            for kind, score in negative.items()
        ),
    )


@cache
def drawn() -> tuple[Split, Mapping[str, NDArray[np.uint8]]]:
    """Digits, and signs by kind, that no training has seen; the same in every export."""
    signs = drawn_outliers(SIGNS_PER_KIND * len(KINDS), seed=SIGNS_SEED)  # the kinds in turn
    digits = Split(*drawn_patches(DIGITS, seed=DIGITS_SEED))
    return digits, {kind: signs[first :: len(KINDS)] for first, kind in enumerate(KINDS)}


def fit_temperature(answers: Answers, labels: NDArray[np.uint8]) -> float:
    """Temperature for which answers (N, 10) are likeliest to give the labels (N,), by their mean log loss."""
    optimize = require("scipy.optimize", extra="export")
    low, high = np.log(TEMPERATURES)
    found = optimize.minimize_scalar(
        lambda logarithm: log_loss(calibrated(answers, temperature=float(np.exp(logarithm))), labels),
        bounds=(low, high),
        method="bounded",
    )
    return round(float(np.exp(found.x)), 3)


def log_loss(answers: NDArray[np.float64], labels: NDArray[np.uint8]) -> float:
    """Mean negative log likelihood of labels (N,)."""
    return float(-np.log(np.clip(answers[np.arange(len(labels)), labels], EPSILON, 1)).mean())


def confidence(answers: Answers, *, temperature: float) -> NDArray[np.float64]:
    """Largest calibrated probability of each answer, (N,)."""
    return calibrated(answers, temperature=temperature).max(axis=1)


def on_digits(
    images: str, answers: Answers, labels: NDArray[np.uint8], *, temperature: float, min_confidence: float
) -> OnDigits:
    """Compare confidence with truth over answers (N, 10) to images of digits with labels (N,)."""
    right = answers.argmax(axis=1) == labels
    before, after = (confidence(answers, temperature=value) for value in (1.0, temperature))
    return OnDigits(
        images=images,
        count=len(labels),
        accuracy=float(right.mean()),
        error_before=calibration_error(before, right),
        error_after=calibration_error(after, right),
        accepted=float((after >= min_confidence).mean()),
    )


def calibration_error(score: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Expected calibration error: mean gap between confidence and share of right answers, over 15 equal bins."""
    bins = np.minimum((score * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights=score - right, minlength=BINS)
    return float(np.abs(gaps).sum() / len(score))


def on_signs(
    kind: str, score: NDArray[np.float64], digits: NDArray[np.float64], *, at_95: float, min_confidence: float
) -> OnSigns:
    """Compare the confidence in signs that are no digit (N,) with that in digits (M,)."""
    metrics = require("sklearn.metrics", extra="export")
    is_digit = np.repeat([True, False], [len(digits), len(score)])
    return OnSigns(
        kind=kind,
        count=len(score),
        roc_auc=float(metrics.roc_auc_score(is_digit, np.concatenate([digits, score]))),
        accepted_at_95=float((score >= at_95).mean()),
        accepted=float((score >= min_confidence).mean()),
    )
