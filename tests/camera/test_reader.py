"""Pages read with the shipped bundle: clear ones right, empty ones empty, hostile ones within bounds."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from edgedigits_camera.candidates import W, X, find_candidates
from edgedigits_camera.demo import count_right
from edgedigits_camera.features import around, form_features
from edgedigits_camera.judge import Judge
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.reader import at_a_glance, choice, examine, likely, named, read_page, whole_boxes
from edgedigits_camera.scene import SceneSpec, draw_distractor_scene, draw_scene

BOTH = pytest.mark.parametrize("profile", [STILL, LIVE], ids=["still", "live"])


def colours(grey):
    return np.repeat(grey[:, :, None], 3, axis=2)


def dense_text(scale):
    grey = np.full((480, 480), 225, np.uint8)
    for number, y in enumerate(range(10, 480, round(26 * scale))):
        cv2.putText(grey, f"{number}the quick brown fox, 1984: 3.14159 " * 3, (2, y), 3, scale, 30, 1, cv2.LINE_AA)
    return grey


@pytest.mark.parametrize(
    ("spec", "read"),
    [
        (SceneSpec(pen="marker"), 0.9),
        (SceneSpec(paper="ruled", pen="ballpoint", digit_px=44), 0.6),
        (SceneSpec(paper="grid", layout="columns", digit_px=44), 0.75),
        (SceneSpec(paper="blackboard", pen="chalk", digit_px=60), 0.85),
        (SceneSpec(layout="table", digit_px=36), 0.8),
    ],
    ids=["plain", "ruled", "grid", "blackboard", "table"],
)
def test_clear_pages_are_read(recognizer, spec, read):
    right = said = digits = 0
    for seed in (2, 3):
        scene = draw_scene(seed, spec=replace(spec, strength=0.3))
        page = read_page(scene.image, recognizer)
        right += count_right(scene.digits, page.readings)
        said, digits = said + len(page.readings), digits + len(scene.digits)
    assert digits > 30
    assert right >= read * digits
    assert right >= 0.9 * said


@BOTH
def test_a_row_is_read_as_one_line_in_order(recognizer, write_row, profile):
    grey, _ = write_row("3507264", height_px=50, seed=2)
    page = read_page(colours(grey), recognizer, profile=profile)
    assert page.lines == ("3507264",)
    assert "".join(str(reading.digit) for reading in page.readings) == "3507264"


class Digits:
    """Eight in a line that goes down, and how far they were asked to be turned."""

    def __init__(self, slope):
        self.boxes_px = np.array([(30 * number, 50 + 30 * slope * number, 20, 30) for number in range(8)], float)
        self.slopes = []

    def __len__(self):
        return len(self.boxes_px)

    def patches(self, *, slope):
        self.slopes.append(slope)
        return np.full((8, 28, 28), 100, np.uint8)


class Network:
    """Says something else each time."""

    asked = 0

    def probabilities(self, patches):
        self.asked += 1
        return np.full((len(patches), 10), self.asked, np.float32)


@pytest.mark.parametrize(
    ("profile", "slope", "turns"),
    [
        (STILL, 0.05, (-0.15, 0.15)),
        (LIVE, 0.05, ()),
        (STILL, 0.3, (0.15, 0.45)),
        (LIVE, -0.3, (-0.3,)),
    ],
)
def test_digits_are_named_turned_as_well_and_level_where_their_lines_are_steep(profile, slope, turns):
    digits, network = Digits(slope), Network()
    answers = named(digits, np.zeros((8, 10), np.float32), network, profile=profile)
    assert digits.slopes == pytest.approx(turns, abs=0.03)
    assert network.asked == len(turns)
    assert (answers == sum(range(len(turns) + 1)) / (len(turns) + 1)).all()


@BOTH
@pytest.mark.parametrize("degrees", [-13, 13])
def test_a_row_on_a_turned_page_is_read_as_one_line(recognizer, write_row, profile, degrees):
    grey, _ = write_row("3507264", height_px=50, seed=2)
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[1, 2] += width / 4
    grey = cv2.warpAffine(grey, turn, (width, height + width // 2), borderValue=225)
    assert read_page(colours(grey), recognizer, profile=profile).lines == ("3507264",)


def test_a_judge_that_wants_more_reports_less(recognizer):
    scene = draw_scene(2, spec=SceneSpec(pen="marker"), size_px=(320, 240))
    judge = Judge.of(recognizer.bundle.judge)
    counts = [
        len(read_page(scene.image, recognizer, judge=replace(judge, least=least)).readings) for least in (0.05, 0.5, 1)
    ]
    assert counts[0] >= counts[1] > counts[2] == 0


def test_confidences_are_at_least_what_the_judge_wants_and_boxes_share_little(recognizer):
    scene = draw_scene(3, spec=SceneSpec(pen="marker"))
    page = read_page(scene.image, recognizer)
    least = Judge.of(recognizer.bundle.judge).least
    assert all(least <= reading.confidence <= 1 for reading in page.readings)
    assert len({reading.box_xywh_px for reading in page.readings}) == len(page.readings)


def test_scenes_without_a_digit_give_few(recognizer):
    said = [len(read_page(draw_distractor_scene(seed).image, recognizer).readings) for seed in range(10)]
    assert sum(said) <= 20
    assert sum(count == 0 for count in said) >= 4


def test_the_most_digit_like_are_looked_at_first(recognizer):
    candidates = find_candidates(dense_text(0.8), profile=STILL)
    features = np.concatenate([form_features(candidates, size_px=(480, 480)), around(candidates)], axis=1)
    glance = Judge.of(recognizer.bundle.judge).glance.log_odds(features)
    kept = at_a_glance(glance, candidates, least=-20.0, most=5000)
    few = at_a_glance(glance, candidates, least=-20.0, most=20)
    assert len(kept) > len(few) == 20
    assert kept[:20].tolist() == few.tolist()
    assert (np.diff(glance[kept]) <= 0).all()
    strict = at_a_glance(glance, candidates, least=STILL.least_glance, most=5000)
    assert glance[strict].min(initial=99) >= STILL.least_glance
    assert len(strict) < len(kept)


def test_light_ink_is_read_where_there_is_no_dark(recognizer, write_row):
    grey, _ = write_row("3507", height_px=50, seed=2)
    for ink in (grey, 255 - grey):
        assert read_page(colours(ink), recognizer).lines == ("3507",)


def test_light_ink_is_read_in_full_only_where_it_is_hinted_at(recognizer, write_row):
    grey, _ = write_row("3507", height_px=70, seed=2)
    judge = Judge.of(recognizer.bundle.judge)
    for ink, light in ((grey, False), (255 - grey, True)):
        seen = examine(ink, recognizer, judge=judge, profile=LIVE, with_light=True)
        assert seen.may_be_outdone(profile=LIVE) == light
        assert (seen.hinted > 1) == light


def test_the_paper_in_zeros_is_no_evidence_against_them(recognizer, write_row):
    grey, _ = write_row("000", height_px=32, seed=1)
    judge = Judge.of(recognizer.bundle.judge)
    dark = examine(grey, recognizer, judge=judge, profile=STILL)
    # The paper in the zeros, taken for as many narrower ones, and just as sure.
    rows = dark.candidates.rows.copy()
    rows[:, X] += rows[:, W] // 4
    rows[:, W] //= 2
    paper = replace(dark, candidates=replace(dark.candidates, rows=rows))
    assert len(paper.chosen) >= 3
    assert dark.outdoes(paper)
    assert not paper.outdoes(dark)


def test_the_paper_around_a_one_is_no_evidence_against_it(recognizer, write_row):
    grey, _ = write_row("111", height_px=32, seed=2)
    ones = examine(grey, recognizer, judge=Judge.of(recognizer.bundle.judge), profile=STILL)
    # The paper around the ones, taken for as many wider digits, and less sure.
    rows = ones.candidates.rows.copy()
    rows[:, X] -= rows[:, W] // 2
    rows[:, W] *= 2
    paper = replace(ones, candidates=replace(ones.candidates, rows=rows), score=ones.score - np.float32(0.2))
    assert len(ones.chosen) == len(paper.chosen) == 3
    assert ones.outdoes(paper)
    assert not paper.outdoes(ones)


def test_what_is_worth_a_second_look_is_the_best_few_above_the_least():
    score = np.array([0.2, 0.001, 0.9, 0.5], np.float32)
    assert likely(score, most=10).tolist() == [2, 3, 0]
    assert likely(score, most=2).tolist() == [2, 3]


@pytest.mark.parametrize(
    ("box", "whole"),
    [
        ((10.2, 5.5, 3.1, 4.4), (10, 5, 4, 5)),
        ((0, 0, 100, 50), (0, 0, 100, 50)),
        ((-2, -3, 10, 10), (0, 0, 8, 7)),
        ((97.5, 48, 9, 9), (97, 48, 3, 2)),
    ],
)
def test_a_box_in_whole_pixels_covers_the_box_and_stays_in_the_picture(box, whole):
    assert whole_boxes(np.array([box], float), (100, 50)) == [whole]


@pytest.mark.parametrize(
    ("whole", "piece", "rest", "chosen"),
    [
        (0.90, 0.93, 0.01, [0]),
        (0.20, 0.97, 0.40, [0]),
        (0.05, 0.97, 0.40, [1]),
        (0.20, 0.97, 0.51, [1, 2]),
        (0.90, 0.97, 0.51, [1, 2]),
        (0.90, 0.80, 0.80, [0]),
        (0.47, 0.40, 0.40, []),
    ],
)
def test_what_was_cut_is_taken_whole_where_only_one_side_is_a_digit(whole, piece, rest, chosen):
    boxes = np.array([(0, 0, 40, 40), (18, 0, 22, 40), (0, 0, 16, 40)], float)
    scores = np.array([whole, piece, rest], np.float32)
    assert choice(boxes, scores, np.array([True, False, False]), least=0.5).tolist() == chosen


def test_a_piece_stays_where_the_whole_would_take_in_another_digit():
    boxes = np.array([(0, 0, 40, 40), (18, 0, 22, 40), (2, 2, 14, 36)], float)
    scores = np.array([0.9, 0.97, 0.95], np.float32)
    assert choice(boxes, scores, np.array([True, False, True]), least=0.5).tolist() == [1, 2]
