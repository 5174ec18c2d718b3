"""What is known about a candidate before it is judged."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgedigits_camera.candidates import find_candidates
from edgedigits_camera.features import (
    CELLS,
    FAR,
    FORM,
    NETWORK,
    REACH,
    SURROUNDINGS,
    around,
    form_features,
    network_features,
    pixels,
    surroundings,
)
from edgedigits_camera.profiles import STILL


def by_name(boxes, digits, score, contrast=None):
    """Surroundings by name."""
    boxes, score = np.array(boxes, np.float64).reshape(-1, 4), np.array(score, np.float32)
    contrast = np.array(contrast or [100] * len(boxes), np.float32)
    columns = surroundings(boxes, contrast, np.array(digits, np.int64), score)
    assert columns.shape == (len(boxes), len(SURROUNDINGS))
    assert columns.dtype == np.float32
    return dict(zip(SURROUNDINGS, columns.T, strict=True))


@pytest.fixture(scope="module")
def bar():
    """Features by name of a bar 6 by 40 pixels at the left border, in a picture of 500 by 100."""
    grey = np.full((100, 500), 200, np.uint8)
    grey[30:70, 0:6] = 100
    candidates = find_candidates(grey, profile=STILL)
    features = form_features(candidates, size_px=(500, 100))
    whole = (candidates.boxes_px == (0, 30, 6, 40)).all(axis=1)
    assert features.shape == (len(candidates), len(FORM))
    return dict(zip(FORM, features[whole].T, strict=True))


def test_the_form_is_measured_as_it_was_drawn(bar):
    assert bar["height"] == pytest.approx(np.log2(40))
    assert bar["aspect"] == pytest.approx(6 / 40)
    assert bar["fill"] == pytest.approx(1)
    assert bar["contrast"] == pytest.approx(127, abs=2)
    assert bar["unevenness"] == pytest.approx(0, abs=0.02)
    assert bar["clutter"] == pytest.approx(0)
    assert bar["at_border"] == pytest.approx(1)
    assert bar["stroke"] == pytest.approx(2 * 240 / (2 * 40 + 2 * 4) / 40)
    assert bar["run"].tolist() == [1]  # at all depths


def test_no_candidates_have_no_features():
    none = find_candidates(np.full((100, 500), 200, np.uint8), profile=STILL)
    assert form_features(none, size_px=(500, 100)).shape == (0, len(FORM))
    none = find_candidates(np.full((1, 1), 200, np.uint8), profile=STILL)
    assert form_features(none, size_px=(1, 1)).shape == (0, len(FORM))
    assert around(none).shape == (0, CELLS * CELLS)
    assert network_features(np.zeros((0, 10), np.float32)).shape == (0, len(NETWORK))
    assert surroundings(
        np.zeros((0, 4)), np.zeros(0, np.float32), np.zeros(0, np.int64), np.zeros(0, np.float32)
    ).shape == (0, len(SURROUNDINGS))


def seen(page, *, box):
    """What is seen (CELLS, CELLS) around the candidate with this box."""
    candidates = find_candidates(page, profile=replace(STILL, enlarge_below_px=0))
    cells = around(candidates)[(candidates.boxes_px == box).all(axis=1)]
    assert cells.shape[1:] == (CELLS * CELLS,)
    return cells[0].reshape(CELLS, CELLS)


def test_around_a_candidate_its_own_ink_and_what_stands_beside_it_are_seen():
    page = np.full((200, 200), 220, np.uint8)
    page[80:120, 90:110] = 40
    page[85:115, 95:105] = 220  # a frame, 20 by 40, in the middle of what is seen: 88 by 88 pixels
    alone = seen(page, box=(90, 80, 20, 40))
    middle = round(CELLS / 2 - CELLS / (2 * REACH)), round(CELLS / 2 + CELLS / (2 * REACH))
    assert alone[middle[0] : middle[1]].sum() == pytest.approx(alone.sum(), rel=0.05)
    assert alone.max() <= 1
    page[80:120, 120:126] = 40
    beside = seen(page, box=(90, 80, 20, 40))
    assert beside[:, : CELLS // 2] == pytest.approx(alone[:, : CELLS // 2], abs=0.02)
    assert beside[:, CELLS // 2 :].sum() > 1.5 * alone[:, CELLS // 2 :].sum()


def test_beyond_the_border_there_is_no_ink():
    page = np.full((60, 200), 220, np.uint8)
    page[0:40, 0:20] = 40
    page[5:35, 5:15] = 220
    cells = seen(page, box=(0, 0, 20, 40))
    assert not cells[:2].any()
    assert not cells[:, :3].any()
    assert cells.any()


def test_pixels_are_means_of_two_by_two():
    patch = np.zeros((1, 28, 28), np.uint8)
    patch[0, 0, 0], patch[0, 27, 26:28] = 255, 255
    values = pixels(patch)
    assert values.shape == (1, 196)
    assert values[0, [0, 195]].tolist() == [0.25, 0.5]
    assert np.count_nonzero(values) == 2
    assert pixels(np.zeros((0, 28, 28), np.uint8)).shape == (0, 196)


def test_the_network_says_its_top_and_how_far_ahead_it_is():
    answers = np.full((1, 10), 0.025, np.float32)
    answers[0, [3, 8]] = 0.6, 0.2
    features = dict(zip(NETWORK, network_features(answers)[0], strict=True))
    assert [features[f"p{digit}"] for digit in range(10)] == pytest.approx(answers[0])
    assert (features["top"], features["margin"]) == pytest.approx((0.6, 0.4))


def test_one_alone_has_no_neighbours():
    alone = by_name([(10, 10, 20, 30)], [3], [0.9])
    told = {name: float(alone[name][0]) for name in SURROUNDINGS if alone[name][0]}
    assert told == {"neighbour_height": 1, "neighbour_contrast": 1, "baseline": 1, "gap": FAR}


def test_neighbours_count_by_their_score_and_how_alike_they_are():
    found = by_name([(0, 0, 20, 40), (30, 0, 20, 40), (60, 0, 20, 20)], [1, 2, 3], [0.9, 0.5, 0.5], [100, 100, 50])
    assert found["neighbours"][1] == pytest.approx(0.9)  # half as high is no neighbour
    assert found["neighbour_height"][1] == pytest.approx(0)
    assert found["neighbour_contrast"][1] == pytest.approx(0)


def test_what_is_far_away_is_no_neighbour():
    assert by_name([(0, 0, 20, 40), (200, 0, 20, 40)], [1, 2], [0.9, 0.9])["neighbours"].tolist() == [0, 0]


def test_an_overlapping_candidate_supports_the_same_digit_and_rivals_another():
    boxes = [(0, 0, 20, 40), (1, 0, 20, 40), (0, 1, 20, 40)]
    found = by_name(boxes, [7, 7, 1], [0.9, 0.8, 0.3])
    assert found["support"] == pytest.approx([0.8, 0.9, 0])
    assert found["rival"] == pytest.approx([0.3, 0.3, 0.9])
    assert found["neighbours"] == pytest.approx([0, 0, 0])


def test_of_what_overlaps_the_best_is_known_and_whether_it_is_another_digit_or_overlaps_in_part():
    # A 0, a 1 within it, and a 1 half over it and half beside it.
    found = by_name([(0, 0, 40, 40), (2, 2, 12, 20), (24, 0, 20, 40)], [0, 1, 1], [0.9, 0.4, 0.6])
    assert found["clash"] == pytest.approx([0.6, 0.9, 0.9])
    assert found["clash_other"] == pytest.approx([0.6, 0.9, 0.9])
    assert found["clash_part"] == pytest.approx([0, 0, 0])
    found = by_name([(0, 0, 40, 40), (2, 2, 12, 20), (30, 0, 20, 40)], [0, 0, 1], [0.9, 0.4, 0.6])
    assert found["clash"] == pytest.approx([0.6, 0.9, 0.9])
    assert found["clash_other"] == pytest.approx([0.6, 0, 0.9])
    assert found["clash_part"] == pytest.approx([0.6, 0, 0.9])


def test_a_part_leaves_ink_unless_another_part_completes_the_whole():
    # A 10 as one piece, and cut apart; then a 6, and its loop.
    boxes = [(0, 0, 40, 40), (0, 0, 12, 40), (14, 0, 26, 40), (100, 0, 30, 40), (100, 18, 30, 22)]
    found = by_name(boxes, [6, 1, 0, 6, 0], [0.5, 0.8, 0.9, 0.6, 0.9])
    assert found["leaves"] == pytest.approx([0, 0.5 * (1 - 0.9), 0.5 * (1 - 0.8), 0, 0.6])
    assert found["partner"] == pytest.approx([0, 0.9, 0.8, 0, 0])
    assert found["best_part"] == pytest.approx([0.9, 0, 0, 0.9, 0])
    assert found["best_two"] == pytest.approx([0.8, 0, 0, 0, 0])


def test_a_line_is_what_stands_beside_on_one_baseline():
    boxes = [(0, 0, 20, 40), (30, 4, 20, 40), (60, 0, 20, 40), (30, 80, 20, 40)]
    found = by_name(boxes, [1, 2, 3, 4], [0.9, 0.8, 0.6, 0.7])
    assert found["line"] == pytest.approx([1.4, 1.5, 1.7, 0])
    assert found["beside"] == pytest.approx([0.8, 0.9, 0.9, 0])
    assert found["gap"] == pytest.approx([30 / 40, 30 / 40, 30 / 40, FAR])
    assert found["baseline"] == pytest.approx([0.1 * 0.8 / 1.4, 0.1, 0.1 * 0.8 / 1.7, 1])


def test_what_is_usual_is_measured_on_what_may_be_a_digit():
    boxes = [(100 * x, 0, 20, 40) for x in range(3)] + [(400, 0, 20, 20), (500, 0, 20, 160)]
    found = by_name(boxes, [1, 2, 3, 4, 5], [0.9, 0.8, 0.9, 0.7, 0.2], [80, 80, 80, 80, 160])
    assert found["usual_height"] == pytest.approx([0, 0, 0, -1, 2])
    assert found["usual_contrast"] == pytest.approx([0, 0, 0, 0, 1])
    assert by_name(boxes, [1] * 5, [0.2] * 5)["usual_height"] == pytest.approx([FAR] * 5)


@settings(max_examples=30, deadline=None)
@given(count=st.integers(1, 20), seed=st.integers(0, 99))
def test_the_order_of_candidates_does_not_matter(count, seed):
    rng = np.random.default_rng(seed)
    boxes, contrast = rng.uniform(1, 60, (count, 4)), rng.uniform(10, 255, count).astype(np.float32)
    digits, score = rng.integers(0, 10, count), rng.random(count).astype(np.float32)
    order = rng.permutation(count)
    plain = surroundings(boxes, contrast, digits, score)
    shuffled = surroundings(boxes[order], contrast[order], digits[order], score[order])
    assert np.isfinite(plain).all()
    assert shuffled == pytest.approx(plain[order], rel=1e-4, abs=1e-5)
