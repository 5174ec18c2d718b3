"""Boosted trees, grown by scikit-learn, as the plain arrays that devices evaluate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from edgedigits_camera.digits.judge import Trees

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Fewest candidates in a leaf: with fewer, trees remember single scenes.
LEAF_ROWS = 40


def grow(features: NDArray[np.float32], right: NDArray[np.bool_], *, trees: int, depth: int, rate: float) -> Trees:
    """Fit trees of one depth to features (N, F) and what is right (N,); the same rows give the same trees."""
    model = HistGradientBoostingClassifier(
        max_iter=trees,
        max_depth=depth,
        max_leaf_nodes=None,
        learning_rate=rate,
        min_samples_leaf=LEAF_ROWS,
        early_stopping=False,
        random_state=0,
    ).fit(features, right)
    # The fitted nodes have no public name; a test compares the answers.
    full = [_full(predictors[0].nodes, depth) for predictors in model._predictors]  # noqa: SLF001
    feature, cut, leaf = (np.stack(arrays) for arrays in zip(*full, strict=True))
    return Trees(feature, cut, leaf, bias=float(np.ravel(model._baseline_prediction)[0]))  # noqa: SLF001


def _full(rows: NDArray[Any], depth: int) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
    """Nodes of one tree numbered breadth first: features, cuts, and leaves; a leaf that comes early is repeated."""
    inner = 2**depth - 1
    feature, cut = np.zeros(inner, np.int32), np.full(inner, np.inf, np.float32)
    at = [0]  # the row of each place
    for place in range(inner):
        row = rows[at[place]]
        if row["is_leaf"]:
            at += [at[place]] * 2
        else:
            feature[place], cut[place] = row["feature_idx"], row["num_threshold"]
            at += [int(row["left"]), int(row["right"])]
    return feature, cut, np.array([rows[row]["value"] for row in at[inner:]], np.float32)
