"""Local contrast: light and paper are gone, ink of either colour stays."""

import numpy as np
import pytest

from edgedigits_camera.detection.contrast import AROUND_PX, NO_CONTRAST, local_contrast
from edgedigits_camera.detection.pyramid import SHARED_PX, TILE_PX, Level, Tile, contrast_of, tiles_of


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)


@pytest.mark.parametrize("level", [0, 1, 128, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 70), (33, 200)])
def test_an_even_picture_of_any_size_has_none(level, shape):
    assert (local_contrast(np.full(shape, level, np.uint8)) == NO_CONTRAST).all()


def test_dark_ink_lies_above_and_light_ink_below_as_far(write_row):
    grey, _ = write_row("308", height_px=24, ink=30, paper=220)
    dark, light = local_contrast(grey).astype(int), local_contrast(255 - grey).astype(int)
    ink = grey < 40
    assert dark[ink].min() > NO_CONTRAST + 60
    assert light[ink].max() < NO_CONTRAST - 60
    assert (dark[ink] - NO_CONTRAST == NO_CONTRAST - light[ink]).mean() > 0.9


def test_an_inverted_picture_has_the_opposite_sign_everywhere():
    grey = noise(120, 160)
    one, other = (local_contrast(picture).astype(int) - NO_CONTRAST for picture in (grey, 255 - grey))
    clear = np.abs(one) > 20  # what rounding cannot turn round
    assert clear.mean() > 0.5
    assert (one[clear] * other[clear] < 0).all()


def test_half_the_light_leaves_nearly_the_same_contrast(write_row):
    grey, _ = write_row("308", height_px=24, ink=60, paper=220)
    change = np.abs(local_contrast(grey).astype(int) - local_contrast(grey // 2))
    assert change.max() < 20
    assert np.abs(grey.astype(int) - grey // 2).max() > 100  # what brightness would have changed by


def test_a_gradient_of_light_leaves_little():
    gradient = np.tile(np.linspace(100, 240, 640), (100, 1)).astype(np.uint8)
    inside = local_contrast(gradient)[:, AROUND_PX:-AROUND_PX].astype(int)
    assert np.abs(inside - NO_CONTRAST).max() < 16


def test_noise_in_the_dark_is_no_contrast():
    dark = np.random.default_rng(1).integers(0, 3, (100, 100)).astype(np.uint8)
    assert np.abs(local_contrast(dark).astype(int) - NO_CONTRAST).max() < 45
    assert np.abs(local_contrast(dark * 20).astype(int) - NO_CONTRAST).max() > 80


def tiles(shape):
    grey = noise(*shape)
    return grey, list(tiles_of(Level(1.0, grey)))


@pytest.mark.parametrize("shape", [(TILE_PX + 1, 300), (900, 1500)])
def test_a_tile_has_the_contrast_of_the_whole_level(shape):
    grey, cut = tiles(shape)
    whole = local_contrast(grey)
    assert len(cut) > 1
    for tile in cut:
        rows = slice(tile.y_px, tile.y_px + tile.height_px)
        assert (contrast_of(grey, tile) == whole[rows, tile.x_px : tile.x_px + tile.width_px]).all()


def test_a_tile_cut_out_before_would_have_another_at_its_edge():
    grey = noise(300, 2 * TILE_PX)
    tile = Tile(1.0, TILE_PX - SHARED_PX, 0, TILE_PX, 300, (0, 0, 0, 0))
    alone = local_contrast(grey[:, tile.x_px : tile.x_px + TILE_PX])
    differing = (alone != contrast_of(grey, tile)).any(axis=0)
    assert differing[: AROUND_PX // 2].all()
    assert not differing[AROUND_PX:-AROUND_PX].any()
