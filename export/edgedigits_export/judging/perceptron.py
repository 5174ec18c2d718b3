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
EPOCHS = 10


def train(features: NDArray[np.float32], right: NDArray[np.bool_], *, units: int, members: int = 1) -> Perceptron:
    """Fit a perceptron to features (N, F) and what is right (N,); the same rows give the same one.

    Several members, fitted from different starts, err in different places: their mean is one perceptron with the units
    of all.
    """
    mean, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-3)
    models = [_fitted((features - mean) / spread, right, units=units, seed=member) for member in range(members)]
    # What the features were divided by and moved by goes into the weights.
    weights = np.concatenate([model.coefs_[0] for model in models], axis=1) / spread[:, None]
    bias = np.concatenate([model.intercepts_[0] for model in models]) - mean @ weights
    out = np.concatenate([model.coefs_[1][:, 0] for model in models]) / members
    out_bias = np.mean([model.intercepts_[1][0] for model in models])
    hidden = np.concatenate([weights, bias[None]])
    return Perceptron(hidden.astype(np.float32), np.append(out, out_bias).astype(np.float32))


def _fitted(features: NDArray[np.float32], right: NDArray[np.bool_], *, units: int, seed: int) -> MLPClassifier:
    """Fit one member, which starts from weights that ``seed`` decides."""
    model = MLPClassifier((units,), batch_size=256, learning_rate_init=0.002, max_iter=EPOCHS, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early on purpose
        return model.fit(features, right)
