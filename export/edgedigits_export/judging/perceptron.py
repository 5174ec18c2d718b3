"""Perceptrons, fitted by scikit-learn, as the plain arrays that devices evaluate."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from edgedigits_camera.judge import Perceptron

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The score on other scenes grows no more after so many.
UNITS, EPOCHS = 48, 10


def train(features: NDArray[np.float32], right: NDArray[np.bool_]) -> Perceptron:
    """Fit a perceptron to features (N, F) and what is right (N,); the same rows give the same one."""
    mean, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-3)
    model = MLPClassifier((UNITS,), batch_size=256, learning_rate_init=0.002, max_iter=EPOCHS, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early on purpose
        model.fit((features - mean) / spread, right)
    (weights, out), (bias, out_bias) = model.coefs_, model.intercepts_
    # What the features were divided by and moved by goes into the weights.
    weights = weights / spread[:, None]
    hidden = np.concatenate([weights, (bias - mean @ weights)[None]])
    return Perceptron(hidden.astype(np.float32), np.append(out[:, 0], out_bias).astype(np.float32))
