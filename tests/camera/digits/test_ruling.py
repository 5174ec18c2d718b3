"""Ruled lines and grids taken out; the digits that cross them stay whole."""

import cv2
import numpy as np
import pytest

from edgedigits_camera.digits.ruling import without_ruling

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


@pytest.mark.parametrize(("length_px", "line"), [(75, False), (110, False), (140, True)])
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


def share_kept(cleaned, stroke):
    """Share of the pixels of a stroke that are still at least half as deep as it was drawn."""
    return float((cleaned[stroke] > INK / 2).mean())


@pytest.mark.parametrize("line", [30, 60, 90])
@pytest.mark.parametrize("turned", [False, True])
def test_a_stroke_that_lies_along_a_fainter_line_stays(line, turned):
    page = ruled((60, 120, 180), px=2, ink=line)
    stroke = np.zeros(page.shape, bool)
    stroke[58:63, 100:145] = True  # the foot of a 2, longer than what counts as straight
    stroke[119:123, 250:290] = True
    page[stroke] = INK
    if turned:
        page, stroke = np.ascontiguousarray(page.T), np.ascontiguousarray(stroke.T)
    cleaned = without_ruling(page)
    assert share_kept(cleaned, stroke) > 0.98
    assert (cleaned[~stroke] > 0).mean() < 0.001


def test_a_stroke_along_a_line_of_its_own_depth_is_taken_with_it():
    page = ruled((60, 120, 180), px=2, ink=INK)
    stroke = np.zeros(page.shape, bool)
    stroke[60:62, 100:145] = True
    assert share_kept(without_ruling(page), stroke) == 0


@pytest.mark.parametrize("slope", [-1.0, -0.3, 0.0, 0.3, 1.0])
def test_a_stroke_across_a_fainter_line_keeps_its_depth(slope):
    alone = np.zeros((240, 400), np.uint8)
    cv2.line(alone, (200, 90), (round(200 + 60 * slope), 150), INK, 4)
    cleaned = without_ruling(np.maximum(alone, ruled((110, 130), px=3)))
    assert share_kept(cleaned, alone > 0) == 1
    assert (cleaned[alone == 0] > 0).sum() < 0.1 * (alone > 0).sum()


def largest(contrast):
    """Pixels of the largest component of ink, as deep as the lowest depth at which layers are cut."""
    stats = cv2.connectedComponentsWithStats((contrast > 14).astype(np.uint8), connectivity=8)[2]
    return int(stats[1:, cv2.CC_STAT_AREA].max(initial=0))


@pytest.mark.parametrize("noise", [1, 2, 4])
def test_faint_lines_on_noisy_paper_leave_specks_at_most(noise):
    rng = np.random.default_rng(1)
    lines = ruled(range(20, 240, 40), range(30, 400, 40), ink=30)
    page = np.clip(np.rint(lines + rng.normal(0, noise, lines.shape)), 0, 255).astype(np.uint8)
    assert largest(page) > 8000
    assert largest(without_ruling(page)) < 10


def test_a_frame_goes_and_the_digits_in_it_stay_as_they_are(digits):
    framed = digits.copy()
    cv2.rectangle(framed, (20, 20), (380, 220), 230, 4)
    assert (without_ruling(framed) == digits).all()


def test_lines_cut_out_without_mending_would_break_them(digits):
    assert components(np.where(ruled((104, 125), px=4) > 0, 0, digits)) > 3
