"""A training learns, can be stopped anywhere, and leaves a folder that says how it went."""

import csv
import json
import shutil
from dataclasses import replace

import h5py
import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the extra `export` is not installed")
pytest.importorskip("sklearn", reason="the extra `export` is not installed")
pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

from edgedigits.errors import RunError
from edgedigits.training.data import load_mnist
from edgedigits_export.detecting.fit import fit_detector, with_others
from edgedigits_export.detecting.learning import LOSSES
from edgedigits_export.detecting.placing import load_detector
from edgedigits_export.detecting.recipe import DetectorRecipe
from edgedigits_export.detecting.runs import DetectorRun, recorded_recipe, start

TINY = DetectorRecipe(scenes=8, first_scene=1160, steps=30, batch=6, row_steps=5, average=0.8)


class StoppedError(Exception):
    """The training is interrupted."""


@pytest.fixture(scope="module")
def mnist(archive):
    return load_mnist(archive)


@pytest.fixture(scope="module")
def unbroken(mnist, tmp_path_factory):
    run, positions = DetectorRun(tmp_path_factory.mktemp("runs") / "unbroken"), []
    measured = fit_detector(run, recipe=TINY, data=mnist, on_step=positions.append)
    return run, measured, positions


def weights(run):
    found = {}
    with h5py.File(run.weights) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


def test_thirty_steps_lower_the_losses(unbroken):
    rows = list(csv.DictReader((unbroken[0].folder / "history.csv").open()))
    assert [int(row["step"]) for row in rows] == [5, 10, 12, 15, 20, 21, 25, 30]
    for name in ("heat", "box"):
        assert float(rows[-1][name]) < 0.7 * float(rows[0][name]), name
    assert set(rows[0]) == {"step", *LOSSES, "time_s"}


def test_a_run_folder_is_what_the_exporter_takes(unbroken):
    run, measured, _ = unbroken
    names = {path.name for path in run.folder.iterdir()}
    files = {"detector.weights.h5", "training.json", "history.csv", "state.npz"}
    assert names == files | {"scenes", "mined-1.json", "mined-2.json"}
    model, training = load_detector(run.folder)
    assert recorded_recipe(run) == TINY
    assert training["measured"] == {"scenes": 1, "at": [each.as_object() for each in measured]}
    assert training["parameters"] == model.count_params()
    assert {"tensorflow", "keras", "numpy", "opencv", "matplotlib"} < set(training["versions"])
    assert training["data"]["train"] == 45


def test_every_stage_is_told_to_its_end(unbroken):
    stages = [position.stage for position in unbroken[2]]
    in_order = [stage for number, stage in enumerate(stages) if not number or stage != stages[number - 1]]
    assert in_order == ["draw", "train", "look", "train", "look", "train", "measure"]
    ends = {position.stage: (position.done, position.total) for position in unbroken[2]}
    assert ends == {"draw": (8, 8), "train": (30, 30), "look": (7, 7), "measure": (1, 1)}


def test_a_stopped_training_resumes_and_ends_with_the_same_weights(unbroken, mnist, tmp_path):
    run = DetectorRun(tmp_path)
    start(run, recipe=TINY, data=mnist, force=False)
    shutil.copytree(unbroken[0].scenes, run.scenes)

    def stop(position):
        # In the second part, three steps after the last saved state.
        if (position.stage, position.done) == ("train", 18):
            raise StoppedError

    with pytest.raises(StoppedError):
        fit_detector(run, recipe=TINY, data=mnist, existing="resume", on_step=stop)
    assert not run.weights.exists()
    steps = []
    measured = fit_detector(
        run, recipe=recorded_recipe(run), data=mnist, existing="resume", on_step=lambda p: steps.append(p.done)
    )
    assert steps[1] == 16
    known, found = weights(unbroken[0]), weights(run)
    assert known.keys() == found.keys()
    assert all(np.array_equal(known[name], found[name]) for name in known)
    assert measured == unbroken[1]


def test_a_finished_run_can_be_resumed_and_stays_as_it_is(unbroken, mnist):
    run, measured, _ = unbroken
    before = run.weights.stat().st_mtime_ns
    assert fit_detector(run, recipe=TINY, data=mnist, existing="resume") == measured
    assert run.weights.stat().st_mtime_ns == before


def test_a_run_is_not_overwritten_unasked(unbroken, mnist):
    with pytest.raises(RunError, match="holds a run already; --resume goes on with it, --force replaces it"):
        fit_detector(unbroken[0], recipe=TINY, data=mnist)
    assert unbroken[0].weights.exists()


def test_a_run_is_replaced_when_asked(mnist, tmp_path):
    run = DetectorRun(tmp_path)
    start(run, recipe=TINY, data=mnist, force=False)
    run.scenes.mkdir()
    for path in (run.weights, run.state, run.mined(1), tmp_path / "notes.txt"):
        path.touch()
    start(run, recipe=replace(TINY, seed=4), data=mnist, force=True)
    assert recorded_recipe(run).seed == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "training.json"]


def test_resuming_with_other_data_is_refused(unbroken, mnist):
    other = replace(mnist, sha256="0" * 64)
    with pytest.raises(RunError, match="was trained on data with SHA-256"):
        fit_detector(unbroken[0], recipe=TINY, data=other, existing="resume")


def test_a_broken_record_is_refused(tmp_path):
    run = DetectorRun(tmp_path)
    with pytest.raises(RunError, match="holds no run; `edgedigits train-detector` makes one"):
        recorded_recipe(run)
    run.training.write_text("{")
    with pytest.raises(RunError, match=r"training.json cannot be read .* start again with --force"):
        recorded_recipe(run)
    run.training.write_text(json.dumps({"recipe": {"scenes": 3}, "data": {"sha256": ""}}))
    with pytest.raises(RunError, match="has no recipe of this version"):
        recorded_recipe(run)


def test_what_looked_like_a_digit_is_shown_from_then_on(unbroken):
    from edgedigits_export.detecting.drawn import load_scenes

    scenes = load_scenes(unbroken[0].scenes, [1162, 1163])
    more = with_others(scenes, {1163: [[1, 2, 3, 4], [5, 6, 7, 8]]})
    assert more[1162] is scenes[1162]
    assert more[1163].others[-2:].tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert len(more[1163].others) == len(scenes[1163].others) + 2


def test_parts_and_warm_up_keep_their_shares():
    whole = DetectorRecipe()
    assert (whole.parts, whole.warmup) == ((4800, 8400, 12_000), 300)
    assert (TINY.parts, TINY.warmup) == ((12, 21, 30), 8)
    assert max(whole.numbers) < 500_000
