"""The judge: boosted trees that tell, of each candidate, how likely it is a digit that was read right.

A verifier, in the field's word: it rejects what is no digit. Plain arrays, evaluated by NumPy for all at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from edgedigits.errors import BundleError
from edgedigits_camera.digits.features import FEATURES, RANGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

# Log odds beyond this are as good as certain, and exp() stays finite.
MAX_LOG_ODDS = 30.0
# Of the arrays in the file.
VERSION = 2
FIT_AGAIN = "fit it again: edgedigits fit-judge BUNDLE"
# The kinds of NumPy's types that each array may have.
KINDS = {"feature": "iu", "cut": "f", "leaf": "f", "bias": "f", "threshold": "f"}
# Scores of golden rows differ by less between processors; trees that look at other columns move one by a twentieth.
SAME_SCORE = 1e-3


def no_rows() -> NDArray[np.float32]:
    """What a judge that was fitted before there were golden rows has."""
    return np.zeros((0, len(FEATURES)), np.float32)


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
        columns, rows = np.ascontiguousarray(features.T).ravel(), np.arange(len(features), dtype=np.intp)
        root = np.arange(0, trees * nodes, nodes, dtype=np.intp)[:, None]
        node = np.zeros((trees, len(features)), np.intp)
        for _ in range(nodes.bit_length()):
            at = root + node
            node = 2 * node + 1 + (columns.take(feature.take(at) * len(features) + rows) > cut.take(at))
        at = node - nodes + np.arange(0, leaf.size, nodes + 1, dtype=np.intp)[:, None]
        log_odds = self.bias + leaf.take(at).sum(axis=0)
        return (1 / (1 + np.exp(-np.clip(log_odds, -MAX_LOG_ODDS, MAX_LOG_ODDS)))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Judge:
    """Trees over ``FEATURES``, and the score from which a candidate is read."""

    trees: Trees
    threshold: float
    golden: NDArray[np.float32] = field(default_factory=no_rows)
    """(N, F): rows whose scores are written down with it, and held against what it says when it is loaded."""

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Put together what :meth:`arrays` took apart.

        Raises:
            BundleError: they are a judge of another version, one that was fitted on other features or scores its golden
                rows otherwise than it did then, or none at all.

        """
        version = arrays["version"].tolist() if "version" in arrays else 1
        if version != VERSION:
            raise BundleError(f"judge.npz has version {version!r:.20}, expected {VERSION}; {FIT_AGAIN}")
        names = tuple(map(str, np.ravel(arrays.get("features", ()))))
        if names != FEATURES:
            other = sorted(set(names) ^ set(FEATURES)) or ["their order"]
            raise BundleError(f"judge.npz was fitted on other features ({', '.join(other)[:200]}); {FIT_AGAIN}")
        if wrong := _wrong_with(arrays):
            raise BundleError(f"judge.npz is damaged: {wrong}; {FIT_AGAIN}")
        feature, cut, leaf = (arrays[name] for name in ("feature", "cut", "leaf"))
        trees = Trees(feature.astype(np.int32), cut.astype(np.float32), leaf.astype(np.float32), float(arrays["bias"]))
        if wrong := _wrong_answers(trees, arrays):
            raise BundleError(f"judge.npz is damaged: {wrong}; {FIT_AGAIN}")
        return cls(trees, float(arrays["threshold"]), arrays.get("golden", no_rows()))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Plain arrays, to be written to a file."""
        return {
            "version": np.array(VERSION),
            "features": np.array(FEATURES),
            "feature": self.trees.feature.astype(np.uint8),
            "cut": self.trees.cut,
            "leaf": self.trees.leaf,
            "bias": np.array(self.trees.bias),
            "threshold": np.array(self.threshold),
            "golden": self.golden,
            "golden_scores": self.trees.score(self.golden),
        }


def _wrong_with(arrays: Mapping[str, NDArray[Any]]) -> str | None:
    """What keeps arrays from being trees, or None; NaN, for one, would reject every digit in silence."""
    for name, kinds in KINDS.items():
        if name not in arrays or arrays[name].dtype.kind not in kinds:
            return f"{name} is missing or holds no numbers"
    feature, cut, leaf, bias, threshold = (arrays[name] for name in KINDS)
    trees, nodes = feature.shape if feature.ndim == 2 else (0, 0)
    expected = {"cut": (trees, nodes), "leaf": (trees, nodes + 1), "bias": (), "threshold": ()}
    if not trees or not nodes or nodes & (nodes + 1) or any(arrays[name].shape != expected[name] for name in expected):
        return "its arrays are no whole trees"
    if feature.min() < 0 or feature.max() >= len(FEATURES):
        return f"it looks at feature {feature.max()} of {len(FEATURES)}"
    # A cut may be infinite: the branch of a leaf that came early.
    if np.isnan(cut).any() or not all(np.isfinite(each).all() for each in (leaf, bias, threshold)):
        return "it holds numbers that are none"
    if (off := _off_range(feature, cut) | _off_path(feature, cut)).any():
        return f"it cuts {FEATURES[feature[off][0]]} at {cut[off][0]:g}, which no fit does"
    return None if 0 < threshold < 1 else f"its threshold is {threshold:g}, expected 0 to 1"


def _wrong_answers(trees: Trees, arrays: Mapping[str, NDArray[Any]]) -> str | None:
    """How trees differ from those that were fitted, by the golden rows; None if they do not, or have none."""
    rows, known = arrays.get("golden", no_rows()), arrays.get("golden_scores", no_rows()[:, 0])
    shapes = rows.shape, known.shape
    if shapes != ((known.size, len(FEATURES)), (known.size,)) or {rows.dtype, known.dtype} != {np.dtype(np.float32)}:
        return f"its golden rows and their scores are {rows.dtype} of {shapes[0]} and {known.dtype} of {shapes[1]}"
    apart = np.abs(trees.score(rows) - known).max(initial=0)
    if apart <= SAME_SCORE:  # NaN is not
        return None
    return f"it scores its golden rows otherwise than it did when fitted, by {apart:.2g}"


def _off_range(feature: NDArray[np.integer[Any]], cut: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
    """Nodes that cut a column where it has no values, as those do that name another column than the one fitted."""
    low, high = np.array([*RANGES.values()], np.float32).T
    return np.isfinite(cut) & ((cut < low[feature]) | (cut > high[feature]))


def _off_path(feature: NDArray[np.integer[Any]], cut: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
    """Nodes that cut a column on the side that a node above, of the same column, has sent elsewhere."""
    number = np.arange(1, feature.shape[1] + 1)  # from one: the node above has half the number, right ones are odd
    off = np.zeros(feature.shape, np.bool_)
    for levels in range(1, len(number).bit_length()):
        above, right = (number >> levels) - 1, number >> (levels - 1) & 1
        beyond = np.where(right, cut < cut[:, above], cut > cut[:, above])
        off |= (above >= 0) & np.isfinite(cut) & (feature == feature[:, above]) & beyond
    return off
