from dataclasses import dataclass, replace

import numpy as np
import pytest

from edgedigits.strokes import drawn_patches
from edgedigits_camera.scene import FURTHER_TEXTURES, SceneSpec, draw_scene, finish, frames
from edgedigits_camera.scene.recipes import KINDS
from edgedigits_camera.scene.training import training_scene

pytestmark = pytest.mark.slow


@dataclass
class Given:
    images: np.ndarray
    labels: np.ndarray


@pytest.fixture(scope="module")
def glyphs():
    return Given(*drawn_patches(60, seed=4))


def inside(box, image):
    x, y, w, h = box
    return x >= 0 and y >= 0 and w > 0 and h > 0 and x + w <= image.shape[1] and y + h <= image.shape[0]


def test_one_seed_gives_one_training_scene_with_boxes_inside(glyphs):
    for seed in range(40):
        scene = training_scene(seed, glyphs=glyphs)
        assert all(inside(digit.box_xywh_px, scene.image) for digit in (*scene.digits, *scene.printed))
        assert all(inside(box, scene.image) for box in (*scene.others, *scene.unsure))
        assert scene.image.dtype == np.uint8
        if seed % 8 == 0:
            assert np.array_equal(scene.image, training_scene(seed, glyphs=glyphs).image)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_training_scene_can_be_drawn(kind, glyphs, monkeypatch):
    monkeypatch.setattr("edgedigits_camera.scene.training.KINDS", {kind: KINDS[kind]})
    scenes = [training_scene(seed, glyphs=glyphs) for seed in range(5)]
    assert any(scene.digits for scene in scenes) != kind.startswith("empty")


@pytest.fixture
def written():
    """Two digits that are 60 pixels high, on black."""
    return draw_scene(1, spec=SceneSpec(paper="black-screen", pen="brush", layout="line", digit_px=60))


def ink_box(image):
    """Box around what is bright."""
    bright = image.max(axis=2) > 0.4 * image.max()
    rows, columns = np.flatnonzero(bright.any(1)), np.flatnonzero(bright.any(0))
    return columns[0], rows[0], np.ptp(columns) + 1, np.ptp(rows) + 1


def test_boxes_stay_on_the_ink_when_a_picture_is_stretched_cropped_or_made_smaller():
    rng = np.random.default_rng(0)
    for seed in range(8):
        spec = SceneSpec(paper="black-screen", pen="brush", layout="single", digit_px=90)
        alone = draw_scene(seed, spec=spec)
        changed = (finish.stretched(alone, rng), finish.resized(alone, (320, 240)), finish.cut_around(alone, rng))
        for scene in (alone, *changed):
            (digit,) = scene.digits
            assert np.abs(np.array(digit.box_xywh_px) - ink_box(scene.image)).max() <= 2


def test_a_digit_that_is_cut_through_counts_neither_way(written):
    x, y, w, h = written.digits[0].box_xywh_px
    scene = finish.cropped(written, x + w // 2, 0, 640, 480)
    assert len(scene.digits) == len(written.digits) - 1
    assert scene.unsure[0] == (0, y, w - w // 2, h)
    assert scene.lines == ()


def test_a_negative_has_the_other_ink(written):
    assert written.light_ink
    assert not finish.negative(written).light_ink


def test_black_and_white_loses_no_digit(written):
    rng = np.random.default_rng(0)
    for seed in range(6):
        scene = draw_scene(seed, spec=SceneSpec(pen="marker", layout="line", strength=0.2))
        for made in (finish.black_and_white(scene, rng, digit_px=48) for _ in range(3)):
            assert set(np.unique(made.image)) == {0, 255}
    lost = replace(written, digits=(replace(written.digits[0], box_xywh_px=(0, 0, 3, 3)),))
    assert finish.black_and_white(lost, rng, digit_px=48) is lost


def test_a_digit_that_is_hardly_seen_counts_neither_way(written):
    faint = replace(written, image=written.image // 32)
    assert finish.without_the_faint(written) is written
    assert finish.without_the_faint(faint).unsure == tuple(digit.box_xywh_px for digit in written.digits)
    assert not finish.without_the_faint(faint).digits


def test_a_plot_prints_the_numbers_of_its_ticks_beside_the_digits(written):
    rng = np.random.default_rng(0)
    for make in (frames.plotted, frames.windowed):
        for _ in range(5):
            framed = make(written, rng)
            assert [d.digit for d in framed.digits] == [d.digit for d in written.digits]
            assert all(inside(d.box_xywh_px, framed.image) for d in (*framed.digits, *framed.printed))
    assert frames.plotted(written, rng).printed


def test_a_lone_letter_of_a_digit_s_form_is_unsure_and_one_in_a_word_is_none():
    alone = draw_scene(4, spec=SceneSpec(layout="letters", digit_px=40))
    assert alone.unsure
    words = draw_scene(4, spec=SceneSpec(layout="handwriting", digit_px=30))
    assert len(words.others) > 5
    assert not words.unsure
    assert not words.digits


def test_a_crossed_out_digit_is_none_and_a_ringed_one_is_one():
    plain, marked = (draw_scene(6, spec=SceneSpec(layout=layout, digit_px=40)) for layout in ("lines", "marked"))
    assert not plain.others
    assert marked.digits
    assert marked.others


def test_a_formula_holds_digits_and_signs():
    scenes = [draw_scene(seed, spec=SceneSpec(layout="algebra", digit_px=24)) for seed in range(6)]
    assert sum(len(scene.digits) for scene in scenes) > 20
    assert sum(len(scene.others) for scene in scenes) > 20


def test_a_dense_sheet_holds_hundreds_of_digits():
    scene = draw_scene(3, spec=SceneSpec(layout="dense", digit_px=14), size_px=(1280, 960))
    assert 100 <= len(scene.digits) <= 500


def test_forms_and_worksheets_hold_print_and_handwriting():
    scenes = [draw_scene(seed, spec=SceneSpec(layout="worksheet", digit_px=24)) for seed in range(4)]
    assert all(scene.printed for scene in scenes)
    assert any(scene.digits for scene in scenes)
    assert any(draw_scene(seed, spec=SceneSpec(layout="form", digit_px=24)).digits for seed in range(4))


@pytest.mark.parametrize(
    ("pen", "paper", "shows"),
    [("chalk", "plain", "ballpoint"), ("marker", "plain", "marker"), ("marker", "blackboard", "chalk")],
)
def test_a_pen_shows_on_the_paper_that_it_is_brought_to(pen, paper, shows):
    assert SceneSpec(pen=pen).on(paper) == SceneSpec(paper=paper, pen=shows)


@pytest.mark.parametrize("texture", FURTHER_TEXTURES)
def test_surfaces_without_a_page_hold_nothing_and_differ_from_seed_to_seed(texture):
    first, second = (draw_scene(seed, spec=SceneSpec(paper=texture, layout="empty")) for seed in (1, 2))
    assert not first.digits
    assert not (*first.others, *first.printed, *first.unsure)
    assert not np.array_equal(first.image, second.image)


def test_a_page_on_a_desk_is_smaller_and_its_digits_have_the_height_asked_for():
    heights = [
        digit.box_xywh_px[3]
        for seed in range(6)
        for digit in draw_scene(seed, spec=SceneSpec(view="desk", layout="lines", digit_px=24)).digits
    ]
    assert 20 < np.median(heights) < 29


def test_a_picture_is_enlarged_to_a_phone_s_with_its_boxes(written):
    large = finish.enlarged(written, np.random.default_rng(0), width_px=1920)
    assert large.image.shape == (1440, 1920, 3)
    assert large.digits[0].box_xywh_px[3] == pytest.approx(3 * written.digits[0].box_xywh_px[3], abs=2)
