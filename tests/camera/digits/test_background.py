"""Light taken out of a picture."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgedigits_camera.digits.background import ink_contrast, paper_of


def gradient():
    return np.tile(np.linspace(140, 240, 320), (240, 1)).astype(np.uint8)


def inked(paper):
    """Strokes 6 pixels wide that take half of the light, at the left and at the right."""
    picture = paper.copy()
    for x in (60, 250):
        picture[60:180, x : x + 6] //= 2
    return picture


def test_a_gradient_of_light_is_no_ink():
    assert ink_contrast(gradient()).max() < 8


def test_the_same_gradient_against_one_level_of_paper_would_be_ink():
    assert cv2.subtract(np.full_like(gradient(), 240), gradient()).max() > 90


def test_ink_is_as_deep_in_the_shadow_as_in_the_light():
    contrast = ink_contrast(inked(gradient()))
    for x in (62, 252):
        assert contrast[120, x] == pytest.approx(128, abs=8)


def test_paper_is_what_would_be_there_without_the_ink():
    difference = np.abs(paper_of(inked(gradient())).astype(int) - gradient())
    assert difference[:, 20:-20].max() <= 6


def test_a_soft_shadow_is_no_ink_but_the_ink_in_it_is():
    shadow = cv2.GaussianBlur(np.where(np.arange(320) < 160, 1.0, 0.4)[None].repeat(240, 0), (0, 0), 12)
    contrast = ink_contrast((inked(np.full((240, 320), 220, np.uint8)) * shadow).astype(np.uint8))
    assert contrast[120, 62] > 100
    assert contrast[120, 252] > 100
    contrast[:, 55:70] = contrast[:, 245:260] = 0
    assert contrast.max() < 40


@pytest.mark.parametrize("level", [0, 10, 128, 255])
def test_an_even_picture_holds_no_ink(level):
    assert not ink_contrast(np.full((50, 70), level, np.uint8)).any()


@settings(max_examples=25)
@given(height=st.integers(1, 40), width=st.integers(1, 40), seed=st.integers(0, 99))
def test_any_size_keeps_its_shape(height, width, seed):
    grey = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    contrast = ink_contrast(grey)
    assert (contrast.shape, contrast.dtype) == (grey.shape, np.uint8)
