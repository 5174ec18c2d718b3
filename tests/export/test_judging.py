"""The judge: its parts answer as scikit-learn's models do, it is measured, and a bundle takes it in."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the extra `export` is not installed")
pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.training.data import Split
from edgedigits_camera.judge import Judge, Perceptron
from edgedigits_camera.scene import SceneSpec, draw_scene
from edgedigits_export.judging import FittedJudge, put_into
from edgedigits_export.judging.examples import best_fit, draw, examples_of, profile_of
from edgedigits_export.judging.fit import _measured
from edgedigits_export.judging.perceptron import train
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


def test_a_perceptron_learns_the_rule_and_the_same_rows_give_the_same_one(rows):
    features, right = np.tile(rows[0], (20, 1)), np.tile(rows[1], 20)
    first, again = (train(features * 50 + 7, right, units=48) for _ in range(2))  # neither scale nor place matters
    assert np.mean((first.log_odds(rows[0] * 50 + 7) > 0) == rows[1]) > 0.8
    assert np.array_equal(first.hidden, again.hidden)


def test_a_perceptron_of_several_members_answers_as_their_mean(rows):
    both = train(*rows, units=16, members=2)
    first = train(*rows, units=16)
    half = first.hidden.shape[1]
    assert (half, both.hidden.shape[1]) == (16, 32)
    second = Perceptron(both.hidden[:, half:], np.append(2 * both.out[half:-1], 2 * both.out[-1] - first.out[-1]))
    odds = [part.log_odds(rows[0]) for part in (first, second)]
    assert np.abs(odds[0] - odds[1]).max() > 0.01  # they started elsewhere
    assert both.log_odds(rows[0]) == pytest.approx(np.mean(odds, axis=0), abs=1e-4)


@pytest.fixture
def judge(rows):
    perceptron, trees = train(*rows, units=16), grow(*rows, trees=2, depth=2, rate=0.2)
    return Judge(perceptron, perceptron, trees, trees, least=0.0)


def test_a_judge_is_measured_by_what_it_reports(judge):
    full = (4, [(0.9, True), (0.8, True), (0.7, False), (0.4, True)])
    empty = (0, [(0.75, False), (0.1, False)])
    fitted = _measured(replace(judge, least=0.5), [full, empty, (0, [])])
    assert (fitted.scenes, fitted.empty_scenes, fitted.false_in_empty) == (3, 2, 1)
    assert (fitted.read, fitted.precision) == (0.5, 0.5)
    strict = _measured(replace(judge, least=0.8), [full, empty, (0, [])])
    assert (strict.read, strict.precision, strict.false_in_empty) == (0.5, 1.0, 0)


def test_where_nothing_was_read_the_figures_are_0(judge):
    fitted = _measured(judge, [(0, []), (3, [])])
    assert (fitted.read, fitted.precision, fitted.false_in_empty) == (0, 0, 0)


def test_a_bundle_takes_a_judge_in_and_stays_whole(judge, tmp_path):
    folder = shutil.copytree(default_bundle(), tmp_path / "bundle")
    put_into(folder, FittedJudge(judge, scenes=9, read=0.5, precision=0.8, false_in_empty=1, empty_scenes=3))
    bundle = Bundle.load(folder)
    again = Judge.of(bundle.judge)
    assert bundle.rejection["on_drawn_scenes"]["read"] == 0.5
    assert again.least == judge.least
    assert np.array_equal(again.second.leaf, judge.second.leaf)
    before = (folder / "judge.npz").read_bytes()
    put_into(folder, FittedJudge(judge, scenes=9, read=0.5, precision=0.8, false_in_empty=1, empty_scenes=3))
    assert (folder / "judge.npz").read_bytes() == before


def test_scenes_with_digits_have_candidates_that_fit_them_and_empty_ones_none():
    scene = draw_scene(1, spec=SceneSpec(pen="marker", layout="line"), size_px=(320, 240))
    dark, light = examples_of(scene, profile=profile_of(1))
    assert (dark.overlap > 0.6).sum() >= len(scene.digits)
    assert set(dark.digit[dark.overlap > 0.6]) <= {digit.digit for digit in scene.digits}
    assert len(light.form) == len(light.candidates) == len(light.overlap)
    boxes = np.array([digit.box_xywh_px for digit in scene.digits], float)
    overlap, digits = best_fit(boxes, scene)
    assert overlap == pytest.approx(1)
    assert digits.tolist() == [digit.digit for digit in scene.digits]
    assert best_fit(np.zeros((0, 4)), scene)[0].shape == (0,)


def test_printed_digits_count_neither_way():
    scene = draw_scene(1, spec=SceneSpec(pen="marker", layout="line"), size_px=(320, 240))
    turned = replace(scene, digits=scene.digits[1:], printed=scene.digits[:1])
    boxes = np.array([digit.box_xywh_px for digit in scene.digits], float)
    overlap, _ = best_fit(boxes, turned)
    assert np.isnan(overlap).tolist() == [True] + [False] * (len(boxes) - 1)


def test_some_scenes_hold_given_digits():
    glyphs = Split(np.full((5, 28, 28), 255, np.uint8), np.full(5, 7, np.uint8))
    found = [{digit.digit for digit in draw(number, glyphs=glyphs).digits} for number in (5, 15, 65, 75, 125, 135)]
    assert {7} in found
    assert any(len(digits) > 1 for digits in found)


def test_of_the_scenes_that_the_judge_is_fitted_on_a_third_is_empty():
    scenes = [draw(number) for number in range(5, 60, 10)]  # the small ones
    assert [bool(scene.digits) for scene in scenes] == [True, True, False] * 2
