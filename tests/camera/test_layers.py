"""A picture cut into ink and paper at several scales and depths."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from edgedigits_camera.layers import MIN_CONTRAST, halved, layers_of, masks, measured, pyramid
from edgedigits_camera.profiles import LIVE, STILL


def scales(shape, profile=STILL):
    return [(scale, grey.shape) for scale, grey in pyramid(np.zeros(shape, np.uint8), profile=profile)]


def test_a_picture_is_halved_until_no_digit_fits():
    assert scales((480, 640)) == [(1.0, (480, 640)), (0.5, (240, 320)), (0.25, (120, 160)), (0.125, (60, 80))]


def test_a_small_picture_is_enlarged_first():
    assert scales((150, 200))[0] == (2.0, (300, 400))


def test_a_large_picture_is_first_brought_to_the_largest_that_is_looked_at():
    scale, shape = scales((3000, 5000))[0]
    assert max(shape) <= STILL.largest_px
    assert (scale, shape) == (0.25, (750, 1250))


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (11, 300)])
def test_a_picture_too_small_for_a_digit_has_no_layers(shape):
    assert list(layers_of(np.zeros(shape, np.uint8), profile=STILL)) == []


def test_each_profile_cuts_at_each_of_its_depths_and_at_half_of_the_deepest():
    grey = np.full((130, 130), 220, np.uint8)
    for profile, depths in ((STILL, [14, 40, 0]), (LIVE, [32, 0])):
        layers = list(layers_of(grey, profile=replace(profile, enlarge_below_px=0)))
        assert [layer.depth for layer in layers] == depths * 2


def test_a_ruled_picture_is_cut_without_its_lines():
    grey = np.full((100, 200), 220, np.uint8)
    grey[50:52] = 120
    layers = [layer for layer in layers_of(grey, profile=replace(STILL, enlarge_below_px=0)) if not layer.level]
    assert [layer.contrast[50:52].mean() for layer in layers] == [0, 0, 0]


@pytest.mark.parametrize("column", [30, 31])
def test_thin_strokes_do_not_fade_when_a_picture_is_halved(column):
    grey = np.full((64, 64), 220, np.uint8)
    grey[:, column] = 40

    def ink(picture):
        return int((220 - picture[10].astype(int)).sum())

    assert ink(halved(grey)) == ink(grey)
    assert ink(cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA)) == ink(grey) // 2


def test_faint_ink_is_ink_at_the_low_depths_alone():
    contrast = np.zeros((60, 60), np.uint8)
    contrast[10:50, 20:24] = 30
    found = {depth: bool(mask.any()) for depth, mask in masks(contrast, profile=STILL)}
    assert found == {14: True, 40: False, 0: True}


def test_paper_that_is_only_noisy_is_no_ink_beside_the_deepest_around():
    contrast = np.random.default_rng(1).integers(0, MIN_CONTRAST + 1, (60, 60)).astype(np.uint8)
    assert not list(masks(contrast, profile=STILL))[-1][1].any()


def test_components_are_measured_as_counting_by_hand_does():
    contrast = np.zeros((40, 50), np.uint8)
    contrast[5:15, 4:10] = 100
    contrast[20:36, 30:40:2] = 60
    contrast[20:36, 31:40:2] = 80
    labels, stats, edge, tone = measured((contrast > 20).astype(np.uint8), contrast)
    assert labels.max() == 2
    assert stats[0].tolist() == [0] * 5
    assert stats[1:].tolist() == [[4, 5, 6, 10, 60], [30, 20, 10, 16, 160]]
    assert edge[1:].tolist() == [60 - 4 * 8, 160 - 8 * 14]
    assert tone[1:].tolist() == [[100, 0], [70, 10]]


def test_a_box_knows_its_ink_and_what_else_lies_in_it():
    grey = np.full((60, 60), 200, np.uint8)
    grey[10:50, 20:25] = 50
    grey[10:50, 27:30] = 150
    layer = next(iter(layers_of(grey, profile=replace(STILL, enlarge_below_px=0, depths=(100,)))))
    assert layer.contrast[30, 22] == pytest.approx(191, abs=1)
    label = layer.labels[30, 22]
    alone = [0, label, *layer.stats[label], layer.edge[label]]
    wider = [0, label, 20, 10, 10, 40, layer.stats[label, 4], layer.edge[label]]
    ink = layer.ink_of(np.array([alone, wider], np.int32))
    assert ink[0] == pytest.approx([191, 0, 0], abs=1)
    assert ink[1] == pytest.approx([191, 0, 64 * 3 / 5], abs=1)


def test_the_ends_of_scales_overlap():
    grey = np.full((480, 640), 220, np.uint8)
    limits = {layer.level: layer.heights_px(STILL) for layer in layers_of(grey, profile=STILL)}
    assert limits[0] == (12, 72)
    assert set(limits) == {0, 1, 2, 3}
    for level in range(1, 4):
        assert 2 * limits[level][0] < limits[level - 1][1]


def test_joints_of_a_wall_are_bars_and_a_1_between_ruled_lines_is_none():
    wall, page = np.full((2, 240, 400), 220, np.uint8)
    wall[60::60] = wall[61::60] = wall[62::60] = 60
    page[60::60] = page[61::60] = 170
    wall[62:120, 100:104] = page[62:120, 100:104] = page[75:112, 200:204] = 60
    profile = replace(STILL, enlarge_below_px=0)
    for picture, bars in ((wall, 1), (page, 0)):
        layer = next(iter(layers_of(picture, profile=profile)))
        label = layer.between(30, 72)
        assert len(label) >= 1
        assert layer.bars(label).sum() == bars
