"""Kinds of drawn scenes: the mix as it was, and what else people hand in."""

import numpy as np
import pytest

from benchmarks.kinds import FEW, KINDS, SHEETS, SIDES_PX, WIDTHS_PX
from benchmarks.reading import FIRST_SEED
from edgedigits_camera.scene import FURTHER_TEXTURES, draw_distractor_scene, draw_scene
from edgedigits_export.judging.fit import FIRST_SEED as JUDGED

pytestmark = pytest.mark.slow


def drawn(kind, *numbers):
    return [KINDS[kind].draw(number) for number in numbers]


def test_no_scene_is_one_that_anything_is_fitted_on():
    assert FIRST_SEED >= 1_000_000 > JUDGED


def test_the_mix_is_what_it_was():
    first, empty = drawn("mixed", 0, 3)
    assert (first.scene.image == draw_scene(1_000_000, size_px=(640, 480)).image).all()
    assert (empty.scene.image == draw_distractor_scene(1_000_003, size_px=(640, 480)).image).all()
    assert KINDS["mixed"].scenes == 800


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"dense", "width", "nothing"}])
def test_the_same_number_gives_the_same_scene_with_digits_in_it(kind):
    first, again = drawn(kind, 1, 1)
    assert (first.scene.image == again.scene.image).all()
    assert len(first.scene.digits) > 0
    for digit in first.scene.digits:
        x, y, w, h = digit.box_xywh_px
        assert min(x, y) >= 0
        assert x + w <= first.scene.image.shape[1]
        assert y + h <= first.scene.image.shape[0]


@pytest.mark.parametrize("kind", ["amounts", "algebra", "form", "worksheet", "single"])
def test_a_kind_is_of_its_layout(kind):
    assert drawn(kind, 2)[0].scene.spec.layout == kind


@pytest.mark.parametrize("kind", ["form", "worksheet"])
def test_nobody_writes_in_chalk_on_paper(kind):
    assert "chalk" not in {drawn(kind, number)[0].scene.spec.pen for number in range(12)}


def test_single_digits_are_thirty_pixels_and_more():
    for one in drawn("single", *range(4)):
        assert [digit.box_xywh_px[3] > 20 for digit in one.scene.digits] == [True]


def test_one_digit_fills_pictures_of_every_side():
    for number, one in enumerate(drawn("filling", *range(8))):
        side = one.scene.image.shape[0]
        low, high = SIDES_PX[number % 4 : number % 4 + 2]
        assert one.group == f"side:{low}-{high}"
        assert low <= side <= high
        assert [digit.box_xywh_px[3] >= 0.4 * side for digit in one.scene.digits] == [True]


@pytest.mark.parametrize("sheet", [0, 3])
def test_dense_sheets_hold_all_their_digits_and_pages_of_few_the_same(sheet):
    (dense,) = drawn("dense", sheet)
    assert len(dense.scene.digits) == SHEETS[sheet]
    first = sum(SHEETS[:sheet]) // FEW
    pages = drawn("few", first, first + SHEETS[sheet] // FEW - 1)
    labels = [digit.digit for digit in sorted(dense.scene.digits, key=lambda digit: digit.glyph)]
    few = [[d.digit for d in sorted(page.scene.digits, key=lambda digit: digit.glyph)] for page in pages]
    assert [few[0], few[1]] == [labels[:FEW], labels[-FEW:]]
    assert {page.group for page in pages} == {dense.group} == {f"sheet:{SHEETS[sheet]}"}


def test_there_are_as_many_few_as_dense_digits():
    assert KINDS["few"].scenes * FEW == KINDS["dense"].scenes / len(SHEETS) * sum(SHEETS)


def test_the_same_page_comes_at_every_width():
    first, second = drawn("width", 0, 1)
    assert [one.group for one in (first, second)] == ["width:1000", "width:2048"]
    assert [one.scene.image.shape[1] for one in (first, second)] == list(WIDTHS_PX[:2])
    assert [digit.digit for digit in first.scene.digits] == [digit.digit for digit in second.scene.digits]


def test_where_nothing_is_every_surface_comes_and_writing_too():
    specs = [one.scene.spec for one in drawn("nothing", *range(18))]
    assert {spec.paper for spec in specs} >= set(FURTHER_TEXTURES)
    assert {spec.layout for spec in specs} == {"empty", "handwriting", "letters"}
    assert not any(one.scene.digits for one in drawn("nothing", 0, 8, 17))


def test_stretched_pages_have_other_proportions():
    shapes = np.array([one.scene.image.shape[:2] for one in drawn("stretched", 0, 1, 3)])
    assert (np.abs(shapes[:, 1] / shapes[:, 0] - 4 / 3) > 0.02).all()
