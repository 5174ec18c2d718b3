"""Every stage of reading in one picture."""

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.cli import app
from edgedigits_camera.explain import FATES, PANEL_PX, explain, fates_of
from edgedigits_camera.judge import Judge
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.reader import examine, read_page
from edgedigits_camera.scene import SceneSpec, draw_scene


@pytest.fixture(scope="module")
def image():
    return draw_scene(3, spec=SceneSpec(pen="marker", paper="grid"), size_px=(480, 360)).image


def test_every_candidate_has_one_fate_and_the_readings_are_those_that_were_read(recognizer, image):
    judge = Judge.of(recognizer.bundle.judge)
    seen = examine(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), recognizer, judge=judge, profile=STILL)
    fates = list(fates_of(seen, least=judge.least))
    assert sorted(fate.index for fate in fates) == list(range(len(seen.candidates)))
    read = [fate for fate in fates if fate.name == "read"]
    assert len(read) == len(read_page(image, recognizer).readings) > 3
    assert min(fate.score for fate in read) >= judge.least
    assert all(fate.score < judge.least for fate in fates if fate.name == "no digit among its neighbours")
    assert {fate.name for fate in fates} <= set(FATES)


def test_the_picture_shows_all_panels_and_a_card_for_each_reading(recognizer, image):
    shown, counts = explain(image, recognizer)
    assert shown.shape[1] >= 2 * PANEL_PX
    assert shown.dtype == np.uint8
    panels = 3 + len(STILL.depths) + 2
    assert shown.shape[0] > -(-panels // 2) * 360 * PANEL_PX / 480
    assert counts["read"] == len(read_page(image, recognizer).readings)
    for colour in ((70, 200, 60), (150, 150, 150)):
        assert (shown == colour).all(axis=2).any()


@pytest.mark.parametrize("shape", [(1, 1), (200, 3), (60, 80)])
def test_a_picture_without_anything_is_explained_too(recognizer, shape):
    shown, counts = explain(np.full((*shape, 3), 220, np.uint8), recognizer, profile=LIVE)
    assert shown.size
    assert sum(counts.values()) == 0


def test_light_ink_is_explained_as_it_was_read(recognizer, image):
    counts = explain(image, recognizer)[1]
    inverted = explain(255 - image, recognizer)[1]
    assert inverted["read"] == counts["read"]


def test_the_command_writes_the_picture_and_says_what_became_of_the_candidates(tmp_path, image):
    source, out = tmp_path / "page.png", tmp_path / "why.png"
    cv2.imwrite(str(source), image)
    result = CliRunner().invoke(app, ["explain", str(source), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert f"wrote {out}" in result.stdout
    assert all(name in result.stdout for name in FATES)
    assert cv2.imread(str(out)).shape[1] >= 2 * PANEL_PX


def test_what_is_no_picture_is_one_line(tmp_path):
    (tmp_path / "page.png").write_text("no picture")
    result = CliRunner().invoke(app, ["explain", str(tmp_path / "page.png"), "--out", str(tmp_path / "why.png")])
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "why.png").exists()
