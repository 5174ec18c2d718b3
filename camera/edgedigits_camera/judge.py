"""Which candidates are digits: boosted trees as plain arrays, evaluated by NumPy for all candidates at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted binary trees, all of the same depth D: a row holds one tree, its nodes numbered breadth first."""

    feature: NDArray[np.int32]
    """(T, 2**D - 1): which feature a node looks at."""
    cut: NDArray[np.float32]
    """(T, 2**D - 1): to the right above this value."""
    leaf: NDArray[np.float32]
    """(T, 2**D): what a leaf adds to the log odds."""
    bias: float

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probability (N,) float64 for rows of features (N, F)."""
        trees, nodes = self.feature.shape
        rows, tree = np.arange(len(features))[:, None], np.arange(trees)[None]
        node = np.zeros((len(features), trees), np.int64)
        while len(node) and node[0, 0] < nodes:
            right = features[rows, self.feature[tree, node]] > self.cut[tree, node]
            node = 2 * node + 1 + right
        log_odds = self.bias + self.leaf[tree, node - nodes].sum(axis=1)
        return 1 / (1 + np.exp(-log_odds))
