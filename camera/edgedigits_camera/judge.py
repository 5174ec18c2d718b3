"""Which candidates are digits: small judges as plain arrays, evaluated by NumPy for all candidates at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

# Log odds beyond this are as good as certain, and exp() stays finite.
MAX_LOG_ODDS = 30.0


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

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probability (N,) float32 for rows of features (N, F)."""
        trees, nodes = self.feature.shape
        feature, cut, leaf = self.feature.ravel(), self.cut.ravel(), self.leaf.ravel()
        columns, rows = np.ascontiguousarray(features.T).ravel(), np.arange(len(features), dtype=np.int32)
        root = np.arange(0, trees * nodes, nodes, dtype=np.int32)[:, None]
        node = np.zeros((trees, len(features)), np.int32)
        for _ in range(nodes.bit_length()):
            at = root + node
            node = 2 * node + 1 + (columns.take(feature.take(at) * len(features) + rows) > cut.take(at))
        at = node - nodes + np.arange(0, leaf.size, nodes + 1, dtype=np.int32)[:, None]
        log_odds = self.bias + leaf.take(at).sum(axis=0)
        return 1 / (1 + np.exp(-np.clip(log_odds, -MAX_LOG_ODDS, MAX_LOG_ODDS)))

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]], name: str) -> Self:
        """Take the trees called ``name`` out of arrays as :meth:`arrays` gives them."""
        feature, cut, leaf = (arrays[f"{name}/{part}"] for part in ("feature", "cut", "leaf"))
        return cls(
            feature.astype(np.int32), cut.astype(np.float32), leaf.astype(np.float32), float(arrays[f"{name}/bias"])
        )

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Plain arrays, to be written to a file."""
        return {
            f"{name}/feature": self.feature.astype(np.uint8),
            f"{name}/cut": self.cut,
            f"{name}/leaf": self.leaf,
            f"{name}/bias": np.array(self.bias),
        }


@dataclass(frozen=True, slots=True)
class Perceptron:
    """One hidden layer of rectified units: pixels, or what stands for them, to log odds."""

    hidden: NDArray[np.float32]
    """(F + 1, H): weights of each unit, its bias in the last row."""
    out: NDArray[np.float32]
    """(H + 1,): weight of each unit, the bias last."""

    def log_odds(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log odds (N,) float32 for rows of features (N, F)."""
        units = np.maximum(features @ self.hidden[:-1] + self.hidden[-1], 0)
        odds: NDArray[np.float32] = np.clip(units @ self.out[:-1] + self.out[-1], -MAX_LOG_ODDS, MAX_LOG_ODDS)
        return odds

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]], name: str) -> Self:
        """Take the perceptron called ``name`` out of arrays as :meth:`arrays` gives them."""
        return cls(arrays[f"{name}/hidden"].astype(np.float32), arrays[f"{name}/out"].astype(np.float32))

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Plain arrays, to be written to a file."""
        return {f"{name}/hidden": self.hidden, f"{name}/out": self.out}


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges in a row, the cheap ones first, and the score from which a candidate is a digit."""

    glance: Perceptron
    """By form and by the ink around, before a patch is made of anything."""
    shape: Perceptron
    """By the patch that the network sees."""
    look: Trees
    """By all of this and what the network says."""
    second: Trees
    """By what stands near and what overlaps as well."""
    least: float

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Put together what :meth:`arrays` took apart."""
        glance, shape = (Perceptron.of(arrays, name) for name in ("glance", "shape"))
        look, second = (Trees.of(arrays, name) for name in ("look", "second"))
        return cls(glance, shape, look, second, float(arrays["least"]))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Plain arrays, to be written to a file."""
        perceptrons = self.glance.arrays("glance") | self.shape.arrays("shape")
        return perceptrons | self.look.arrays("look") | self.second.arrays("second") | {"least": np.array(self.least)}
