"""Ruled lines and grids taken out; the digits that cross them stay whole."""

import cv2
import numpy as np
import pytest

from edgedigits_camera.ruling import without_ruling

INK = 200


def ruled(across=(), down=(), *, shape=(240, 400), px=2, ink=90):
    """Contrast of a page with lines at these rows and columns."""
    page = np.zeros(shape, np.uint8)
    for y in across:
        page[y : y + px] = ink
    for x in down:
        page[:, x : x + px] = ink
    return page


def components(contrast):
    """Components of ink that are more than specks."""
    count, _, stats, _ = cv2.connectedComponentsWithStats((contrast > 30).astype(np.uint8), connectivity=8)
    return int((stats[1:count, cv2.CC_STAT_AREA] > 30).sum())


@pytest.fixture
def digits(write_row):
    """Contrast of three digits, 44 pixels high, in the middle of a page."""
    grey, _ = write_row("308", height_px=44, pen_px=5, ink=255 - INK, paper=255, seed=3)
    page = np.zeros((240, 400), np.uint8)
    page[70 : 70 + grey.shape[0], 80 : 80 + grey.shape[1]] = 255 - grey
    return page


def test_a_page_without_lines_has_none(digits):
    assert without_ruling(digits) is None
    assert without_ruling(np.zeros((240, 400), np.uint8)) is None


@pytest.mark.parametrize("px", [1, 2, 4])
@pytest.mark.parametrize(("across", "down"), [((60, 120, 180), ()), ((), (80, 200)), ((60, 120), (80, 200, 320))])
def test_ruled_lines_and_grids_go(px, across, down):
    assert not without_ruling(ruled(across, down, px=px)).any()


def test_lines_that_slant_a_little_go():
    page = np.zeros((240, 400), np.uint8)
    for y in (60, 140):
        cv2.line(page, (0, y), (399, y + 14), 120, 2)  # 2 degrees
    assert (without_ruling(page) > 30).mean() < 0.1 * (page > 30).mean()


@pytest.mark.parametrize(("length_px", "line"), [(75, False), (110, True)])
def test_a_tall_1_is_no_line_but_what_is_longer_is(length_px, line):
    page = np.zeros((240, 400), np.uint8)
    cv2.line(page, (200, 80), (200, 80 + length_px), INK, 4)
    cleaned = without_ruling(page)
    assert (cleaned is not None) == line
    assert not line or (cleaned > 30).sum() < 0.05 * (page > 30).sum()


def test_a_thick_bar_is_no_ruling():
    assert without_ruling(ruled((100,), px=16)) is None


@pytest.mark.parametrize(("across", "down"), [((104, 125), ()), ((104,), (60, 380))])
def test_digits_that_lines_cross_stay_whole_and_apart(digits, across, down):
    crossed = np.maximum(digits, ruled(across, down))
    assert components(crossed) == 1
    cleaned = without_ruling(crossed)
    assert components(cleaned) == components(digits) == 3
    kept = (cleaned > 30) & (digits > 30)
    assert kept.sum() > 0.9 * (digits > 30).sum()


def test_lines_cut_out_without_mending_would_break_them(digits):
    assert components(np.where(ruled((104, 125), px=4) > 0, 0, digits)) > 3
