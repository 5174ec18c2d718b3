"""Peaks of the detector's maps as boxes in the picture: exact, once each, wherever they stand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgedigits_camera.detection.detect import Search, detect, peaks
from edgedigits_camera.detection.maps import CHANNELS, HEAT, HEIGHT, WIDTH
from edgedigits_camera.detection.pyramid import TILE_PX, Canvas, Tile

EVERYWHERE = (-np.inf, -np.inf, np.inf, np.inf)


def empty_maps(height=160, width=160):
    maps = np.zeros((height // 4, width // 4, CHANNELS), np.float32)
    maps[..., HEAT] = -9
    return maps


def canvas_of(*tiles, size=160):
    return Canvas(np.full((size, size), 128, np.uint8), tiles or (Tile(1.0, 0, 0, size, size, EVERYWHERE),))


@given(box=st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(2, 40), st.floats(8, 40)), digit=st.integers(0, 9))
def test_a_box_is_read_from_the_maps_as_it_was_written(write_box, box, digit):
    maps = empty_maps()
    write_box(maps, box, heat=2.0, light=True, digit=digit)
    found = peaks(maps, canvas_of(), threshold=0.1)
    assert found.boxes_px == pytest.approx(np.array([box]), abs=1e-3)
    assert found.heat == pytest.approx(1 / (1 + np.exp(-2)))
    assert (found.light[0] > 0.9, found.printed[0] < 0.1) == (True, True)
    assert found.digits.argmax() == digit
    assert found.digits.sum() == pytest.approx(1)
    assert found.scale.tolist() == [1]


def test_a_box_on_a_tile_is_one_of_the_picture(write_box):
    maps = empty_maps()
    write_box(maps, (96 + 20, 48 + 10, 12, 24))
    found = peaks(maps, canvas_of(Tile(0.5, 600, 300, 60, 100, EVERYWHERE, 96, 48)), threshold=0.1)
    assert found.boxes_px == pytest.approx(np.array([(1240, 620, 24, 48)]), abs=1e-3)
    assert found.scale.tolist() == [0.5]


def test_what_another_tile_answers_for_is_left_to_it(write_box):
    maps = empty_maps()
    for x in (20, 80):
        write_box(maps, (x, 40, 12, 24))
    left = Tile(1.0, 0, 0, 160, 160, (-np.inf, -np.inf, 60, np.inf))
    assert peaks(maps, canvas_of(left), threshold=0.1).boxes_px[:, 0] == pytest.approx([20])


def test_heat_between_the_tiles_of_a_canvas_is_nothing(write_box):
    maps = empty_maps()
    write_box(maps, (100, 100, 12, 24))
    assert len(peaks(maps, canvas_of(Tile(1.0, 0, 0, 60, 60, EVERYWHERE)), threshold=0.1)) == 0


@pytest.mark.parametrize(("heat", "found"), [(-2.2, 0), (-2.19, 1)])
def test_less_than_the_threshold_is_no_peak(write_box, heat, found):
    maps = empty_maps()
    write_box(maps, (20, 20, 12, 24), heat=heat)
    assert len(peaks(maps, canvas_of(), threshold=0.1)) == found


def test_beside_a_hotter_cell_there_is_no_peak_but_two_cells_away_there_is(write_box):
    maps = empty_maps()
    for x, heat in ((20, 3.0), (24, 2.0), (40, 2.0)):
        write_box(maps, (x, 20, 12, 24), heat=heat)
    assert sorted(peaks(maps, canvas_of(), threshold=0.1).boxes_px[:, 0].round()) == [20, 40]


def test_an_untrained_answer_gives_finite_boxes():
    maps = np.random.default_rng(1).normal(0, 300, (40, 40, CHANNELS)).astype(np.float32)
    with np.errstate(over="ignore"):
        found = peaks(maps, canvas_of(), threshold=0.1)
    assert len(found) > 10
    assert np.isfinite(found.boxes_px).all()
    assert maps[..., [WIDTH, HEIGHT]].max() > 100  # which nothing would be, to the power of e


def test_every_digit_is_found_at_its_place_over_all_tiles(finder, write_row, overlap):
    row, boxes = write_row("273506148273506148273506", height_px=24, gap=1.6)
    page = np.full((900, row.shape[1]), 225, np.uint8)
    page[430 : 430 + len(row)] = row
    boxes[:, 1] += 430
    assert page.shape[1] > TILE_PX + 300
    found = detect(page, finder, Search(finest=1.0, heat=0.1))
    assert min(overlap(found.boxes_px, box).max() for box in boxes) > 0.8
    assert (found.scale == 1).sum() == len(boxes)
    for scale in np.unique(found.scale):
        there = found.boxes_px[found.scale == scale]
        assert max((overlap(there, box) > 0.5).sum() for box in boxes) == 1


@pytest.mark.parametrize(
    ("finest", "height_px"),
    [*((1.0, px) for px in (15, 22, 28, 31, 55, 130, 300)), (0.75, 22), (0.75, 40), (0.75, 80)],
)
def test_digits_of_every_height_are_found_at_some_level(finder, write_row, overlap, height_px, finest):
    grey, boxes = write_row("2735", height_px=height_px, gap=0.8)
    found = detect(grey, finder, Search(finest=finest, heat=0.1))
    assert min(overlap(found.boxes_px, box).max() for box in boxes) > 0.7


@settings(max_examples=12, derandomize=True)
@given(across=st.integers(0, 150), down=st.integers(0, 150))
def test_moving_the_page_moves_the_boxes(finder, write_row, across, down):
    row, _ = write_row("2735061", height_px=26, gap=1.0)
    page = np.full((700, 900), 225, np.uint8)

    def found_at(x, y):
        moved = page.copy()
        moved[y : y + row.shape[0], x : x + row.shape[1]] = row
        found = detect(moved, finder, Search(finest=1.0, heat=0.1))
        return found.boxes_px[found.scale == 1] - (x, y, 0, 0)

    here, there = (boxes[boxes[:, 0].argsort()] for boxes in (found_at(20, 20), found_at(20 + across, 20 + down)))
    assert len(here) == 7
    assert there == pytest.approx(here, abs=1.0)


def test_an_empty_picture_gives_no_detections(finder):
    found = detect(np.full((50, 70), 200, np.uint8), finder, Search(finest=1.0, heat=0.1))
    assert len(found) == 0
    assert (found.boxes_px.shape, found.digits.shape) == ((0, 4), (0, 10))
