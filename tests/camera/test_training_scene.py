from dataclasses import dataclass, replace

import numpy as np
import pytest

from edgedigits.strokes import drawn_patches
from edgedigits_camera.scene import SceneSpec, draw_scene, finish
from edgedigits_camera.scene.training import KINDS, training_scene


@dataclass
class Given:
    images: np.ndarray
    labels: np.ndarray


@pytest.fixture(scope="module")
def glyphs():
    return Given(*drawn_patches(60, seed=4))


def inside(box, image):
    x, y, w, h = box
    return x >= 0 and y >= 0 and w > 0 and h > 0 and x + w <= image.shape[1] and y + h <= image.shape[0]


def test_one_seed_gives_one_training_scene_with_boxes_inside(glyphs):
    for seed in range(40):
        scene = training_scene(seed, glyphs=glyphs)
        assert all(inside(digit.box_xywh_px, scene.image) for digit in (*scene.digits, *scene.printed))
        assert all(inside(box, scene.image) for box in (*scene.others, *scene.unsure))
        assert scene.image.dtype == np.uint8
        if seed % 8 == 0:
            assert np.array_equal(scene.image, training_scene(seed, glyphs=glyphs).image)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_training_scene_can_be_drawn(kind, glyphs, monkeypatch):
    monkeypatch.setattr("edgedigits_camera.scene.training.KINDS", {kind: KINDS[kind]})
    scenes = [training_scene(seed, glyphs=glyphs) for seed in range(5)]
    assert any(scene.digits for scene in scenes) != kind.startswith("empty")


@pytest.fixture
def written():
    """Two digits that are 60 pixels high, on black."""
    return draw_scene(1, spec=SceneSpec(paper="black-screen", pen="brush", layout="line", digit_px=60))


def ink_box(image):
    """Box around what is bright."""
    bright = image.max(axis=2) > 0.4 * image.max()
    rows, columns = np.flatnonzero(bright.any(1)), np.flatnonzero(bright.any(0))
    return columns[0], rows[0], np.ptp(columns) + 1, np.ptp(rows) + 1


def test_boxes_stay_on_the_ink_when_a_picture_is_stretched_cropped_or_made_smaller():
    rng = np.random.default_rng(0)
    for seed in range(8):
        spec = SceneSpec(paper="black-screen", pen="brush", layout="single", digit_px=90)
        alone = draw_scene(seed, spec=spec)
        changed = (finish.stretched(alone, rng), finish.resized(alone, (320, 240)), finish.cut_around(alone, rng))
        for scene in (alone, *changed):
            (digit,) = scene.digits
            assert np.abs(np.array(digit.box_xywh_px) - ink_box(scene.image)).max() <= 2


def test_a_digit_that_is_cut_through_counts_neither_way(written):
    x, y, w, h = written.digits[0].box_xywh_px
    scene = finish.cropped(written, x + w // 2, 0, 640, 480)
    assert len(scene.digits) == len(written.digits) - 1
    assert scene.unsure[0] == (0, y, w - w // 2, h)
    assert scene.lines == ()


def test_a_negative_has_the_other_ink(written):
    assert written.light_ink
    assert not finish.negative(written).light_ink


def test_black_and_white_loses_no_digit(written):
    rng = np.random.default_rng(0)
    for seed in range(6):
        scene = draw_scene(seed, spec=SceneSpec(pen="marker", layout="line", strength=0.2))
        for made in (finish.black_and_white(scene, rng, digit_px=48) for _ in range(3)):
            assert set(np.unique(made.image)) == {0, 255}
    lost = replace(written, digits=(replace(written.digits[0], box_xywh_px=(0, 0, 3, 3)),))
    assert finish.black_and_white(lost, rng, digit_px=48) is lost
