"""What the judge sees: columns in the order of their names, the same for the same page however it is shown."""

from dataclasses import replace

import numpy as np
import pytest

from edgedigits_camera.digits import candidates
from edgedigits_camera.digits.features import FEATURES, MANY, RANGES, SHARES, features_of

SIZE_PX = (640, 480)
ROW = [(40 * number + 20, 100, 24, 36) for number in range(6)]


def column(rows, name):
    return rows[:, FEATURES.index(name)]


@pytest.fixture
def page(seen_of):
    """Six digits in a row, a huge one, and a piece within the first."""
    return seen_of([*ROW, (300, 200, 150, 200), (25, 105, 8, 12)])


def test_there_is_a_column_for_each_name(page):
    rows = features_of(page, size_px=SIZE_PX)
    assert rows.shape == (8, len(FEATURES)) == (8, len(set(FEATURES)))
    assert rows.dtype == np.float32
    assert np.isfinite(rows).all()


def test_columns_hold_what_their_names_say(page):
    rows = features_of(page, size_px=SIZE_PX)
    said = page.probabilities
    digit, order = said.argmax(axis=1), np.sort(said, axis=1)
    expected = {
        "heat": np.full(8, np.log(9)),
        "printed": page.found.printed,
        "opinion": np.ones(8),
        "opinion_of_name": page.found.digits[np.arange(8), digit],
        "name": order[:, -1],
        "runner_up": order[:, -2],
        "name_of_opinion": said[np.arange(8), np.arange(8)],
        "digit": digit,
        "level_px": np.log([36] * 6 + [200, 12]),
        "aspect": np.log([24 / 36] * 6 + [0.75, 8 / 12]),
        "share_of_picture": np.clip(np.log(np.array([36] * 6 + [200, 12]) / 480), *SHARES),
        "depth": page.depth,
        "clutter": page.clutter,
        "ink": page.patches.mean(axis=(1, 2)) / 255,
        "size_on_page": np.log(np.array([36] * 6 + [200, 12]) / 36),
    }
    for name, values in expected.items():
        assert column(rows, name) == pytest.approx(values, abs=1e-5), name


@pytest.mark.parametrize("size_px", [1, 20, 4000])
def test_every_column_stays_in_its_range(seen_of, size_px):
    boxes = [*ROW, (0, 0, size_px, 1), (-size_px / 2, 0, size_px, size_px), (5, 5, 1, size_px)]
    low, high = np.array([*RANGES.values()], np.float32).T
    rows = features_of(seen_of(boxes), size_px=(max(SIZE_PX[0], size_px), max(SIZE_PX[1], size_px)))
    bounded = [name not in {"level_px", "aspect"} for name in RANGES]  # by what the detector says
    assert ((rows >= low) & (rows <= high))[:, bounded].all()


def test_neighbours_in_line_and_rivals_are_seen(page):
    rows = features_of(page, size_px=SIZE_PX)
    assert column(rows, "overlapping") == pytest.approx([0.9] + [0] * 6 + [0.9])
    assert column(rows, "size_of_overlapping")[[0, 7]] == pytest.approx([np.log(12 / 36), np.log(36 / 12)])
    assert column(rows, "in_line") == pytest.approx(np.array([2, 3, 4, 4, 3, 2, 0, 0]) * 0.9)
    assert (column(rows, "near") >= column(rows, "in_line")).all()
    assert column(rows, "page") == pytest.approx(np.full(8, np.log1p(MANY)))


def test_candidates_in_another_order_have_the_same_rows(page):
    order = np.random.default_rng(4).permutation(8)
    assert features_of(page[order], size_px=SIZE_PX) == pytest.approx(features_of(page, size_px=SIZE_PX)[order])


def test_a_page_twice_as_large_and_seen_in_half_its_size_has_the_same_rows(page):
    found = replace(page.found, boxes_px=2 * page.found.boxes_px, scale=page.found.scale / 2)
    larger = features_of(replace(page, found=found), size_px=(1280, 960))
    assert larger == pytest.approx(features_of(page, size_px=SIZE_PX), abs=1e-5)


def test_light_ink_has_the_same_rows_as_dark(page):
    light = replace(page, found=replace(page.found, light=1 - page.found.light))
    assert features_of(light, size_px=SIZE_PX) == pytest.approx(features_of(page, size_px=SIZE_PX), abs=1e-6)


def test_ink_unlike_the_page_s_shows(page):
    mixed = page.found.light.copy()
    mixed[2] = 1
    rows = features_of(replace(page, found=replace(page.found, light=mixed)), size_px=SIZE_PX)
    assert column(rows, "ink_on_page")[2] == 0
    assert column(rows, "ink_on_page")[0] == pytest.approx(6 / 7)


def test_blocks_give_what_all_at_once_give(page, monkeypatch):
    at_once = features_of(page, size_px=SIZE_PX)
    monkeypatch.setattr(candidates, "BLOCK", 3)
    assert features_of(page, size_px=SIZE_PX) == pytest.approx(at_once, abs=1e-6)


def test_one_candidate_and_none_have_rows_too(seen_of):
    one = features_of(seen_of([(5, 5, 20, 30)]), size_px=SIZE_PX)
    assert np.isfinite(one).all()
    assert features_of(seen_of([]), size_px=SIZE_PX).shape == (0, len(FEATURES))
