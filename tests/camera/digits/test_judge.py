"""The judge's trees, and the file that they are kept in."""

from itertools import combinations

import numpy as np
import pytest

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.errors import BundleError
from edgedigits_camera.digits.features import FEATURES, RANGES
from edgedigits_camera.digits.judge import Judge, Trees

# Lowest and highest value of each column here.
WITHIN = np.clip(np.array([*RANGES.values()]), -2, 2).T


def drawn_trees(*, trees=7, depth=4, seed=0):
    """Trees that cut columns within their ranges, another one on each level."""
    rng, inner = np.random.default_rng(seed), 2**depth - 1
    level = np.repeat(range(depth), 1 << np.arange(depth))
    feature = np.stack([rng.permutation(len(FEATURES))[level] for _ in range(trees)]).astype(np.int32)
    cut, leaf = rng.uniform(*WITHIN[:, feature]), rng.normal(size=(trees, inner + 1))
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
    rows = np.random.default_rng(2).uniform(*WITHIN, size=(8, len(FEATURES))).astype(np.float32)
    return Judge(drawn_trees(), threshold=0.4, golden=rows)


@pytest.mark.parametrize(("trees", "depth"), [(1, 1), (3, 2), (20, 5)])
def test_all_rows_at_once_are_scored_as_a_walk_through_each_tree_does(trees, depth):
    grown = drawn_trees(trees=trees, depth=depth, seed=1)
    rows = np.random.default_rng(1).uniform(*WITHIN, size=(50, len(FEATURES))).astype(np.float32)
    expected = [1 / (1 + np.exp(-walked(grown, row))) for row in rows]
    assert grown.score(rows) == pytest.approx(expected, abs=1e-5)
    assert np.ptp(expected) > 0.1


def refused(arrays):
    """Whether arrays are refused as those of trees that look at other columns than they were fitted on."""
    try:
        Judge.of(arrays)
    except BundleError as error:
        return "which no fit does" in str(error)
    return False


@pytest.fixture(scope="module")
def shipped():
    """The arrays of the shipped bundle's judge."""
    return Bundle.load(default_bundle()).judge


def test_trees_that_look_at_shifted_columns_are_refused_wherever_the_shift_begins(shipped):
    feature, columns = shipped["feature"].astype(int), range(len(FEATURES))
    assert not refused(shipped)
    shifts = [(feature + by) % len(FEATURES) for by in columns[1:]]
    shifts += [np.where(feature >= first, (feature + 1) % len(FEATURES), feature) for first in columns]
    assert all(refused(shipped | {"feature": moved}) for moved in shifts)


def older(arrays):
    """A judge as it was fitted before there were golden rows."""
    return {name: array for name, array in arrays.items() if not name.startswith("golden")}


def test_trees_that_take_one_column_for_another_are_refused_nearly_always_without_golden_rows_too(shipped):
    feature, columns = shipped["feature"], range(len(FEATURES))
    found = [
        refused(older(shipped) | {"feature": np.where(feature == one, np.uint8(other), feature)})
        for one in columns
        for other in columns
        if one != other
    ]
    assert np.mean(found) > 0.95


def swapped(arrays, pair):
    order = np.arange(len(FEATURES), dtype=np.uint8)
    order[[*pair]] = order[[*pair[::-1]]]
    return arrays | {"feature": order[arrays["feature"]]}


def test_trees_that_look_at_two_swapped_columns_are_refused_whichever_two_by_the_golden_rows(shipped):
    pairs = list(combinations(range(len(FEATURES)), 2))
    for pair in pairs:
        with pytest.raises(BundleError, match=r"judge\.npz is damaged: it (scores its golden rows otherwise|cuts )"):
            Judge.of(swapped(shipped, pair))
    # Without the rows, a quarter would pass.
    assert sum(refused(swapped(older(shipped), pair)) for pair in pairs) < 0.8 * len(pairs)


@pytest.mark.parametrize("bias", [20.0, -20.0])
def test_a_judge_that_says_the_same_to_everything_is_refused_by_its_golden_rows(shipped, bias):
    with pytest.raises(BundleError, match="it scores its golden rows otherwise than it did when fitted, by "):
        Judge.of(shipped | {"bias": np.array(bias)})
    assert Judge.of(older(shipped) | {"bias": np.array(bias)}).trees.bias == bias


def test_scores_of_golden_rows_may_differ_by_rounding_alone(shipped):
    known = shipped["golden_scores"]
    assert len(Judge.of(shipped | {"golden_scores": known + np.float32(5e-4)}).golden) == len(known)
    with pytest.raises(BundleError, match=r"by 0\.002"):
        Judge.of(shipped | {"golden_scores": known + np.float32(2e-3)})


@pytest.mark.parametrize("side", [0, 1])
def test_a_cut_beyond_that_of_the_same_column_above_it_is_refused(side):
    ink = np.full((1, 3), FEATURES.index("ink"))
    cut = np.array([[0.5, 0.25, 0.75]], np.float32)
    arrays = Judge(Trees(ink, cut, np.zeros((1, 4), np.float32), bias=0.0), threshold=0.5).arrays()
    assert not refused(arrays)
    arrays["cut"][0, 1 + side] = 1 - cut[0, 1 + side]
    assert refused(arrays)


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
    assert (again.golden == judge.golden).all()


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
        *map(without, ("golden", "golden_scores")),
        *(put(name, value) for name in ("golden", "golden_scores") for value in ("abc", 1.0, [[0.5]])),
        filled("golden_scores", np.nan),
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
