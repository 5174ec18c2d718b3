"""Touching digits cut apart."""

from dataclasses import replace

import numpy as np

from edgedigits_camera.layers import layers_of
from edgedigits_camera.profiles import STILL
from edgedigits_camera.splits import NARROWEST, WIDEST, cuts, pieces

ONE_LAYER = replace(STILL, depths=(48,), enlarge_below_px=0)


def ring(height=40, width=28, pen=4):
    mask = np.ones((height, width), np.uint8)
    mask[pen:-pen, pen:-pen] = 0
    return mask


def first_layer(grey):
    return next(iter(layers_of(grey, profile=ONE_LAYER)))


def wide_labels(layer):
    label = layer.between(*layer.heights_px(ONE_LAYER))
    return label[layer.may_be_several(label, profile=ONE_LAYER)]


def test_two_rings_joined_by_a_bridge_are_cut_in_the_bridge():
    bridge = np.zeros((40, 6), np.uint8)
    bridge[18:22] = 1
    mask = np.hstack([ring(), bridge, ring()])
    assert any(28 <= cut < 34 for cut in cuts(mask))


def test_a_stroke_and_a_solid_block_are_not_cut():
    assert cuts(np.ones((40, 6), np.uint8)) == []
    assert cuts(np.ones((40, 80), np.uint8)) == []


def test_cuts_are_apart_in_order_and_few():
    comb = np.zeros((40, 160), np.uint8)
    comb[18:22] = 1
    comb[:, ::5] = 1
    found = cuts(comb)
    assert found == sorted(found)
    assert 1 <= len(found) <= round(2 * 160 / 40)
    assert np.diff(found).min() >= 8


def test_most_touching_digits_are_pieces(write_row, overlap):
    covered = []
    for seed, text in enumerate(("25", "80", "36", "94", "71", "62", "58", "33")):
        grey, boxes = write_row(text, height_px=40, gap=None, seed=seed)
        layer = first_layer(grey)
        touching = wide_labels(layer)
        assert len(touching) == 1
        found = pieces(layer, touching, profile=ONE_LAYER)[:, 1:5].astype(float)
        covered += [overlap(found, box).max(initial=0) for box in boxes]
    assert np.mean(np.array(covered) > 0.6) >= 0.9


def test_the_whole_is_no_piece_of_itself_and_pieces_lie_in_it_one_digit_wide(write_row):
    grey, _ = write_row("2580", height_px=40, gap=None)
    layer = first_layer(grey)
    label = wide_labels(layer)[:1]
    x, y, w, h, area = layer.stats[label[0]].tolist()
    found = pieces(layer, label, profile=ONE_LAYER)
    assert len(found)
    left, top, width, height, size = found[:, 1:6].T
    assert (left >= x).all()
    assert (left + width <= x + w).all()
    assert (top >= y).all()
    assert (top + height <= y + h).all()
    assert (width < w).all()
    assert (width <= WIDEST * h).all()
    assert (width >= 1).all()
    assert (size < area).all()
    assert NARROWEST * h >= 1


def test_of_two_narrow_digits_the_pair_is_no_piece():
    grey = np.full((100, 100), 225, np.uint8)
    bridge = np.zeros((40, 6), np.uint8)
    bridge[18:22] = 1
    pair = np.hstack([ring(width=18), bridge, ring(width=18)])
    grey[30:70, 30:72][pair > 0] = 40
    layer = first_layer(grey)
    found = pieces(layer, wide_labels(layer), profile=ONE_LAYER)
    assert len(found) >= 2
    assert found[:, 3].max() < 42 <= WIDEST * 40


def test_no_more_components_are_cut_than_the_profile_allows(write_row):
    rows = [write_row("25", height_px=30, gap=None)[0] for _ in range(6)]
    layer = first_layer(np.vstack(rows))
    touching = wide_labels(layer)
    assert len(touching) == 6
    found = pieces(layer, touching, profile=replace(ONE_LAYER, most_splits=2))
    assert set(found[:, 0]) == set(touching[:2])


def test_nothing_to_cut_gives_no_pieces(write_row):
    layer = first_layer(write_row("1", height_px=30)[0])
    assert pieces(layer, np.zeros(0, np.int64), profile=ONE_LAYER).shape == (0, 7)
