"""Trees as plain arrays answer as a walk through each of them does, perceptrons as a sum over their units does."""

import io

import numpy as np
import pytest

from edgedigits_camera.judge import MAX_LOG_ODDS, Judge, Perceptron, Trees


def random_trees(seed, *, trees=7, depth=4, features=5):
    rng = np.random.default_rng(seed)
    nodes = 2**depth - 1
    return Trees(
        rng.integers(0, features, (trees, nodes)).astype(np.int32),
        rng.normal(size=(trees, nodes)).astype(np.float32),
        rng.normal(size=(trees, nodes + 1)).astype(np.float32),
        0.25,
    )


def walked(trees, row):
    """Score of one row, tree by tree and node by node."""
    log_odds = trees.bias
    for feature, cut, leaf in zip(trees.feature, trees.cut, trees.leaf, strict=True):
        node = 0
        while node < len(feature):
            node = 2 * node + (2 if row[feature[node]] > cut[node] else 1)
        log_odds += leaf[node - len(feature)]
    return 1 / (1 + np.exp(-log_odds))


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_all_rows_at_once_are_scored_as_one_by_one(depth):
    trees = random_trees(depth, depth=depth)
    rows = np.random.default_rng(9).normal(size=(50, 5)).astype(np.float32)
    assert trees.score(rows) == pytest.approx([walked(trees, row) for row in rows], abs=1e-6)


def test_a_leaf_that_is_moved_is_noticed():
    trees, rows = random_trees(1), np.random.default_rng(9).normal(size=(50, 5)).astype(np.float32)
    moved = Trees(trees.feature, trees.cut, np.roll(trees.leaf, 1, axis=1), trees.bias)
    assert np.abs(moved.score(rows) - [walked(trees, row) for row in rows]).max() > 0.1


def test_a_value_on_the_cut_goes_left():
    trees = Trees(np.zeros((1, 1), np.int32), np.full((1, 1), 0.5, np.float32), np.array([[-1, 1]], np.float32), 0.0)
    left, right = trees.score(np.array([[0.5], [0.6]], np.float32))
    assert left < 0.5 < right


def test_no_rows_have_no_scores():
    assert random_trees(1).score(np.zeros((0, 5), np.float32)).shape == (0,)


def test_certainty_beyond_measure_stays_finite():
    trees = Trees(np.zeros((1, 1), np.int32), np.zeros((1, 1), np.float32), np.array([[-1e6, 1e6]], np.float32), 0.0)
    with np.errstate(all="raise"):
        low, high = trees.score(np.array([[-1], [1]], np.float32))
    assert 0 <= low < 1e-6
    assert 1 - 1e-6 < high <= 1


def random_perceptron(seed, *, features=5, units=4):
    rng = np.random.default_rng(seed)
    return Perceptron(
        rng.normal(size=(features + 1, units)).astype(np.float32), rng.normal(size=units + 1).astype(np.float32)
    )


def test_a_perceptron_adds_up_its_rectified_units():
    perceptron, rows = random_perceptron(1), np.random.default_rng(9).normal(size=(20, 5)).astype(np.float32)
    for row, odds in zip(rows, perceptron.log_odds(rows), strict=True):
        units = [max(0.0, float(row @ unit[:-1] + unit[-1])) for unit in perceptron.hidden.T]
        assert odds == pytest.approx(np.dot(units, perceptron.out[:-1]) + perceptron.out[-1], abs=1e-5)


def test_the_log_odds_of_a_perceptron_stay_finite():
    steep = Perceptron(np.full((2, 1), 1e6, np.float32), np.full(2, 1e6, np.float32))
    assert steep.log_odds(np.ones((1, 1), np.float32)).tolist() == [MAX_LOG_ODDS]
    assert steep.log_odds(np.zeros((0, 1), np.float32)).shape == (0,)


def test_a_judge_survives_being_written_and_read():
    judge = Judge(
        random_perceptron(1), random_perceptron(2, units=3), random_trees(2, depth=3), random_trees(3), least=0.42
    )
    stream = io.BytesIO()
    np.savez(stream, **judge.arrays())
    stream.seek(0)
    with np.load(stream, allow_pickle=False) as arrays:
        again = Judge.of(arrays)
    rows = np.random.default_rng(9).normal(size=(50, 5)).astype(np.float32)
    for name in ("glance", "shape"):
        assert np.array_equal(getattr(again, name).log_odds(rows), getattr(judge, name).log_odds(rows))
    for name in ("look", "second"):
        assert np.array_equal(getattr(again, name).score(rows), getattr(judge, name).score(rows))
    assert again.least == judge.least
