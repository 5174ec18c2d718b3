"""All scales of a picture on one sheet."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgedigits_camera.flatten import ink_contrast
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.sheets import ALIGN_PX, GAP_PX, finest_of, halved, on_shelves, pyramid, sheet_of


def scales(shape, profile=STILL):
    finest = finest_of(np.zeros(shape, np.uint8), profile=profile)
    return [(scale, grey.shape) for scale, grey in pyramid(*finest, profile=profile)]


def test_a_picture_is_halved_until_no_digit_fits():
    assert scales((480, 640)) == [(1.0, (480, 640)), (0.5, (240, 320)), (0.25, (120, 160)), (0.125, (60, 80))]


def test_a_live_picture_begins_a_little_smaller():
    assert scales((480, 640), LIVE)[0] == (0.6, (288, 384))


def test_a_small_picture_is_enlarged_first():
    for profile in (STILL, LIVE):
        assert scales((150, 200), profile)[0] == (2.0, (300, 400))


def test_a_large_picture_is_first_brought_to_the_largest_that_is_looked_at():
    scale, shape = scales((3000, 5000))[0]
    assert max(shape) <= STILL.largest_px
    assert (scale, shape) == (0.25, (750, 1250))


def test_half_of_an_odd_side_is_half_to_the_pixel():
    grey = np.full((101, 203), 200, np.uint8)
    grey[:, 150:153] = 20
    half = halved(grey)
    assert half.shape == (50, 101)
    assert half[20].argmin() in (74, 75, 76)


@pytest.mark.parametrize("column", [30, 31])
def test_thin_strokes_do_not_fade_when_a_picture_is_halved(column):
    grey = np.full((64, 64), 220, np.uint8)
    grey[:, column] = 40

    def ink(picture):
        return int((220 - picture[10].astype(int)).sum())

    assert ink(halved(grey)) == ink(grey)
    assert ink(cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA)) == ink(grey) // 2


@settings(max_examples=60, deadline=None)
@given(shapes=st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)), min_size=1, max_size=9))
def test_pictures_on_shelves_lie_inside_and_apart(shapes):
    areas, (height, width) = on_shelves(shapes)
    taken = np.zeros((height, width), int)
    assert height % ALIGN_PX == width % ALIGN_PX == 0
    for (x, y, w, h), shape in zip(areas, shapes, strict=True):
        assert (h, w) == shape
        assert x % ALIGN_PX == y % ALIGN_PX == 0
        assert x + w < width  # the last column is empty
        assert y + h < height  # and the last row
        taken[max(0, y - GAP_PX + 1) : y + h, max(0, x - GAP_PX + 1) : x + w] += 1
        assert taken[y : y + h, x : x + w].max() == 1


def test_every_scale_lies_on_the_sheet_as_it_is_and_nothing_between():
    grey = np.full((200, 330), 220, np.uint8)
    for x, y in np.random.default_rng(0).integers(0, (320, 190), (60, 2)).tolist():
        grey[y : y + 9, x : x + 6] = 4 * y % 200
    profile = replace(STILL, enlarge_below_px=0)
    sheet = sheet_of(grey, profile=profile, with_light=True)
    rest = sheet.contrast.copy()
    dark = list(pyramid(1.0, grey, profile=profile))
    for (scale, picture), (x, y, w, h) in zip(dark, sheet.areas.tolist(), strict=False):
        assert np.array_equal(sheet.contrast[y : y + h, x : x + w], ink_contrast(picture))
        assert sheet.scales[sheet.level_of(np.array([x + w - 1]), np.array([y + h - 1]))[0]] == scale
    for x, y, w, h in sheet.areas.tolist():
        rest[y : y + h, x : x + w] = 0
    assert not rest.any()
    assert sheet.finest.sum() == 2
    assert sheet.inverted.sum() == len(dark) - 1  # light ink from half the size on
    assert sorted(sheet.scales[~sheet.inverted].tolist(), reverse=True)[:3] == [1.0, 0.75, 0.5]


def test_a_ruled_picture_lies_there_without_its_lines():
    grey = np.full((100, 200), 220, np.uint8)
    grey[50:52] = 120
    sheet = sheet_of(grey, profile=replace(STILL, enlarge_below_px=0))
    assert not sheet.contrast[50:52, :200].any()
    assert sheet.lines[-1, -1] > 0
