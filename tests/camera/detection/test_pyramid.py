"""A picture at all scales on canvases: all of it, once, in bounded pieces."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgedigits_camera.detection.contrast import local_contrast
from edgedigits_camera.detection.maps import MOST_PX
from edgedigits_camera.detection.pyramid import (
    ALIGN_PX,
    BETWEEN,
    GAP_PX,
    SHARED_PX,
    TILE_PX,
    Level,
    canvases,
    halved,
    is_thin,
    pyramid,
    resized,
    spans,
    tiles_of,
)

SIDE = st.integers(1, 12_000)


def noise(height, width):
    return np.random.default_rng(3).integers(0, 256, (height, width)).astype(np.uint8)


@given(SIDE)
def test_every_pixel_of_a_side_lies_in_the_core_of_exactly_one_tile(length):
    cores = [(low, high) for _, low, high in spans(length)]
    places = np.arange(length) + 0.5
    assert (sum(((places >= low) & (places < high)).astype(int) for low, high in cores) == 1).all()


@given(SIDE)
def test_tiles_stay_in_the_picture_and_hold_what_they_answer_for_with_room_around(length):
    for start, low, high in spans(length):
        end = min(start + TILE_PX, length)
        assert start >= 0
        assert low == -np.inf or low - start >= SHARED_PX / 2 - 1
        assert high == np.inf or end - high >= SHARED_PX / 2 - 1


def test_tiles_that_share_less_would_cut_digits():
    ends = [(start, start + TILE_PX) for start, _, _ in spans(3000)]
    assert all(end - start >= MOST_PX for (_, end), (start, _) in pairwise(ends))


@settings(max_examples=25)
@given(height=st.integers(1, 1700), width=st.integers(1, 1700), finest=st.sampled_from([0.6, 1.0]))
def test_every_level_lies_on_the_canvases_once_and_apart_from_others(height, width, finest):
    levels = list(pyramid(np.full((height, width), 200, np.uint8), finest=finest))
    seen = dict.fromkeys((level.scale for level in levels), 0)
    for canvas in canvases(levels):
        assert all(side % ALIGN_PX == 0 for side in canvas.contrast.shape)
        for tile in canvas.tiles:
            seen[tile.scale] += 1
            assert tile.left_px + tile.width_px <= canvas.contrast.shape[1]
            assert tile.top_px + tile.height_px <= canvas.contrast.shape[0]
            assert tile.left_px % ALIGN_PX == tile.top_px % ALIGN_PX == 0
        for one, other in combinations(canvas.tiles, 2):
            across = max(one.left_px - other.left_px - other.width_px, other.left_px - one.left_px - one.width_px)
            along = max(one.top_px - other.top_px - other.height_px, other.top_px - one.top_px - one.height_px)
            assert max(across, along) >= GAP_PX
    for level in levels:
        assert seen[level.scale] == (0 if is_thin(level.grey) else len(list(tiles_of(level))))


def test_what_lies_on_a_canvas_is_the_contrast_of_the_level():
    levels = list(pyramid(noise(500, 300), finest=1.0))
    (canvas,) = canvases(levels)
    for level, tile in zip(levels, canvas.tiles, strict=True):
        rows = slice(tile.top_px, tile.top_px + tile.height_px)
        part = canvas.contrast[rows, tile.left_px : tile.left_px + tile.width_px]
        assert (part == local_contrast(level.grey)).all()


@pytest.mark.parametrize("side", [2047, 2048, 2049, 4097])
def test_no_picture_is_halved_away(side):
    grey = noise(10, side)
    first, between, second, *_ = pyramid(grey, finest=1.0)
    assert first.grey is grey
    assert (between.scale, between.grey.shape) == (0.7, (7, round(0.7 * side)))
    assert (second.scale, second.grey.shape) == (0.5, (5, side // 2))


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (29, 30), (31, 31), (2000, 70)])
def test_levels_end_when_all_of_the_picture_is_as_small_as_a_digit(shape):
    levels = list(pyramid(np.zeros(shape, np.uint8), finest=1.0))
    halves, between = levels[::2], levels[1::2]
    assert [level.scale for level in halves] == [0.5**number for number in range(len(halves))]
    assert [level.scale for level in between] == [BETWEEN * 0.5**number for number in range(len(between))]
    assert max(levels[-1].grey.shape) <= MOST_PX
    assert all(max(level.grey.shape) > MOST_PX for level in halves[:-1])


def test_the_largest_level_between_two_can_be_left_out():
    grey = np.zeros((200, 300), np.uint8)
    all_of_them, fewer = (list(pyramid(grey, finest=1.0, first_between=between)) for between in (True, False))
    assert [level.scale for level in fewer] == [level.scale for level in all_of_them if level.scale != BETWEEN]


def test_halving_averages_two_by_two_pixels_and_leaves_an_odd_row_out():
    grey = np.array([[0, 4, 8], [4, 8, 8], [255, 255, 255]], np.uint8)
    assert halved(grey).tolist() == [[4]]


@pytest.mark.parametrize(("scale", "shape"), [(0.75, (75, 150)), (0.001, (1, 1))])
def test_another_size_keeps_the_range_of_brightness(scale, shape):
    there = resized(noise(100, 200), scale)
    assert (there.shape, there.dtype) == (shape, np.uint8)


@pytest.mark.parametrize("shape", [(1, 1_000_000), (1_000_000, 6)])
def test_a_picture_thinner_than_any_digit_is_few_canvases_however_long_it_is(shape):
    levels = list(pyramid(np.zeros(shape, np.uint8), finest=1.0))
    assert BETWEEN not in {level.scale for level in levels}
    assert len(list(canvases(levels))) == 1


def test_large_levels_come_tile_by_tile():
    sizes = [canvas.contrast.shape for canvas in canvases([Level(1.0, noise(2000, 3000))])]
    assert len(sizes) > 12
    assert max(max(size) for size in sizes) <= TILE_PX
