"""Every digit of a picture is among the candidates, and there are not too many of them."""

import math
from dataclasses import replace
from itertools import product

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from edgedigits_camera.candidates import HAZE, Candidates, find_candidates, middle_of_runs, patch_of, plausible
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.scene import SceneSpec, draw_scene

BOTH = pytest.mark.parametrize("profile", [STILL, LIVE], ids=["still", "live"])


@pytest.fixture
def best(overlap):
    """How well the best candidate covers each of some boxes."""
    return lambda candidates, boxes: np.array([overlap(candidates.boxes_px, box).max(initial=0) for box in boxes])


@BOTH
@pytest.mark.parametrize("height_px", [14, 18, 25, 40, 52, 56, 60, 100, 112, 180, 230, 400])
def test_digits_of_every_height_are_found(write_row, best, height_px, profile):
    grey, boxes = write_row("0123456789", height_px=height_px)
    assert best(find_candidates(grey, profile=profile), boxes).min() > 0.7


@pytest.mark.parametrize("ink", [200, 190, 150])
def test_faint_ink_is_found(write_row, best, ink):
    grey, boxes = write_row("2468", height_px=40, ink=ink)
    noise = np.random.default_rng(0).normal(0, 2, grey.shape)
    grey = np.clip(grey + noise, 0, 255).astype(np.uint8)
    assert best(find_candidates(grey, profile=STILL), boxes).min() > 0.7


def test_light_ink_is_found_in_the_inverted_picture_alone(write_row, best):
    grey, boxes = write_row("35", height_px=40, pen_px=4, ink=215, paper=30)
    assert best(find_candidates(255 - grey, profile=STILL), boxes).min() > 0.7
    # Pieces of the paper around may have a digit's size, between two scales all of it; the judge tells them from ink.
    assert best(find_candidates(grey, profile=replace(STILL, between=(), most_splits=0)), boxes).max() < 0.5


def test_digits_on_a_grid_are_found(write_row, best):
    grey, boxes = write_row("35802", height_px=40, gap=0.8)
    page = np.full((240, grey.shape[1]), 225, np.uint8)
    page[80:160] = grey
    page[10::30] = np.minimum(page[10::30], 170)
    page[:, 5::30] = np.minimum(page[:, 5::30], 170)
    boxes[:, 1] += 80
    assert best(find_candidates(page, profile=STILL), boxes).min() > 0.7


def test_a_digit_half_in_a_hard_shadow_is_found(write_row, best):
    grey, boxes = write_row("0", height_px=60, pen_px=6)
    x = round(boxes[0, 0] + boxes[0, 2] / 2)
    shaded = grey.copy()
    shaded[:, x:] = shaded[:, x:] * 0.55
    soft = cv2.GaussianBlur(shaded, (0, 0), 1.5)
    assert best(find_candidates(soft, profile=STILL), boxes).max() > 0.6


def test_touching_digits_are_found_one_by_one(write_row, best):
    found = []
    for seed, text in enumerate(("25", "80", "36", "94", "71", "62", "58", "33")):
        grey, boxes = write_row(text, height_px=40, gap=None, seed=seed)
        found.extend(best(find_candidates(grey, profile=STILL), boxes))
    assert np.mean(np.array(found) > 0.6) >= 0.9


def test_of_what_scenes_hold_nearly_all_is_among_the_candidates(best):
    found = []
    for seed, paper in enumerate(("plain", "ruled", "grid", "whiteboard")):
        scene = draw_scene(seed, spec=SceneSpec(paper=paper, layout="lines", strength=0.4), size_px=(480, 360))
        grey = cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY)
        boxes = np.array([digit.box_xywh_px for digit in scene.digits], float)
        found.extend(best(find_candidates(grey, profile=STILL), boxes))
    assert len(found) > 30
    assert np.mean(np.array(found) > 0.6) > 0.95


@pytest.mark.parametrize(
    "grey",
    [np.zeros((1, 1)), np.zeros((1, 900)), np.zeros((200, 300)), np.full((200, 300), 255), np.full((30, 30), 128)],
    ids=["one pixel", "one row", "black", "white", "grey"],
)
@BOTH
def test_where_there_is_nothing_there_are_no_candidates_nor_patches(grey, profile):
    candidates = find_candidates(grey.astype(np.uint8), profile=profile)
    assert len(candidates) == 0
    assert candidates.boxes_px.shape == (0, 4)
    assert candidates.patches().shape == (0, 28, 28)


def test_patches_hold_the_ink_of_the_candidate_alone():
    grey = np.full((100, 100), 225, np.uint8)
    grey[30:70, 30:35] = grey[65:70, 30:56] = 40

    def patches():
        candidates = find_candidates(grey, profile=replace(STILL, enlarge_below_px=0))
        return candidates[(candidates.boxes_px == (30, 30, 26, 40)).all(axis=1)].patches().astype(int)

    alone = patches()
    grey[34:46, 44:52] = 40
    beside = patches()
    assert len(alone) == len(beside) == 1
    assert alone.max() == beside.max() == 255
    assert np.abs(alone - beside).max() < 20


def test_where_a_stroke_is_fainter_than_its_depth_it_is_still_in_the_patch():
    grey = np.full((100, 100), 225, np.uint8)
    grey[30:70, 30:35] = grey[65:70, 30:56] = 40
    grey[36:44, 36:40] = grey[48:56, 44:48] = 150  # 40 % as deep, and apart: by one pixel, and by nine

    def glyph(share):
        candidates = find_candidates(grey, profile=replace(STILL, enlarge_below_px=0, depths=(), share=share))
        (found,) = np.flatnonzero((candidates.boxes_px == (30, 30, 26, 40)).all(axis=1))
        patch = candidates[np.array([found])].patches()[0]
        return patch[np.ix_(patch.any(axis=1), patch.any(axis=0))].astype(int)

    near, far = np.s_[3:7, 3:5], np.s_[9:13, 7:9]  # at half the size
    assert glyph(0.6)[near].max() == pytest.approx((0.4 - HAZE) / (1 - HAZE) * 255, rel=0.1)
    assert not glyph(0.6)[far].any()
    # Where it is deep enough, it is a piece of its own, and no part of this one.
    assert glyph(0.3)[near][:, 1:].max() < 20


def test_haze_is_not_in_the_patch():
    ink = np.full((40, 30), 20, np.uint8)
    ink[5:35, 12:18] = 200
    patch = patch_of(ink, np.full_like(ink, 255), mean=200.0)
    assert patch.any(axis=0).sum() <= 5
    assert patch.max() == 255


@pytest.mark.parametrize("height_px", [40, 60])
@pytest.mark.parametrize("degrees", [-20, 13])
def test_a_digit_turned_back_has_the_patch_of_an_upright_one(write_row, height_px, degrees):
    grey, _ = write_row("5", height_px=height_px)
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)

    def patch_of_largest(picture, slope):
        found = find_candidates(picture, profile=replace(STILL, enlarge_below_px=0, between=()))
        return found[found.boxes_px[:, 3].argmax()[None]].patches(slope=slope)[0].astype(int)

    upright = patch_of_largest(grey, 0.0)
    leaning = cv2.warpAffine(grey, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=225)

    def difference(slope):
        patch = patch_of_largest(leaning, slope)
        shifts = product((-1, 0, 1), repeat=2)
        return min(np.abs(np.roll(patch, shift, axis=(0, 1)) - upright).sum() for shift in shifts)

    slope = math.tan(math.radians(degrees))
    assert difference(slope) < 0.75 * difference(0.0) < 0.75 * difference(-slope)


@pytest.mark.parametrize(("height_px", "thinner"), [(16, True), (40, False)])
def test_small_blurred_strokes_are_seen_thinner_when_turned(height_px, thinner):
    stroke = np.zeros((height_px, height_px // 2), np.uint8)
    stroke[:, height_px // 4 - 1 : height_px // 4 + 1] = 255
    contrast = cv2.GaussianBlur(stroke, None, height_px / 12)
    own = cv2.compare(contrast, 40, cv2.CMP_GT)
    mean = float(contrast[own > 0].mean())
    upright, turned = (patch_of(contrast, own, mean=mean, slope=slope).sum() for slope in (0.0, 0.001))
    assert (turned < 0.9 * upright) == thinner


def test_pores_in_a_stroke_are_closed_and_loops_are_not():
    solid = np.full((40, 16), 200, np.uint8)
    porous = solid.copy()
    porous[3:-3:4, 3:-3:4] = 0
    looped = solid.copy()
    looped[10:20, 6:10] = 0
    whole, closed, open_ = (
        patch_of(ink, cv2.compare(ink, 0, cv2.CMP_GT), mean=200.0) for ink in (solid, porous, looped)
    )
    assert np.array_equal(closed, whole)
    assert open_[whole > 0].min() == 0


def test_what_has_the_size_and_shape_of_a_digit_is_plausible():
    size = {  # width, height, area
        "a digit": (20, 30, 180),
        "a thin 1": (3, 30, 90),
        "too small": (8, 11, 30),
        "too large": (40, 56, 500),
        "a dash": (31, 20, 200),
        "a blot": (20, 30, 590),
        "a hair": (30, 40, 60),
        "one pixel wide": (1, 30, 30),
    }
    kept = plausible(np.array(list(size.values()), np.int32), np.full(len(size), 12), 56)
    assert [name for name, yes in zip(size, kept, strict=True) if yes] == ["a digit", "a thin 1"]


def test_of_a_component_that_is_the_same_at_several_depths_the_middle_one_stays():
    box = [15, 30, 200, 60]
    # Four depths of a sheet 100 pixels high; the second box is deeper down, the third beside it.
    places = [(1, 10, 220), (1, 10, 20), (1, 10, 120), (2, 50, 20), (4, 10, 360)]
    rows = np.array([[label, x, y, *box, label, label] for label, x, y in places], np.int32)
    kept, run = middle_of_runs(rows, height=100)
    found = sorted((int(rows[i, 2]), int(rows[i, 1]), int(n)) for i, n in zip(kept, run, strict=True))
    assert found == [(20, 50, 1), (120, 10, 3), (360, 10, 1)]


@settings(max_examples=40, deadline=None)
@given(grey=arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=60)))
def test_any_small_picture_gives_boxes_inside_it(grey):
    candidates = find_candidates(grey, profile=STILL)
    boxes = candidates.boxes_px
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 2:] > 0).all()
    assert (boxes[:, :2] + boxes[:, 2:] <= np.array(grey.shape[::-1])).all()
    assert len(candidates.patches()) == len(candidates)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 999), width=st.integers(90, 200), height=st.integers(90, 200))
def test_noise_of_any_size_gives_finite_candidates_inside(seed, width, height):
    grey = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    candidates = find_candidates(cv2.GaussianBlur(grey, (0, 0), 2), profile=STILL)
    assert np.isfinite(candidates.ink).all()
    assert (candidates.boxes_px[:, :2] + candidates.boxes_px[:, 2:] <= (width, height)).all()


def test_a_choice_of_candidates_keeps_what_belongs_together(write_row):
    candidates = find_candidates(write_row("4071", height_px=40)[0], profile=STILL)
    chosen = candidates[np.array([len(candidates) - 1, 0])]
    assert isinstance(chosen, Candidates)
    assert np.array_equal(chosen.rows, candidates.rows[[-1, 0]])
    assert np.array_equal(chosen.ink, candidates.ink[[-1, 0]])
    assert np.array_equal(chosen.patches(), candidates.patches()[[-1, 0]])


def test_a_profile_without_splits_finds_touching_digits_as_one(write_row, best):
    grey, boxes = write_row("80", height_px=40, gap=None)
    whole = find_candidates(grey, profile=replace(STILL, most_splits=0))
    assert best(whole, boxes).max() < 0.6 < best(find_candidates(grey, profile=STILL), boxes).min()
