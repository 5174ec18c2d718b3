"""Pages read with the shipped bundle: clear ones right, empty ones empty."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from edgedigits_camera.demo import count_right
from edgedigits_camera.digits.judge import Judge
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import SceneSpec, draw_distractor_scene, draw_scene

pytestmark = pytest.mark.slow

BOTH = pytest.mark.parametrize("profile", [STILL, LIVE], ids=["still", "live"])
TEXT = "3507264"


@pytest.mark.parametrize(
    ("spec", "read"),
    [
        (SceneSpec(pen="marker"), 0.9),
        (SceneSpec(paper="ruled", pen="ballpoint", digit_px=44), 0.75),
        (SceneSpec(paper="grid", layout="columns", digit_px=44), 0.8),
        (SceneSpec(paper="blackboard", pen="chalk", digit_px=60), 0.85),
        (SceneSpec(layout="table", digit_px=36), 0.85),
        (SceneSpec(layout="amounts", digit_px=50), 0.75),
        (SceneSpec(layout="dense", digit_px=28), 0.8),
        (SceneSpec(paper="black-screen", pen="brush", layout="lines", digit_px=60), 0.85),
    ],
    ids=["plain", "ruled", "grid", "blackboard", "table", "amounts", "dense", "screen"],
)
def test_clear_pages_are_read(recognizer, spec, read):
    right = said = digits = 0
    for seed in (2, 3):
        scene = draw_scene(seed, spec=replace(spec, strength=0.3))
        page = read_page(scene.image, recognizer)
        right += count_right(scene.digits, page.readings)
        said, digits = said + len(page.readings), digits + len(scene.digits)
    assert digits > 10
    assert right >= read * digits
    assert right >= 0.9 * said


@BOTH
@pytest.mark.parametrize("height_px", [30, 50, 130, 300])
def test_a_row_of_digits_is_read_with_the_shipped_bundle(recognizer, write_row, profile, height_px):
    grey, _ = write_row(TEXT, height_px=height_px, seed=2)
    assert read_page(grey, recognizer, profile=profile).lines == (TEXT,)


@BOTH
def test_light_ink_is_read_as_dark_ink_is(recognizer, write_row, profile):
    grey, _ = write_row(TEXT, height_px=60, seed=2)
    assert read_page(255 - grey, recognizer, profile=profile).lines == (TEXT,)


def test_dark_and_light_ink_are_read_on_one_page(recognizer, write_row):
    (dark, _), (light, _) = (write_row(text, height_px=50, seed=2) for text in ("350", "726"))
    width = max(dark.shape[1], light.shape[1])
    page = np.vstack([np.pad(p, ((0, 0), (0, width - p.shape[1])), mode="edge") for p in (dark, 255 - light)])
    assert read_page(page, recognizer).lines == ("350", "726")


@BOTH
@pytest.mark.parametrize("degrees", [-13, 13])
def test_a_row_on_a_turned_page_is_read_as_one_line(recognizer, write_row, profile, degrees):
    grey, _ = write_row(TEXT, height_px=50, seed=2)
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[1, 2] += width / 4
    grey = cv2.warpAffine(grey, turn, (width, height + width // 2), borderValue=225)
    assert read_page(grey, recognizer, profile=profile).lines == (TEXT,)


@pytest.mark.parametrize("side_px", [28, 64, 280, 1000])
def test_one_digit_that_fills_its_picture_is_read(recognizer, side_px):
    right = 0
    for seed in range(5):
        size_px = (max(side_px, 280),) * 2
        spec = SceneSpec(paper="white-screen", pen="brush", layout="single", digit_px=0.7 * size_px[0])
        scene = draw_scene(seed, spec=spec, size_px=size_px)
        grey = cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY)
        grey = cv2.resize(grey, (side_px, side_px), interpolation=cv2.INTER_AREA)
        right += read_page(grey, recognizer).lines == (str(scene.digits[0].digit),)
    assert right >= 4


def test_confidences_are_at_least_what_the_judge_wants_and_no_box_comes_twice(recognizer):
    scene = draw_scene(3, spec=SceneSpec(pen="marker"))
    page = read_page(scene.image, recognizer)
    threshold = Judge.of(recognizer.bundle.judge).threshold
    assert page.readings
    assert all(threshold <= reading.confidence <= 1 for reading in page.readings)
    assert len({reading.box_xywh_px for reading in page.readings}) == len(page.readings)


def test_scenes_without_a_digit_give_few(recognizer):
    said = [len(read_page(draw_distractor_scene(seed).image, recognizer).readings) for seed in range(12)]
    assert sum(said) <= 12
    assert sum(count == 0 for count in said) >= 7
