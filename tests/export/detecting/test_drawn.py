"""Scenes are drawn once, whatever happens meanwhile, and come back as they were drawn."""

import json
import os

import numpy as np
import pytest

pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")
pytest.importorskip("sklearn", reason="the extra `export` is not installed")

import cv2

from edgedigits.errors import RunError
from edgedigits_camera.scene import training_scene
from edgedigits_export.detecting.drawn import LABELS, draw_scenes, labels_of, load_scenes
from edgedigits_export.judging.examples import fonts

NUMBERS = range(1166, 1169)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenes")
    draw_scenes(folder, NUMBERS)
    return folder


def test_scenes_come_back_as_they_were_drawn(folder):
    scenes = load_scenes(folder, NUMBERS)
    assert list(scenes) == list(NUMBERS)
    for number, scene in scenes.items():
        drawn = training_scene(number, fonts=fonts())
        assert np.array_equal(scene.grey, cv2.cvtColor(drawn.image, cv2.COLOR_BGR2GRAY))
        assert scene.digits.tolist() == [[digit.digit, *digit.box_xywh_px] for digit in drawn.digits]
        assert scene.others.tolist() == [list(box) for box in drawn.others]
        assert (len(scene.printed), len(scene.unsure)) == (len(drawn.printed), len(drawn.unsure))
        assert scene.light_ink == drawn.light_ink
        assert all(rows.dtype == np.float32 for rows in (scene.digits, scene.printed, scene.others, scene.unsure))
        assert (scene.printed.shape[1:], scene.unsure.shape[1:]) == ((5,), (4,))


def test_what_is_in_a_scene_can_be_written_as_json():
    scene = training_scene(1167)
    assert json.loads(json.dumps(labels_of(scene))) == labels_of(scene)


def test_drawing_goes_on_where_it_was_killed(folder):
    labels = folder / LABELS
    before = labels.read_text()
    first, second, _ = before.splitlines(keepends=True)
    # The last line was being written, the picture of the one before is there and old.
    labels.write_text(first + second[: len(second) // 2])
    kept = folder / f"{NUMBERS[0]}.png"
    os.utime(kept, ns=(1, 1))
    told = []
    draw_scenes(folder, NUMBERS, on_step=told.append)
    assert labels.read_text() == before
    assert kept.stat().st_mtime_ns == 1
    assert told == [1, 3]
    assert not list(folder.glob(".*"))


def test_what_is_drawn_is_drawn_no_more(folder):
    told, before = [], {path.name: path.stat().st_mtime_ns for path in folder.glob("*.png")}
    draw_scenes(folder, NUMBERS, on_step=told.append)
    assert told == [3]
    assert {path.name: path.stat().st_mtime_ns for path in folder.glob("*.png")} == before


def test_a_scene_that_is_not_there_is_named(folder):
    with pytest.raises(RunError, match=r"1169.png cannot be read.*--force"):
        load_scenes(folder, range(1168, 1170))
