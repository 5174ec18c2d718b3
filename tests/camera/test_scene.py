from dataclasses import replace

import cv2
import numpy as np
import pytest

from edgedigits.strokes import drawn_patches
from edgedigits_camera.scene import (
    CAMERAS,
    EMPTY_LAYOUTS,
    FURTHER_EMPTY_LAYOUTS,
    FURTHER_LAYOUTS,
    LAYOUTS,
    LIGHTS,
    PAPERS,
    PENS,
    READING_LAYOUTS,
    SCREEN_PENS,
    SCREENS,
    TEXTURES,
    SceneSpec,
    draw_clip,
    draw_distractor_scene,
    draw_scene,
)

CLEAR = SceneSpec(paper="whiteboard", pen="marker", strength=0.0, tilt=0.3, digit_px=60)


def inside(box, image):
    x, y, w, h = box
    return x >= 0 and y >= 0 and w > 0 and h > 0 and x + w <= image.shape[1] and y + h <= image.shape[0]


def darkness(image):
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(float)
    return cv2.medianBlur(image[:, :, 1], 255).astype(float) - grey


def test_one_seed_gives_one_scene_and_another_seed_another():
    first, again, other = draw_scene(1), draw_scene(1), draw_scene(2)
    assert np.array_equal(first.image, again.image)
    assert first.digits == again.digits
    assert not np.array_equal(first.image, other.image)


@pytest.mark.parametrize("size_px", [(160, 120), (640, 480), (480, 640)])
def test_a_scene_has_the_size_asked_for_and_boxes_inside(size_px):
    for seed in range(6):
        scene = draw_scene(seed, size_px=size_px)
        assert scene.image.shape == (size_px[1], size_px[0], 3)
        assert scene.image.dtype == np.uint8
        assert all(inside(digit.box_xywh_px, scene.image) for digit in scene.digits)


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        *(("paper", kind) for kind in PAPERS + TEXTURES),
        *(("pen", kind) for kind in PENS),
        *(("light", kind) for kind in LIGHTS),
        *(("camera", kind) for kind in CAMERAS),
        *(
            ("layout", kind)
            for kind in LAYOUTS + EMPTY_LAYOUTS + READING_LAYOUTS + FURTHER_LAYOUTS + FURTHER_EMPTY_LAYOUTS
        ),
    ],
)
def test_every_kind_can_be_drawn_at_its_mildest_and_at_its_worst(part, kind):
    for strength in (0.0, 1.0):
        scene = draw_scene(3, spec=replace(SceneSpec(strength=strength, tilt=strength), **{part: kind}))
        assert scene.image.std() > 0
        assert bool(scene.digits) == (kind not in TEXTURES + EMPTY_LAYOUTS + FURTHER_EMPTY_LAYOUTS)
        assert f"{part}:{kind}" in scene.spec.tags


@pytest.mark.parametrize("layout", LAYOUTS + READING_LAYOUTS)
def test_the_lines_hold_the_digits_in_reading_order(layout):
    for seed in range(4):
        scene = draw_scene(seed, spec=replace(CLEAR, layout=layout, digit_px=36))
        text = "".join(str(digit.digit) for digit in scene.digits)
        assert text
        assert "".join(scene.lines) == ("" if layout == "scattered" else text)


def test_boxes_are_tight_around_the_ink_after_perspective():
    for seed in range(4):
        scene = draw_scene(seed, spec=replace(CLEAR, layout="scattered"))
        inked = darkness(scene.image) > 60
        for digit in scene.digits:
            x, y, w, h = digit.box_xywh_px
            part = inked[y : y + h, x : x + w]
            sides = [part[:3].any(), part[-3:].any(), part[:, :3].any(), part[:, -3:].any()]
            assert all(sides)
            assert not inked[max(0, y - 5) : y - 3, x : x + w].any()


def test_a_box_that_is_moved_is_no_longer_tight():
    scene = draw_scene(0, spec=replace(CLEAR, layout="scattered"))
    inked = darkness(scene.image) > 60
    x, y, w, _ = scene.digits[0].box_xywh_px
    assert not inked[y - 12 : y - 9, x : x + w].any()


def test_digits_come_out_as_high_as_the_spec_says():
    heights = [d.box_xywh_px[3] for s in range(6) for d in draw_scene(s, spec=replace(CLEAR, tilt=0.0)).digits]
    assert 54 < np.median(heights) < 66


def test_ink_is_dark_on_paper_and_light_on_a_blackboard():
    def contrast(paper, pen):
        scene = draw_scene(5, spec=SceneSpec(paper=paper, pen=pen, digit_px=80, layout="line", strength=0.0, tilt=0.0))
        x, y, w, h = scene.digits[0].box_xywh_px
        grey = cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY).astype(int)
        part = grey[y : y + h, x : x + w]
        return part.max() + part.min() - 2 * np.median(grey)

    assert contrast("plain", "marker") < 0 < contrast("blackboard", "chalk")


def test_scenes_without_digits_have_none_and_differ():
    scenes = [draw_distractor_scene(seed, size_px=(160, 120)) for seed in range(30)]
    assert not any(scene.digits or scene.lines for scene in scenes)
    assert {scene.spec.layout for scene in scenes} == set(EMPTY_LAYOUTS)
    assert len({scene.spec.paper for scene in scenes}) > 8


def test_given_glyphs_are_placed_once_each_and_named():
    images, labels = drawn_patches(30, seed=4)
    scene = draw_scene(1, spec=replace(CLEAR, digit_px=40), glyphs=(images, labels))
    indices = [digit.glyph for digit in scene.digits]
    assert len(indices) == len(set(indices)) > 5
    assert all(digit.digit == labels[digit.glyph] for digit in scene.digits)


def test_a_given_glyph_keeps_its_form_when_enlarged():
    images, labels = drawn_patches(10, seed=4)
    scene = draw_scene(2, spec=replace(CLEAR, tilt=0.0, digit_px=120), glyphs=(images, labels))
    inked = np.clip(darkness(scene.image), 0, None)
    for digit in scene.digits:
        x, y, w, h = digit.box_xywh_px
        glyph = images[digit.glyph]
        rows, columns = np.flatnonzero(glyph.any(1)), np.flatnonzero(glyph.any(0))
        tight = glyph[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
        found = cv2.resize(inked[y : y + h, x : x + w], tight.shape[::-1], interpolation=cv2.INTER_AREA)
        assert np.corrcoef(found.ravel(), tight.ravel())[0, 1] > 0.8


def test_given_glyphs_run_out_without_harm():
    images, labels = drawn_patches(2, seed=4)
    assert len(draw_scene(1, spec=replace(CLEAR, digit_px=30), glyphs=(images, labels)).digits) <= 2


def test_what_a_spec_cannot_be_is_named():
    with pytest.raises(ValueError, match="paper must be one of plain, ruled"):
        SceneSpec(paper="papyrus")
    with pytest.raises(ValueError, match=r"tilt must lie in 0\.\.1, got 2"):
        SceneSpec(tilt=2.0)
    with pytest.raises(ValueError, match="digit_px must be at least 8, got 3"):
        SceneSpec(digit_px=3)
    with pytest.raises(ValueError, match=r"line must lie in 0\.\.0\.25, got 0\.4"):
        SceneSpec(line=0.4)
    with pytest.raises(ValueError, match="view must be one of any, desk, got 'space'"):
        SceneSpec(view="space")


def test_a_clip_repeats_and_holds_the_same_digits_while_they_move():
    frames = list(draw_clip(6, frames=12, size_px=(320, 240)))
    again = list(draw_clip(6, frames=3, size_px=(320, 240)))
    assert [f.digits for f in frames[:3]] == [f.digits for f in again]
    assert len({f.lines for f in frames}) == 1
    first, last = (np.array([d.box_xywh_px[:2] for d in f.digits], float) for f in (frames[0], frames[-1]))
    assert 1 < np.abs(first - last).max() < 60


def test_the_exposure_of_a_clip_settles():
    means = [scene.image.mean() for scene in draw_clip(6, frames=20, size_px=(160, 120))]
    assert means[0] < 0.75 * means[-1]
    assert abs(means[-1] - means[-2]) < 0.1 * means[-1]


@pytest.mark.parametrize("paper", SCREENS)
@pytest.mark.parametrize("pen", SCREEN_PENS)
def test_ink_on_a_screen_lies_in_its_boxes_and_reaches_each_side_of_them(paper, pen):
    for seed in range(6):
        scene = draw_scene(seed, spec=SceneSpec(paper=paper, pen=pen, layout="scattered", digit_px=60))
        assert scene.digits
        inked = np.abs(scene.image.astype(int) - scene.image[0, 0]).max(axis=2) > 0
        left = inked.copy()
        for digit in scene.digits:
            x, y, w, h = digit.box_xywh_px
            part = inked[y : y + h, x : x + w]
            assert all(side.any() for side in (part[0], part[-1], part[:, 0], part[:, -1]))
            left[max(0, y - 3) : y + h + 3, max(0, x - 3) : x + w + 3] = False
        assert not left.any()


def test_a_hard_pen_leaves_two_colours_and_nothing_between():
    scene = draw_scene(3, spec=SceneSpec(paper="white-screen", pen="pixel", layout="line", digit_px=100))
    assert len(np.unique(scene.image.reshape(-1, 3), axis=0)) == 2


def test_light_ink_is_said_to_be_light():
    for paper, light in (("plain", False), ("blackboard", True), ("white-screen", False), ("black-screen", True)):
        assert draw_scene(3, spec=SceneSpec(paper=paper)).light_ink == light


def test_a_single_digit_has_the_height_asked_for_and_stays_in_the_picture():
    for seed in range(8):
        scene = draw_scene(seed, spec=SceneSpec(layout="single", digit_px=400, tilt=0.0, line=0.02))
        (digit,) = scene.digits
        assert inside(digit.box_xywh_px, scene.image)
        assert digit.box_xywh_px[3] > 250


def test_what_is_written_and_no_digit_is_listed():
    scene = draw_scene(2, spec=SceneSpec(layout="words", digit_px=40))
    assert len(scene.others) > 2
    assert not scene.digits
    assert not scene.unsure
