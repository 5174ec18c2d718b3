"""The judge's trees, and the file that they are kept in."""

import numpy as np
import pytest

from edgedigits.errors import BundleError
from edgedigits_camera.digits.features import FEATURES
from edgedigits_camera.digits.judge import Judge, Trees


def drawn_trees(*, trees=7, depth=4, seed=0):
    rng, inner = np.random.default_rng(seed), 2**depth - 1
    feature = rng.integers(0, len(FEATURES), (trees, inner)).astype(np.int32)
    cut, leaf = rng.normal(size=(trees, inner)), rng.normal(size=(trees, inner + 1))
    cut[rng.random(cut.shape) < 0.1] = np.inf  # a leaf that came early
    return Trees(feature, cut.astype(np.float32), leaf.astype(np.float32), bias=-0.3)


def walked(trees, row):
    """Log odds of one row, tree by tree and node by node."""
    odds = trees.bias
    for feature, cut, leaf in zip(trees.feature, trees.cut, trees.leaf, strict=True):
        node = 0
        while node < len(feature):
            node = 2 * node + 1 + int(row[feature[node]] > cut[node])
        odds += leaf[node - len(feature)]
    return odds


@pytest.fixture
def judge():
    return Judge(drawn_trees(), threshold=0.4)


@pytest.mark.parametrize(("trees", "depth"), [(1, 1), (3, 2), (20, 5)])
def test_all_rows_at_once_are_scored_as_a_walk_through_each_tree_does(trees, depth):
    grown = drawn_trees(trees=trees, depth=depth)
    rows = np.random.default_rng(1).normal(size=(50, len(FEATURES))).astype(np.float32)
    expected = [1 / (1 + np.exp(-walked(grown, row))) for row in rows]
    assert grown.score(rows) == pytest.approx(expected, abs=1e-5)
    assert np.ptp(expected) > 0.1


def test_no_rows_have_no_scores(judge):
    assert judge.trees.score(np.zeros((0, len(FEATURES)), np.float32)).shape == (0,)


def test_scores_stay_finite_however_sure_the_trees_are(judge):
    sure = Trees(judge.trees.feature, judge.trees.cut, 1e6 * np.abs(judge.trees.leaf), bias=0.0)
    assert sure.score(np.zeros((1, len(FEATURES)), np.float32)) == pytest.approx(1)


def test_a_judge_comes_back_from_its_file_as_it_was(judge):
    again = Judge.of(judge.arrays())
    rows = np.random.default_rng(1).normal(size=(50, len(FEATURES))).astype(np.float32)
    assert (again.trees.score(rows) == judge.trees.score(rows)).all()
    assert again.threshold == judge.threshold


@pytest.mark.parametrize("version", [None, 1, 3])
def test_a_file_of_another_version_is_refused_in_one_line(judge, version):
    arrays = judge.arrays() | {"version": np.array(version)}
    if version is None:
        del arrays["version"]
    with pytest.raises(BundleError, match="version") as refused:
        Judge.of(arrays)
    assert "\n" not in str(refused.value)
    assert "fit-judge" in str(refused.value)


@pytest.mark.parametrize(
    ("names", "said"),
    [((*FEATURES[:-1], "colour"), "colour"), (FEATURES[:-1], FEATURES[-1]), (FEATURES[::-1], "order")],
    ids=["another", "one less", "another order"],
)
def test_a_file_with_other_columns_is_refused_in_one_line(judge, names, said):
    with pytest.raises(BundleError, match=said) as refused:
        Judge.of(judge.arrays() | {"features": np.array(names)})
    assert "\n" not in str(refused.value)


def without(name):
    return lambda arrays: arrays.pop(name)


def filled(name, value):
    return lambda arrays: arrays.update({name: np.full_like(arrays[name], value)})


def put(name, value):
    return lambda arrays: arrays.update({name: np.array(value)})


@pytest.mark.parametrize(
    "change",
    [
        *map(without, ("feature", "cut", "leaf", "bias", "threshold")),
        *(filled(name, np.nan) for name in ("cut", "leaf", "bias", "threshold")),
        *(filled(name, np.inf) for name in ("leaf", "bias", "threshold")),
        filled("feature", len(FEATURES)),
        lambda arrays: arrays.update(feature=arrays["feature"].astype(np.int8) - 30),
        lambda arrays: arrays.update(leaf=arrays["leaf"][:, :-1]),
        lambda arrays: arrays.update(cut=arrays["cut"][:-3]),
        lambda arrays: arrays.update({name: arrays[name][:0] for name in ("feature", "cut", "leaf")}),
        lambda arrays: arrays.update({name: arrays[name][:, :-1] for name in ("feature", "cut", "leaf")}),
        lambda arrays: arrays.update(feature=arrays["feature"].ravel()),
        *(put("threshold", value) for value in ("abc", 1j, True, [0.5], 0.0, 1.0, -1.0)),
        put("cut", "abc"),
    ],
)
def test_a_file_that_holds_no_trees_is_refused_in_one_line(judge, change):
    arrays = judge.arrays()
    change(arrays)
    with pytest.raises(BundleError, match=r"judge\.npz is damaged: .*fit it again") as refused:
        Judge.of(arrays)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "change", [without("features"), put("features", 3.5), put("version", "abc"), put("version", [2, 2])]
)
def test_a_file_whose_version_or_columns_are_none_is_refused_in_one_line(judge, change):
    arrays = judge.arrays()
    change(arrays)
    with pytest.raises(BundleError, match=r"judge\.npz (has version|was fitted on other features)"):
        Judge.of(arrays)
