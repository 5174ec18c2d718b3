"""The grain of pictures taken in the dark."""

import cv2
import numpy as np
import pytest

from edgedigits_camera.grain import COARSE, is_grainy, without_grain
from edgedigits_camera.scene import SceneSpec, draw_scene


def grainy(grey, *, deviation):
    """The picture with grain of so many 255ths of its mean brightness."""
    grain = np.random.default_rng(0).normal(0, deviation / 255 * grey.mean(), grey.shape)
    return np.clip(np.rint(grey + grain), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("brightness", [50, 120, 200])
def test_grain_is_measured_against_the_light_that_there_is(brightness):
    paper = np.full((240, 320), brightness, np.uint8)
    assert not is_grainy(grainy(paper, deviation=0.75 * COARSE))
    assert is_grainy(grainy(paper, deviation=1.25 * COARSE))


def test_dense_writing_is_no_grain_and_the_picture_stays_as_it_is():
    page = np.full((240, 320), 220, np.uint8)
    for y in range(12, 240, 15):
        cv2.putText(page, "0123456789" * 4, (0, y), cv2.FONT_HERSHEY_PLAIN, 1.0, 30, 1, cv2.LINE_AA)
    assert without_grain(page) is page


def test_grain_fades_and_strokes_stay():
    page = np.full((240, 320), 160, np.uint8)
    page[60:180, 100:104] = 40
    seen = without_grain(grainy(page, deviation=2 * COARSE))
    assert seen[:, 200:].std() < COARSE / 255 * 160
    assert seen[60:180, 101:103].mean() < 60


@pytest.mark.parametrize("camera", ["good", "defocused", "compressed", "tinted"])
def test_an_ordinary_picture_of_a_page_is_not_grainy(camera):
    scene = draw_scene(3, spec=SceneSpec(pen="ballpoint", camera=camera, digit_px=24))
    assert not is_grainy(cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY))


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 2), (1, 40), (40, 1), (33, 5)])
def test_pictures_too_small_for_grain_have_none(shape):
    assert not is_grainy(np.full(shape, 90, np.uint8))
