"""A picture cut into ink and paper at several scales and depths."""

from dataclasses import replace

import numpy as np
import pytest

from edgedigits_camera.layers import cut_up, layers_of, least_heights, masks
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.sheets import sheet_of

ONE = replace(STILL, enlarge_below_px=0, between=())


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (11, 300)])
def test_a_picture_too_small_for_a_digit_has_no_layers(shape):
    assert layers_of(np.zeros(shape, np.uint8), profile=STILL) is None


def test_each_profile_cuts_at_each_of_its_depths_and_at_a_share_of_the_deepest():
    grey = np.full((130, 130), 220, np.uint8)
    for profile, depths in ((STILL, [8, 20, 45, 0]), (LIVE, [30, 0])):
        layers = layers_of(grey, profile=profile)
        assert layers.depths.tolist() == depths
        assert layers.labels.shape[0] == len(depths) * layers.sheet.height


def test_faint_ink_is_ink_at_the_low_depths_alone():
    contrast = np.zeros((60, 60), np.uint8)
    contrast[10:50, 20:24] = 30
    found = {depth: bool(mask.any()) for depth, mask in masks(contrast, profile=STILL)}
    assert found == {8: True, 20: True, 45: False, 0: True}


def test_paper_that_is_only_noisy_is_no_ink_beside_the_deepest_around():
    contrast = np.random.default_rng(1).integers(0, STILL.faintest + 1, (60, 60)).astype(np.uint8)
    assert not list(masks(contrast, profile=STILL))[-1][1].any()


@pytest.fixture
def measured():
    """Layers of a sheet with this contrast, cut at a depth of 20."""

    def layers(contrast):
        sheet = sheet_of(np.full(contrast.shape, 255, np.uint8), profile=ONE)
        height, width = contrast.shape
        sheet.contrast[:height, :width] = contrast
        return cut_up(sheet, profile=replace(ONE, depths=(20,), max_height_px=99))

    return layers


def test_components_are_measured_as_counting_by_hand_does(measured):
    contrast = np.zeros((40, 60), np.uint8)
    contrast[1:14, 4:10] = 100
    contrast[20:36, 30:40:2] = 60
    contrast[20:36, 31:40:2] = 80
    contrast[5:9, 50:52] = 90  # not as high as a digit
    layers = measured(contrast)
    stats = layers.stats[layers.stats[:, 1] < layers.sheet.height]  # of the first depth
    assert stats[0].tolist() == [0] * 5
    assert stats[1:].tolist() == [[4, 1, 6, 13, 78], [50, 5, 2, 4, 8], [30, 20, 10, 16, 160]]
    assert layers.fitting[:2].tolist() == [1, 3]
    assert layers.edge[[1, 3]].tolist() == [78 - 4 * 11, 160 - 8 * 14]
    assert layers.tone[[1, 3]].tolist() == [[100, 0], [70, 10]]


def test_depths_are_measured_apart(measured):
    contrast = np.zeros((40, 60), np.uint8)
    contrast[0:40, 4:10] = 100  # to the last row of the picture
    layers = measured(contrast)
    height = layers.sheet.height
    assert layers.stats[1:, 1].tolist() == [0, height]
    assert np.array_equal(layers.labels[:height] > 0, layers.labels[height:] > 0)
    assert layers.edge[1] == layers.edge[2]
    assert layers.tone[1].tolist() == layers.tone[2].tolist()


def test_a_box_knows_its_ink_and_what_else_lies_in_it():
    grey = np.full((60, 60), 200, np.uint8)
    grey[10:50, 20:25] = 50
    grey[10:50, 27:30] = 150
    layers = layers_of(grey, profile=replace(ONE, depths=(100,)))
    assert layers.sheet.contrast[30, 22] == pytest.approx(191, abs=1)
    label = layers.labels[30, 22]
    alone = [label, *layers.stats[label], layers.edge[label]]
    wider = [label, 20, 10, 10, 40, layers.stats[label, 4], layers.edge[label]]
    ink = layers.ink_of(np.array([alone, wider], np.int32))
    assert ink[0] == pytest.approx([191, 0, 0], abs=1)
    assert ink[1] == pytest.approx([191, 0, 64 * 3 / 5], abs=1)


def test_the_ends_of_scales_overlap():
    sheet = sheet_of(np.full((480, 640), 220, np.uint8), profile=ONE)
    least = least_heights(sheet, np.arange(4), profile=ONE)
    assert least[0] == ONE.min_height_px
    assert (2 * least[1:] < ONE.max_height_px).all()


def test_joints_of_a_wall_are_bars_and_a_1_between_ruled_lines_is_none():
    wall, page = np.full((2, 240, 400), 220, np.uint8)
    wall[60::60] = wall[61::60] = wall[62::60] = 60
    page[60::60] = page[61::60] = 170
    wall[62:120, 100:104] = page[62:120, 100:104] = page[75:112, 200:204] = 60
    for picture, bars in ((wall, 1), (page, 0)):
        layers = layers_of(picture, profile=ONE)
        x, y, _, height = layers.stats[layers.fitting, :4].T
        label = layers.fitting[(height >= 30) & (y < 240) & (layers.level_of(x, y) == 0)]
        assert len(label) >= 1
        assert layers.bars(label).sum() == bars
