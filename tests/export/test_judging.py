"""The judge: its trees answer as scikit-learn's model does, and fitting one puts it into the bundle."""

import shutil

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the extra `export` is not installed")
pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

from sklearn.ensemble import HistGradientBoostingClassifier

from edgedigits_export.judging.trees import LEAF_ROWS, grow


@pytest.fixture(scope="module")
def rows():
    """Features (600, 4), some of them of few values, and a rule with some noise."""
    rng = np.random.default_rng(5)
    features = rng.normal(size=(600, 4)).astype(np.float32)
    features[:, 1] = np.round(features[:, 1])
    right = features[:, 0] * features[:, 1] + 0.3 * rng.normal(size=600) > 0.2
    return features, right


def reference(rows, *, trees, depth, rate):
    settings = {"max_leaf_nodes": None, "min_samples_leaf": LEAF_ROWS, "early_stopping": False, "random_state": 0}
    model = HistGradientBoostingClassifier(max_iter=trees, max_depth=depth, learning_rate=rate, **settings)
    return model.fit(*rows)


@pytest.mark.parametrize(("trees", "depth"), [(1, 1), (5, 3), (12, 5)])
def test_the_trees_answer_as_the_model_that_they_were_taken_from(rows, trees, depth):
    grown = grow(*rows, trees=trees, depth=depth, rate=0.2)
    model = reference(rows, trees=trees, depth=depth, rate=0.2)
    others = np.random.default_rng(6).normal(size=(500, 4)).astype(np.float32)
    for features in (rows[0], others):
        assert grown.score(features) == pytest.approx(model.predict_proba(features)[:, 1], abs=1e-5)


def test_another_model_answers_otherwise(rows):
    grown = grow(*rows, trees=5, depth=3, rate=0.2)
    model = reference(rows, trees=6, depth=3, rate=0.2)
    assert np.abs(grown.score(rows[0]) - model.predict_proba(rows[0])[:, 1]).max() > 1e-3


def test_trees_learn_the_rule_and_the_same_rows_give_the_same_trees(rows):
    first, again = (grow(*rows, trees=12, depth=4, rate=0.3) for _ in range(2))
    assert np.mean((first.score(rows[0]) > 0.5) == rows[1]) > 0.85
    for part in ("feature", "cut", "leaf"):
        assert np.array_equal(getattr(first, part), getattr(again, part))
