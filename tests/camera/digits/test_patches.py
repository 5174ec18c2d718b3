"""From a box in a picture to a patch: the digit's own ink, whatever its size, its colour, and what is around it."""

from itertools import product

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgedigits_camera.digits import patches
from edgedigits_camera.digits.patches import View, clutter_of, cut_out, own_ink, patch_and_box, turned

HALF = View(0.5)


def patch(grey, box, *, light=False, others=(), view=HALF):
    cut = cut_out(grey, tuple(box), light=light, others=[tuple(other) for other in others])
    return patch_and_box(cut, view)[0]


def likeness(one, other):
    """Correlation of two patches, one of them up to a pixel off: patches stand on whole pixels."""
    moved = [np.roll(one, off, axis=(0, 1)).ravel() for off in product((-1, 0, 1), repeat=2)]
    return max(np.corrcoef(image.astype(float), other.ravel().astype(float))[0, 1] for image in moved)


@pytest.fixture
def alone(write_row):
    """A 5 of 60 pixels on its own: picture and box."""
    grey, boxes = write_row("5", height_px=60, seed=3)
    return grey, boxes[0]


@pytest.mark.parametrize("height_px", [16, 24, 40, 100, 250, 700])
def test_a_digit_of_any_size_gives_the_same_patch(write_row, alone, height_px):
    grey, boxes = write_row("5", height_px=height_px, seed=3)
    assert likeness(patch(grey, boxes[0]), patch(*alone)) > 0.85


def test_another_digit_gives_another_patch(write_row, alone):
    grey, boxes = write_row("1", height_px=60, seed=3)
    assert likeness(patch(grey, boxes[0]), patch(*alone)) < 0.6


def test_light_ink_gives_the_same_patch_as_dark(alone):
    grey, box = alone
    assert likeness(patch(255 - grey, box, light=True), patch(grey, box)) > 0.98
    assert likeness(patch(255 - grey, box), patch(grey, box)) < 0.5


@pytest.mark.parametrize(("ink", "paper"), [(190, 225), (20, 60), (120, 255)])
def test_faint_ink_and_dim_light_give_the_same_patch(write_row, alone, ink, paper):
    grey, boxes = write_row("5", height_px=60, seed=3, ink=ink, paper=paper)
    assert likeness(patch(grey, boxes[0]), patch(*alone)) > 0.95


@pytest.mark.parametrize("text", ["00", "36", "45", "65", "84"])
def test_a_digit_that_touches_its_neighbour_keeps_its_own_ink(write_row, text):
    touching, boxes = write_row(text, height_px=60, gap=None, seed=1)
    apart, others = write_row(text, height_px=60, gap=0.5, seed=1)
    assert cv2.connectedComponents((touching < 130).astype(np.uint8))[0] == 2
    for index in (0, 1):
        mine = patch(touching, boxes[index], others=[boxes[1 - index]])
        assert likeness(mine, patch(apart, others[index])) > 0.9


def test_the_ink_of_a_touching_neighbour_would_show_where_nothing_is_known_of_it(write_row):
    grey, boxes = write_row("45", height_px=60, gap=None, seed=1)
    apart, others = write_row("45", height_px=60, gap=0.5, seed=1)
    knowing, unknowing = (patch(grey, boxes[0], others=known) for known in (boxes[1:], []))
    assert likeness(knowing, patch(apart, others[0])) > likeness(unknowing, patch(apart, others[0])) + 0.2


def test_ink_of_a_neighbour_that_reaches_into_the_box_is_left_out(write_row):
    grey, boxes = write_row("11", height_px=60, gap=0.15, seed=1)
    wide = boxes[0] + (0, 0, boxes[1, 0] + 6 - boxes[0, 0] - boxes[0, 2], 0)
    assert likeness(patch(grey, wide, others=boxes[1:]), patch(grey, boxes[0])) > 0.95
    assert likeness(patch(grey, wide), patch(grey, boxes[0])) < 0.9


def ruled(grey, *rows):
    page = grey.copy()
    for row in rows:
        page[row : row + 2] = np.minimum(page[row : row + 2], 110)
    return page


def test_a_ruled_line_through_a_digit_is_taken_out(write_row):
    grey, boxes = write_row("353", height_px=60, gap=1.0, seed=3)
    page = ruled(grey, 55, 95)
    assert likeness(patch(page, boxes[1]), patch(grey, boxes[1])) > 0.97


def test_a_line_that_is_left_in_would_show_in_the_patch(write_row, monkeypatch):
    grey, boxes = write_row("353", height_px=60, gap=1.0, seed=3)
    page = ruled(grey, 55, 95)
    monkeypatch.setattr(patches, "without_lines", lambda cut: cut)
    assert likeness(patch(page, boxes[1]), patch(grey, boxes[1])) < 0.97


@pytest.mark.parametrize("margin_px", [0, 1, 4])
def test_a_crop_that_ends_where_the_digit_does_gives_the_same_patch(alone, margin_px):
    grey, box = alone
    x, y, w, h = box.astype(int)
    crop = grey[y - margin_px : y + h + margin_px, x - margin_px : x + w + margin_px]
    assert likeness(patch(crop, (margin_px, margin_px, w, h)), patch(grey, box)) > 0.85


def test_a_box_that_is_a_few_pixels_off_gives_nearly_the_same_patch(alone):
    grey, box = alone
    for off in ((-3, 0, 0, 0), (0, 3, 0, 0), (-4, -4, 8, 8)):
        assert likeness(patch(grey, box + off), patch(grey, box)) > 0.9


@pytest.mark.parametrize("level", [0, 130, 255])
def test_where_there_is_no_ink_the_patch_is_empty(level):
    assert not patch(np.full((100, 100), level, np.uint8), (30, 30, 20, 40)).any()


@settings(max_examples=60)
@given(
    shape=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    box=st.tuples(st.floats(-30, 70), st.floats(-30, 70), st.floats(0.7, 90), st.floats(0.7, 90)),
    light=st.booleans(),
    slope=st.sampled_from([0.0, -0.15, 0.8]),
)
def test_any_box_in_any_picture_gives_a_patch(shape, box, light, slope):
    grey = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    cut = cut_out(grey, box, light=light, others=[box])
    made, _ = patch_and_box(cut, View(0.4, slope))
    assert (made.shape, made.dtype) == ((28, 28), np.uint8)
    assert np.isfinite(clutter_of(cut))


def test_a_lower_share_of_the_depth_takes_fainter_ink_in(write_row):
    grey, boxes = write_row("8", height_px=60, seed=2)
    faded = cv2.addWeighted(grey, 0.3, np.full_like(grey, 225), 0.7, 0)
    halves = np.where(np.arange(grey.shape[0])[:, None] < boxes[0, 1] + 30, grey, faded)
    cut = cut_out(halves, tuple(boxes[0]), light=False)
    few, many = ((own_ink(cut, threshold=share * cut.depth) > 0).sum() for share in (0.5, 0.15))
    assert many > 1.3 * few


def skipping(grey, box):
    """The picture with fourteen rows in the middle of the digit where the pen left a third of its ink."""
    middle = round(box[1] + box[3] / 2)
    rows, page = slice(middle - 7, middle + 7), grey.astype(float)
    page[rows] = 225 + 0.3 * (page[rows] - 225)
    return page.round().astype(np.uint8)


def test_a_stroke_is_whole_where_the_pen_skips(write_row, monkeypatch):
    grey, boxes = write_row("1", height_px=60, seed=2)
    page = skipping(grey, boxes[0])
    assert np.diff(np.flatnonzero(patch(page, boxes[0]).any(axis=1))).max() == 1
    monkeypatch.setattr(patches, "FAINT", 1.0)
    assert np.diff(np.flatnonzero(patch(page, boxes[0]).any(axis=1))).max() > 1


def test_pores_in_a_thick_stroke_are_closed(write_row, monkeypatch):
    grey, boxes = write_row("1", height_px=48, seed=2)
    page = grey.copy()
    page[(grey < 60) & (np.random.default_rng(1).random(grey.shape) < 0.25)] = 225
    closed = patch(page, boxes[0]).astype(int).sum()
    monkeypatch.setattr(patches, "PORES", np.ones((1, 1), np.uint8))
    assert closed > 1.1 * patch(page, boxes[0]).astype(int).sum()


def test_the_grain_of_paper_is_no_ink(monkeypatch):
    paper = np.random.default_rng(4).integers(224, 227, (120, 120)).astype(np.uint8)
    assert not patch(paper, (40, 30, 30, 50)).any()
    monkeypatch.setattr(patches, "NOISE", 0.0)
    assert patch(paper, (40, 30, 30, 50)).any()


def test_the_tip_of_a_stroke_beside_the_box_is_left_out(alone, monkeypatch):
    grey, box = alone
    x, y, w, h = box.astype(int)
    page = grey.copy()
    page[y + h // 2 : y + h // 2 + 3, x + w + 2 : x + w + 60] = 20
    clear, beside = (cut_out(each, tuple(box), light=False) for each in (grey, page))
    own = own_ink(clear, threshold=0.5 * clear.depth)
    assert (own_ink(beside, threshold=0.5 * beside.depth) == own).all()
    monkeypatch.setattr(patches, "CRUMB_PX", 0)
    assert (own_ink(beside, threshold=0.5 * beside.depth) > own).any()


def test_ink_is_turned_level_and_stays_whole():
    line = np.zeros((80, 80), np.uint8)
    cv2.line(line, (10, 20), (70, 44), 255, 3)  # down by 0.4
    level = turned(line, 0.4)
    rows = np.flatnonzero((level > 100).any(axis=1))
    assert np.ptp(rows) <= 6
    assert np.ptp(np.flatnonzero((level > 100).any(axis=0))) > 60
    assert np.ptp(np.flatnonzero((turned(line, -0.4) > 100).any(axis=1))) > 30


def test_a_view_of_a_slope_turns_the_digit(write_row):
    grey, boxes = write_row("1", height_px=60, seed=2)
    upright, left, right = (patch(grey, boxes[0], view=View(0.5, slope)) for slope in (0.0, -0.3, 0.3))
    assert likeness(left, upright) < 0.9
    assert likeness(left, right) < 0.7


def test_what_is_around_a_digit_is_its_clutter(alone):
    grey, box = alone
    messy = grey.copy()
    messy[:20] = np.random.default_rng(0).integers(0, 225, messy[:20].shape)
    clear, cluttered = (clutter_of(cut_out(page, tuple(box), light=False)) for page in (grey, messy))
    assert clear < 0.05
    assert cluttered > 2 * clear + 0.02


@pytest.mark.parametrize("loose", [0.0, 0.06])
def test_the_box_around_the_ink_is_tight_where_the_detector_s_is_not(write_row, loose):
    grey, boxes = write_row("5", height_px=90, gap=1)
    x, y, w, h = boxes[0]
    cut = cut_out(grey, (x - loose * h, y - loose * h, w + 2 * loose * h, h + 2 * loose * h), light=False)
    assert patch_and_box(cut, View())[1] == pytest.approx(tuple(boxes[0]), abs=4)
