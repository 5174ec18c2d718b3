"""Touching digits cut apart."""

from dataclasses import replace

import numpy as np
import pytest

from edgedigits_camera.candidates import LABEL, find_candidates
from edgedigits_camera.layers import layers_of
from edgedigits_camera.profiles import STILL
from edgedigits_camera.splits import MOST_SEAMS, NARROWEST, WIDEST, cut_apart, seams

# One scale, cut at one depth and at nearly the same.
ONE_LAYER = replace(STILL, depths=(48,), enlarge_below_px=0, between=(), largest_px=4000)


def ring(height=40, width=28, pen=4):
    mask = np.ones((height, width), np.uint8)
    mask[pen:-pen, pen:-pen] = 0
    return mask


def wide_labels(layers):
    """Components of the first depth and the finest scale that may be several digits."""
    x, y = layers.stats[layers.fitting, :2].T
    label = layers.fitting[(y < layers.sheet.height) & (layers.level_of(x, y) == 0)]
    return label[layers.may_be_several(label, profile=ONE_LAYER)]


BRIDGE = np.zeros((40, 6), np.uint8)
BRIDGE[18:22] = 1


def test_two_rings_joined_by_a_bridge_are_cut_in_the_bridge():
    (found,) = seams([np.hstack([ring(), BRIDGE, ring()]) > 0])
    assert any((seam >= 28).all() and (seam < 34).all() for seam in found)


@pytest.mark.parametrize("lean_px", [-12, 12])
def test_a_seam_follows_the_slant_of_the_writing(lean_px):
    y, x = np.mgrid[:40, : 30 + 12]
    upright = x - (lean_px * (1 - y / 39) if lean_px > 0 else -lean_px * y / 39)
    ink = (upright >= 0) & (upright < 30) & ((upright < 12) | (upright >= 18) | (y == 20))
    (found,) = seams([ink])
    assert any(((upright >= 12) & (upright < 18))[np.arange(40), seam].all() for seam in found)


def test_a_stroke_and_a_solid_block_are_not_cut():
    for mask in (np.ones((40, 6), np.bool_), np.ones((40, 80), np.bool_)):
        assert [found.shape for found in seams([mask])] == [(0, 40)]


def test_seams_are_apart_in_order_and_few():
    comb = np.zeros((40, 160), np.bool_)
    comb[18:22] = True
    comb[:, ::5] = True
    (found,) = seams([comb])
    assert 1 <= len(found) <= MOST_SEAMS * 160 / 40
    assert np.diff(found.mean(axis=1)).min() >= 6


def test_masks_are_cut_alike_alone_and_with_others():
    masks = [np.hstack([ring(size), BRIDGE[:size], ring(size)]) > 0 for size in (20, 40, 30)]
    together = seams(masks * 200)
    for mask, found in zip(masks * 200, together, strict=True):
        assert np.array_equal(found, seams([mask])[0])


def test_most_touching_digits_are_pieces(write_row, overlap):
    covered = []
    for seed, text in enumerate(("25", "80", "36", "94", "71", "62", "58", "33")):
        grey, boxes = write_row(text, height_px=40, gap=None, seed=seed)
        layers = layers_of(grey, profile=ONE_LAYER)
        touching = wide_labels(layers)
        assert len(touching) == 1
        found = cut_apart(layers, touching)[:, 1:5].astype(float)
        covered += [overlap(found, box).max(initial=0) for box in boxes]
    assert np.mean(np.array(covered) > 0.6) >= 0.9


def test_pieces_are_the_labels_that_they_name_one_digit_wide(write_row):
    grey, _ = write_row("2580", height_px=40, gap=None)
    layers = layers_of(grey, profile=ONE_LAYER)
    label = wide_labels(layers)[:1]
    before = layers.labels.copy()
    pieces = cut_apart(layers, label)
    assert len(pieces) > 3
    for _, x, y, w, h, size, _, first, last, *_ in pieces.tolist():
        rows, columns = np.nonzero((layers.labels >= first) & (layers.labels <= last))
        assert (columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1) == (x, y, w, h)
        assert len(rows) == size
    whole = pieces[:, 5] == layers.stats[label[0], 4]
    assert whole.sum() == 1
    wide, height = pieces[~whole, 3], layers.stats[label[0], 3]
    assert NARROWEST * height <= wide.min() <= wide.max() <= WIDEST * height
    assert np.array_equal(layers.labels == 0, before == 0)
    others = before != label[0]
    assert np.array_equal(layers.labels[others], before[others])


def test_no_more_components_are_cut_than_the_profile_allows(write_row):
    grey = np.vstack([write_row("25", height_px=30, gap=None)[0] for _ in range(6)])
    for most in (0, 2, 6):
        found = find_candidates(grey, profile=replace(ONE_LAYER, most_splits=most))
        assert len(np.unique(found[found.parts < 0].rows[:, LABEL])) == most


def test_of_too_many_components_the_deepest_are_cut(write_row, overlap):
    faint = [write_row("25", height_px=30, gap=None, ink=180)[0] for _ in range(6)]
    grey, boxes = write_row("25", height_px=30, gap=None)
    found = find_candidates(np.vstack([*faint, grey]), profile=replace(ONE_LAYER, most_splits=6))
    below = np.array(boxes) + np.array([0, sum(map(len, faint)), 0, 0])
    assert all(overlap(found.boxes_px, box).max() > 0.6 for box in below)


def test_nothing_to_cut_leaves_the_labels_alone(write_row):
    layers = layers_of(write_row("1", height_px=30)[0], profile=ONE_LAYER)
    before = layers.labels.copy()
    assert cut_apart(layers, np.zeros(0, np.int64)).shape == (0, 11)
    assert np.array_equal(layers.labels, before)


def test_pieces_are_told_from_whole_components(write_row):
    grey, _ = write_row("25", height_px=40, gap=None)
    found = find_candidates(grey, profile=ONE_LAYER)
    width = found.rows[:, 3]
    assert set(found.whole[width == width.max()]) == {True}
    assert set(found.whole[width < width.max()]) == {False}
    assert set(found.parts[width == width.max()]) == {0}
    assert set(found.parts[width < width.max()]) == {-1}
