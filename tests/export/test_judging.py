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
from typer.testing import CliRunner

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.bundle.checksums import files_of, read_sums
from edgedigits.cli import app
from edgedigits.errors import BundleError, WriteError
from edgedigits.files import sha256
from edgedigits.recognizer import Recognizer
from edgedigits_camera.detection.detect import Detections
from edgedigits_camera.detection.maps import CHANNELS, HEAT, HEIGHT, LIGHT, PRINTED, WIDTH, X, Y
from edgedigits_camera.digits.candidates import Candidates
from edgedigits_camera.digits.features import FEATURES, RANGES
from edgedigits_camera.digits.judge import Judge
from edgedigits_camera.profiles import LIVE
from edgedigits_camera.scene import SceneSpec, draw_scene
from edgedigits_camera.scene.shot import DrawnDigit
from edgedigits_camera.scoring import Counts
from edgedigits_camera.text.print import Print
from edgedigits_export.judging import fit, print_fit
from edgedigits_export.judging.examples import Examples, examples_of, judged
from edgedigits_export.judging.fit import GOLDEN_ROWS, KEPT_EVERY, Figures, FittedJudge, fit_judge, fitted
from edgedigits_export.judging.placing import put_into, swap
from edgedigits_export.judging.print_fit import PrintFigures
from edgedigits_export.judging.trees import LEAF_ROWS, grow
from edgedigits_export.keeping import judge_in


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    """For few rows, threads that wait for one another take most of the time."""
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
    # Rows from first to last, whose scores are written down with it.
    assert np.array_equal(judge.golden[[0, -1]], features[known][[0, -1]])
    assert len(judge.golden) == GOLDEN_ROWS
    confused = fitted([Examples(features, np.where(known, right, ~right), np.ones(2000, bool))])
    assert np.mean((confused.trees.score(features) >= confused.threshold) == right) < 0.9


def small_scene(number, *, glyphs=None, fonts=()):
    """A page of digits, or of doodles."""
    layout = "doodles" if number % 4 == 3 else "lines"
    return draw_scene(number, spec=SceneSpec(pen="marker", layout=layout, digit_px=20), size_px=(320, 240))


def test_a_judge_is_fitted_and_measured_on_scenes_that_it_was_not_fitted_on(stand_in, monkeypatch):
    monkeypatch.setattr(fit, "opened", lambda _bundle: stand_in)
    monkeypatch.setattr(fit, "training_scene", small_scene)
    monkeypatch.setattr(fit.os, "cpu_count", lambda: 1)
    told = []
    result = fit_judge(default_bundle(), scenes=12, seed=0, on_step=lambda step, total: told.append((step, total)))
    assert result.figures.scenes == len(range(0, 12, KEPT_EVERY)) == told.count(("measure", 12))
    assert told.count(("look", 12)) == 10
    assert 0.05 < result.figures.read <= 1
    assert result.figures.precision > 0.3
    # The judge in use is asked about the same scenes.
    assert result.before is not None
    assert result.before.scenes == result.figures.scenes
    assert result.worse == (result.figures.f1 < result.before.f1)
    assert Judge.of(result.judge.arrays()).threshold == result.judge.threshold
    assert np.ptp(result.judge.trees.leaf) > 0


@pytest.fixture
def judge():
    rng = np.random.default_rng(0)
    low, high = np.clip(np.array([*RANGES.values()]), -2, 2).T
    features = rng.uniform(low, high, (600, len(FEATURES))).astype(np.float32)
    return Judge(grow(features, features[:, 0] > 0, trees=2, depth=2, rate=0.2), threshold=0.5)


@pytest.fixture
def folder(random_bundle, tmp_path):
    """A bundle without a judge."""
    return shutil.copytree(random_bundle, tmp_path / "bundle")


def figures(f1):
    return Figures(scenes=9, read=0.5, precision=0.8, false_in_empty=1, empty_scenes=3, f1=f1)


def leaf_of(folder):
    return Judge.of(Bundle.load(folder).judge).trees.leaf


def another(judge):
    return replace(judge, trees=replace(judge.trees, leaf=judge.trees.leaf + 1))


def test_a_bundle_takes_a_judge_in_and_stays_whole(judge, folder):
    put_into(folder, FittedJudge(judge, figures(0.6)))
    bundle = Bundle.load(folder)
    again = Judge.of(bundle.judge)
    assert bundle.rejection["on_drawn_scenes"]["read"] == 0.5
    assert again.threshold == judge.threshold
    assert np.array_equal(again.trees.leaf, judge.trees.leaf)
    before = (folder / "judge.npz").read_bytes()
    put_into(folder, FittedJudge(judge, figures(0.6)))
    assert (folder / "judge.npz").read_bytes() == before


def test_the_judge_before_comes_back_with_its_figures_and_goes_again(judge, folder):
    put_into(folder, FittedJudge(judge, figures(0.6)))
    put_into(folder, FittedJudge(another(judge), figures(0.7)))
    assert np.array_equal(leaf_of(folder), judge.trees.leaf + 1)
    for leaf, f1 in ((judge.trees.leaf, 0.6), (judge.trees.leaf + 1, 0.7)):
        bundle = swap(folder)
        assert np.array_equal(leaf_of(folder), leaf)
        assert bundle.rejection["on_drawn_scenes"]["f1"] == f1
        assert bundle.rejection.keys() == {"threshold", "on_drawn_scenes", "spare"}
        assert read_sums(folder) == {name: sha256(folder / name) for name in files_of(folder)}


def test_before_the_first_judge_was_none_and_that_comes_back_too(judge, folder):
    with pytest.raises(BundleError, match="has no judge of its own to go back from; fit one"):
        swap(folder)
    put_into(folder, FittedJudge(judge, figures(0.6)))
    assert swap(folder).judge_sha256 is None
    assert "on_drawn_scenes" not in Bundle.load(folder).rejection
    assert swap(folder).judge_sha256
    assert np.array_equal(leaf_of(folder), judge.trees.leaf)


def test_figures_count_false_digits_where_there_are_none():
    full, empty = Counts(1, digits=8, found=7, right=6, false=1), Counts(1, false=2)
    found = Figures.of([full, empty])
    assert (found.read, found.precision) == (6 / 8, 6 / 8)
    assert (found.false_in_empty, found.empty_scenes) == (2, 1)
    assert found.f1 == 12 / (8 + 7 + 1 + 2)
    assert found.f1 < Figures.of([full, Counts(1)]).f1


@pytest.fixture
def command(folder, judge, monkeypatch):
    """`fit-judge`, whose fit gives this judge with figures so good, beside those of the judge before."""
    blank = np.zeros((3, 28, 28), np.uint8)
    images, labels = {"x_train": blank, "x_test": blank}, dict.fromkeys(("y_train", "y_test"), np.zeros(3, np.uint8))
    np.savez(folder.parent / "mnist.npz", **images, **labels)
    monkeypatch.setattr(Bundle, "its_detector", lambda _: None)

    def run(f1, before, *options):
        fitted = FittedJudge(another(judge), figures(f1), figures(before))
        monkeypatch.setattr(fit, "fit_judge", lambda *_, **__: fitted)
        told = Print.of(Bundle.load(default_bundle()).judge), PrintFigures(4, 3, 10, 1)
        monkeypatch.setattr(print_fit, "fit_print", lambda *_, **__: told)
        arguments = ["fit-judge", folder, "--data", folder.parent / "mnist.npz", *options]
        return CliRunner().invoke(app, list(map(str, arguments)))

    return run


def test_a_judge_that_does_worse_is_not_put_in_use_but_kept_beside(command, folder, judge):
    put_into(folder, FittedJudge(judge, figures(0.6)))
    result = command(0.5, 0.6)
    assert result.exit_code == 1
    assert "the judge in use does better and stays" in result.stderr
    assert result.stderr.count("\n") == 1
    assert np.array_equal(leaf_of(folder), judge.trees.leaf)
    assert command(0, 0, "--swap").exit_code == 0
    assert np.array_equal(leaf_of(folder), judge.trees.leaf + 1)


@pytest.mark.parametrize(("f1", "options"), [(0.6, ()), (0.7, ()), (0.5, ("--force",))])
def test_a_judge_that_does_as_well_or_is_wanted_all_the_same_is_put_in_use(command, folder, judge, f1, options):
    put_into(folder, FittedJudge(judge, figures(0.6)))
    result = command(f1, 0.6, *options)
    assert result.exit_code == 0, result.output
    assert "go back with: edgedigits fit-judge" in result.stdout
    assert np.array_equal(leaf_of(folder), judge.trees.leaf + 1)


def test_where_the_bundle_cannot_be_written_no_judge_is_fitted(command, folder, monkeypatch):
    def full(path):
        raise WriteError(f"{path} cannot be written")

    monkeypatch.setattr("edgedigits.files.check_place", full)
    result = command(0.6, 0.5)
    assert (result.exit_code, result.stderr) == (1, f"edgedigits: {folder} cannot be written\n")
    assert Bundle.load(folder).judge_sha256 is None


@pytest.mark.parametrize(("same", "kept"), [(True, True), (False, False)])
def test_a_judge_stays_in_a_new_bundle_of_the_same_networks_alone(judge, folder, tmp_path, same, kept):
    put_into(folder, FittedJudge(judge, figures(0.6)))
    put_into(folder, FittedJudge(another(judge), figures(0.7)))
    old = Bundle.load(folder)
    (tmp_path / "new").mkdir()
    draft = replace(
        old,
        folder=tmp_path / "new",
        judge_sha256=None,
        rejection={"min_confidence": 0.5},
        training=old.training if same else {"weights_sha256": "other"},
    )
    new, (told,) = judge_in(draft, old=old)
    assert (new.judge_sha256 == old.judge_sha256) == kept
    assert (new.rejection == old.rejection | {"min_confidence": 0.5}) == kept
    assert {path.name for path in new.folder.iterdir()} == ({"judge.npz", "judge_spare.npz"} if kept else set())
    assert ("the networks are the same" in told) == kept
    assert ("it was fitted for other networks" in told) != kept
