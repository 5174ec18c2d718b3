import hashlib

import numpy as np
import pytest

from edgedigits import strokes
from edgedigits.strokes.alphabet import CHARACTERS, character
from edgedigits.strokes.alphabet import FORMS as FORMS_OF
from edgedigits.strokes.curves import parse, smooth, trace
from edgedigits.strokes.digits import FORMS
from edgedigits.strokes.signs import DOODLES, KINDS, LETTERS, OPERATORS
from edgedigits.strokes.symbols import SYMBOLS


def rng(seed=0):
    return np.random.default_rng(seed)


def test_one_seed_gives_one_set_of_patches_and_another_seed_another():
    first, labels = strokes.drawn_patches(20, seed=1)
    again, _ = strokes.drawn_patches(20, seed=1)
    other, _ = strokes.drawn_patches(20, seed=2)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert labels.tolist() == list(range(10)) * 2
    assert np.array_equal(strokes.drawn_outliers(6, seed=1), strokes.drawn_outliers(6, seed=1))


def test_a_longer_run_begins_with_the_shorter_one():
    assert np.array_equal(strokes.drawn_patches(30, seed=5)[0][:10], strokes.drawn_patches(10, seed=5)[0])


def test_the_bytes_of_a_seed_are_those_of_every_numpy_and_processor():
    patches, _ = strokes.drawn_patches(50, seed=2026)
    assert (
        hashlib.sha256(patches.tobytes()).hexdigest()
        == "431e9c28dadada1cd6c81b93ca2075bddb77289e5b5e5fcb67c3fd4894059c68"
    )


def test_drawn_patches_have_the_form_of_mnist():
    patches, _ = strokes.drawn_patches(200, seed=3)
    assert patches.shape == (200, 28, 28)
    assert patches.dtype == np.uint8
    for patch in patches:
        y, x = np.nonzero(patch)
        assert max(np.ptp(y), np.ptp(x)) + 1 == 20
        weight = patch.astype(float)
        centre = np.array([(weight.sum(axis) @ np.arange(28)) / weight.sum() for axis in (1, 0)])
        assert np.abs(centre + 0.5 - 14).max() <= 1
        assert patch.max() == 255


def test_the_lines_of_drawn_patches_are_as_wide_as_those_of_mnist():
    patches, _ = strokes.drawn_patches(200, seed=3)
    share = (patches / 255).mean()
    assert 0.07 < share < 0.16  # MNIST: 0.13; drawn at least as thin as the thinnest pens there


def test_ink_is_tight_and_as_high_as_asked():
    for digit in range(10):
        ink = strokes.draw_digit(digit, rng=rng(digit), height_px=48, pen_px=5)
        assert ink.dtype == np.uint8
        assert abs(ink.shape[0] - 48) <= 3
        assert ink.max() == 255
        assert all(edge.any() for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1]))


def test_a_thin_pen_leaves_fainter_ink_than_a_pixel():
    ink = strokes.draw_digit(1, rng=rng(), height_px=30, pen_px=0.5)
    assert 60 < ink.max() < 200


def test_every_form_of_every_digit_is_drawn_sooner_or_later():
    assert sorted(FORMS) == [0, 2, 3, 4, 5, 6, 7, 8, 9]
    for digit, forms in FORMS.items():
        seen = {id(strokes.digits.form(digit, hand=strokes.Hand.of(rng(i)), rng=rng(i))) for i in range(300)}
        assert len(seen) == len(forms)


def test_ones_are_written_plain_with_a_flag_and_with_a_foot():
    widths = []
    for seed in range(150):
        left, _, right, _ = strokes.sketch(1, rng=rng(seed)).extent
        widths.append(right - left)
    paths = {len(strokes.sketch(1, rng=rng(seed)).paths) for seed in range(50)}
    assert min(widths) < 0.15
    assert max(widths) > 0.6
    assert {1, 2} <= paths


def test_one_person_writes_alike_and_two_people_differ():
    hand = strokes.Hand.of(rng(1))
    first, second = (strokes.sketch(7, rng=rng(seed), hand=hand) for seed in (10, 11))
    assert not np.array_equal(first.paths[0][:3], second.paths[0][:3])
    assert hand != strokes.Hand.of(rng(2))


@pytest.mark.parametrize("kind", [*KINDS, *OPERATORS, *LETTERS, *DOODLES])
def test_every_sign_that_is_no_digit_can_be_drawn(kind):
    drawn = strokes.sketch_distractor(kind, rng=rng())
    assert not drawn.label.isdigit()
    ink = strokes.render(drawn, height_px=40, pen_px=4)
    assert ink.max() == 255


def test_no_sign_that_is_a_digit_when_alone_counts_as_none():
    assert not set("OolIiSsZzBqgbGDyY0123456789") & {*OPERATORS, *LETTERS}


def test_small_signs_stay_small_beside_a_digit():
    assert strokes.render(strokes.sketch_distractor(".", rng=rng()), height_px=60, pen_px=4).shape[0] < 20


def test_what_does_not_exist_is_named():
    with pytest.raises(ValueError, match="0 to 9, got 10"):
        strokes.sketch(10, rng=rng())
    with pytest.raises(ValueError, match="no sign 'nonsense'; known are operator"):
        strokes.sketch_distractor("nonsense", rng=rng())
    with pytest.raises(ValueError, match="between 0 and height_px 10, got 12"):
        strokes.draw_digit(1, rng=rng(), height_px=10, pen_px=12)


def test_a_corner_stays_sharp_and_everything_else_is_smooth():
    sharp, soft = parse("0,0 50,0! 50,50"), parse("0,0 50,0 50,50")
    corner = np.array([0.5, 0.0])
    gap = [np.linalg.norm(trace(g.strokes[0], g.corners[0]) - corner, axis=1).min() for g in (sharp, soft)]
    assert gap[0] < 0.02
    turn = [
        np.abs(np.diff(np.unwrap(np.arctan2(*np.diff(trace(g.strokes[0], g.corners[0]), axis=0).T)))).max()
        for g in (sharp, soft)
    ]
    assert turn[0] > 0.7
    assert turn[1] < 0.3


def test_a_curve_runs_through_its_points():
    points = np.array([[0.0, 0.0], [0.1, 0.5], [0.9, 0.6], [1.0, 0.0]])
    assert np.allclose(smooth(points)[::8], points)


def test_coverage_is_the_share_of_a_pixel_and_stops_at_the_border():
    line = np.array([[-5.0, 2.5, 1.0], [20.0, 2.5, 1.0]])
    covered = strokes.coverage([line], shape=(5, 8))
    assert np.allclose(covered[2], 1.0)
    assert np.allclose(covered[[0, 1, 3, 4]], 0.0)
    half = strokes.coverage([line + np.array([0, 0.5, 0])], shape=(5, 8))
    assert np.allclose(half[2:4], 0.5)


@pytest.mark.parametrize("name", CHARACTERS)
def test_every_form_of_every_character_can_be_drawn(name):
    forms = {id(character(name, hand=strokes.Hand.of(rng(i)), rng=rng(i))) for i in range(60)}
    assert len(forms) == len(set(FORMS_OF.get(name, ())) | set(SYMBOLS.get(name, ()))) + (name in LETTERS)
    drawn = strokes.sketch_character(name, rng=rng())
    assert drawn.label == name
    assert strokes.render(drawn, height_px=40, pen_px=4).max() == 255


def test_the_alphabet_is_whole_and_holds_no_digit():
    assert set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") <= set(CHARACTERS)
    assert not set("0123456789") & set(CHARACTERS)
    assert set(strokes.TWINS) <= set(CHARACTERS)


def test_type_has_every_printable_character_once_and_the_same_each_time():
    printable = [chr(code) for code in range(33, 127) if chr(code) not in "\\^`"]
    drawn = [strokes.render(strokes.lettering(each), height_px=40, pen_px=4).tobytes() for each in printable]
    assert len(set(drawn)) == len(printable)
    assert strokes.lettering("a") is strokes.lettering("a")
    assert np.array_equal(strokes.lettering("ö").paths[0], strokes.lettering("a").paths[0])


def test_small_letters_are_lower_than_digits_and_descending_ones_reach_below_the_baseline():
    def extent(name):
        return np.mean([strokes.sketch_character(name, rng=rng(i)).extent for i in range(20)], axis=0)

    assert extent("o")[1] > 0.3
    assert extent("g")[3] > 1.2
    assert extent("B")[1] < 0.1


def test_an_unknown_character_is_named():
    with pytest.raises(ValueError, match="no character '7'; known are"):
        strokes.sketch_character("7", rng=rng())
