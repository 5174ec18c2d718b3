"""The judge: its trees answer as scikit-learn's model does, it is fitted and measured, and a bundle takes it in."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the extra `export` is not installed")
pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

import cv2
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.recognizer import Recognizer
from edgedigits_camera.detection.detect import Detections
from edgedigits_camera.detection.maps import CHANNELS, HEAT, HEIGHT, LIGHT, PRINTED, WIDTH, X, Y
from edgedigits_camera.digits.candidates import Candidates
from edgedigits_camera.digits.features import FEATURES
from edgedigits_camera.digits.judge import Judge
from edgedigits_camera.profiles import LIVE
from edgedigits_camera.scene import SceneSpec, draw_scene
from edgedigits_camera.scene.shot import DrawnDigit
from edgedigits_export.judging import FittedJudge, fit, fit_judge, put_into
from edgedigits_export.judging.examples import Examples, examples_of, judged
from edgedigits_export.judging.fit import KEPT_EVERY, fitted
from edgedigits_export.judging.trees import LEAF_ROWS, grow


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    """For so few rows, threads that wait for one another take most of the time."""
    with threadpool_limits(1):
        yield


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


def candidates(boxes, names):
    """Candidates with boxes (N, 4) that the network gives these names."""
    boxes, one = np.array(boxes, float).reshape(-1, 4), np.ones(len(boxes), np.float32)
    said = np.eye(10, dtype=np.float32)[names]
    found = Detections(boxes, 0.9 * one, 0 * one, 0 * one, said, one.astype(float), 0 * one)
    return Candidates(found, np.zeros((len(boxes), 28, 28), np.uint8), said[:, None], one, 0 * one, boxes)


@pytest.fixture(scope="module")
def scene():
    """A blank picture with a 3, a printed 5, and something unsure."""
    drawn = draw_scene(1, spec=SceneSpec(layout="empty"), size_px=(320, 240))
    three, five = DrawnDigit(3, (20, 20, 20, 30)), DrawnDigit(5, (120, 20, 20, 30))
    return replace(drawn, digits=(three,), printed=(five,), unsure=((220, 20, 20, 30),))


@pytest.mark.parametrize(
    ("box", "name", "right", "known"),
    [
        ((20, 20, 20, 30), 3, True, True),
        ((22, 18, 20, 34), 3, True, True),
        ((20, 20, 20, 30), 8, False, True),
        ((20, 36, 20, 11), 3, False, True),
        ((60, 100, 20, 30), 3, False, True),
        ((120, 20, 20, 30), 5, True, True),
        ((120, 20, 20, 30), 6, False, False),
        ((220, 20, 20, 30), 0, False, False),
        ((225, 30, 8, 10), 0, False, False),
    ],
    ids=["right", "nearly there", "wrong name", "a piece", "nothing", "print", "print misread", "unsure", "in unsure"],
)
def test_what_is_right_and_what_counts(scene, box, name, right, known):
    assert [part.tolist() for part in judged(candidates([box], [name]), scene)] == [[right], [known]]


def test_where_no_digit_is_nothing_is_right_and_all_counts(scene):
    empty = replace(scene, digits=(), printed=(), unsure=())
    right, known = judged(candidates([(20, 20, 20, 30)] * 2, [3, 4]), empty)
    assert (right.any(), known.all()) == (False, True)


def test_without_candidates_there_are_no_labels(scene):
    assert [len(part) for part in judged(candidates([], []), scene)] == [0, 0]


class Components:
    """A detector that takes dark ink that stands alone for a digit, and some of it for two."""

    def maps(self, contrast):
        maps = np.zeros((contrast.shape[0] // 4, contrast.shape[1] // 4, CHANNELS), np.float32)
        maps[..., HEAT] = -9
        maps[..., [LIGHT, PRINTED]] = -4
        ink = (contrast > 200).astype(np.uint8)
        for x, y, w, h, _ in cv2.connectedComponentsWithStats(ink)[2][1:].tolist():
            if 8 < h < 40 and w < 40:
                for left, width in ((x, w), (x + w * 0.6, w * 0.8)):
                    middle = np.array([left + width / 2, y + h / 2]) / 4
                    column, row = np.minimum(np.floor(middle).astype(int), (maps.shape[1] - 1, maps.shape[0] - 1))
                    maps[row, column, [HEAT, X, Y]] = 2, *(middle - (column + 0.5, row + 0.5))
                    maps[row, column, [WIDTH, HEIGHT]] = np.log([width / 16, h / 16])
        return maps


class StandIn:
    """The shipped network that names patches, with a detector that needs no weights."""

    def __init__(self):
        recognizer = Recognizer.load()
        self.bundle, self.probabilities, self.detector = recognizer.bundle, recognizer.probabilities, Components()


@pytest.fixture(scope="module")
def stand_in():
    return StandIn()


def test_examples_have_a_column_for_each_feature_and_some_are_right(stand_in):
    drawn = draw_scene(1, spec=SceneSpec(pen="marker", layout="lines", digit_px=20), size_px=(320, 240))
    seen = examples_of(drawn, stand_in, profile=LIVE)
    assert seen.features.shape == (len(seen.right), len(FEATURES))
    assert seen.features.dtype == np.float32
    assert 0 < seen.right.sum() < len(seen.right)
    assert (seen.known | ~seen.right).all()


def test_a_judge_is_fitted_on_what_counts_alone():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(2000, len(FEATURES))).astype(np.float32)
    right = features[:, FEATURES.index("name")] > 0
    known = rng.random(2000) < 0.5
    judge = fitted([Examples(features, np.where(known, right, ~right), known)])
    assert np.mean((judge.trees.score(features) >= judge.threshold) == right) > 0.95
    confused = fitted([Examples(features, np.where(known, right, ~right), np.ones(2000, bool))])
    assert np.mean((confused.trees.score(features) >= confused.threshold) == right) < 0.9


def small_scene(number, *, glyphs=None, fonts=()):
    """A page of digits, or of doodles."""
    layout = "doodles" if number % 4 == 3 else "lines"
    return draw_scene(number, spec=SceneSpec(pen="marker", layout=layout, digit_px=20), size_px=(320, 240))


def test_a_judge_is_fitted_and_measured_on_scenes_that_it_was_not_fitted_on(stand_in, monkeypatch):
    monkeypatch.setattr(fit, "_opened", lambda _bundle: stand_in)
    monkeypatch.setattr(fit, "training_scene", small_scene)
    monkeypatch.setattr(fit.os, "cpu_count", lambda: 1)
    told = []
    result = fit_judge(default_bundle(), scenes=12, seed=0, on_step=lambda step, total: told.append((step, total)))
    assert result.scenes == len(range(0, 12, KEPT_EVERY)) == told.count(("measure", 12))
    assert told.count(("look", 12)) == 10
    assert 0.05 < result.read <= 1
    assert result.precision > 0.3
    assert Judge.of(result.judge.arrays()).threshold == result.judge.threshold
    assert np.ptp(result.judge.trees.leaf) > 0


@pytest.fixture
def judge():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(600, len(FEATURES))).astype(np.float32)
    return Judge(grow(features, features[:, 0] > 0, trees=2, depth=2, rate=0.2), threshold=0.5)


def test_a_bundle_takes_a_judge_in_and_stays_whole(judge, tmp_path):
    folder = shutil.copytree(default_bundle(), tmp_path / "bundle")
    measured = FittedJudge(judge, scenes=9, read=0.5, precision=0.8, false_in_empty=1, empty_scenes=3)
    put_into(folder, measured)
    bundle = Bundle.load(folder)
    again = Judge.of(bundle.judge)
    assert bundle.rejection["on_drawn_scenes"]["read"] == 0.5
    assert again.threshold == judge.threshold
    assert np.array_equal(again.trees.leaf, judge.trees.leaf)
    before = (folder / "judge.npz").read_bytes()
    put_into(folder, measured)
    assert (folder / "judge.npz").read_bytes() == before
