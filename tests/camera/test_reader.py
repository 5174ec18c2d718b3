"""Pages read: every stage counts, and with the shipped bundle clear pages are right and empty ones empty."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from edgedigits_camera import reader
from edgedigits_camera.demo import count_right
from edgedigits_camera.detection.detect import Detections
from edgedigits_camera.digits.candidates import Candidates
from edgedigits_camera.digits.judge import Judge
from edgedigits_camera.digits.patches import View
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.reader import Fate, find_digits, named, page_of, read_page, whole_boxes
from edgedigits_camera.scene import SceneSpec, draw_distractor_scene, draw_scene

BOTH = pytest.mark.parametrize("profile", [STILL, LIVE], ids=["still", "live"])
TEXT = "3507264"


def colours(grey):
    return np.repeat(grey[:, :, None], 3, axis=2)


class Listed:
    """A detector that finds what it was told, at the first level."""

    def __init__(self, write_box, *found):
        self.write_box, self.found = write_box, found

    def maps(self, contrast):
        maps = np.zeros((contrast.shape[0] // 4, contrast.shape[1] // 4, 17), np.float32)
        maps[..., 0] = -9.0
        for box, kind in self.found:
            self.write_box(maps, box, **kind)
        return maps


# Stages, with a detector that needs no weights.


@BOTH
def test_a_row_is_read_as_one_line_in_order(stand_in, lenient, write_row, profile):
    grey, boxes = write_row(TEXT, height_px=26, seed=2)
    page = read_page(grey, stand_in, profile=profile, judge=lenient)
    assert page.lines == (TEXT,)
    assert "".join(str(reading.digit) for reading in page.readings) == TEXT
    lefts = [reading.box_xywh_px[0] for reading in page.readings]
    assert lefts == pytest.approx(boxes[:, 0], abs=5)
    assert all(sum(reading.probabilities) == pytest.approx(1, abs=0.02) for reading in page.readings)


def test_colours_are_read_as_their_grey(stand_in, lenient, write_row):
    grey, _ = write_row(TEXT, height_px=26, seed=2)
    assert read_page(colours(grey), stand_in, judge=lenient) == read_page(grey, stand_in, judge=lenient)


def test_lines_left_out_would_leave_digits_in_no_order(stand_in, lenient, write_row, monkeypatch):
    row, _ = write_row(TEXT, height_px=26, seed=2)
    page = np.vstack([row, row])
    assert read_page(page, stand_in, judge=lenient).lines == (TEXT, TEXT)
    monkeypatch.setattr(reader, "order_lines", lambda readings: (tuple(readings),))
    assert read_page(page, stand_in, judge=lenient).lines != (TEXT, TEXT)


def twice_found(write_box, write_row, stand_in):
    """A page of one digit, which the detector finds whole, and half of it once more."""
    grey, boxes = write_row("8", height_px=28, seed=2)
    x, y, w, h = boxes[0]
    stand_in.detector = Listed(write_box, ((x, y, w, h), {}), ((x, y + 0.65 * h, w, 0.35 * h), {"heat": 2.0}))
    return grey


def test_of_a_digit_and_a_piece_of_it_one_is_read(stand_in, lenient, write_box, write_row, monkeypatch):
    grey = twice_found(write_box, write_row, stand_in)
    found = find_digits(grey, stand_in, judge=lenient)
    assert len(page_of(found, size_px=grey.shape[::-1]).readings) == 1
    monkeypatch.setattr(reader, "suppress_overlaps", lambda _boxes, scores, **_limit: np.arange(len(scores)))
    assert len(read_page(grey, stand_in, judge=lenient).readings) == 2


def test_a_judge_that_believes_nothing_reports_nothing_and_one_that_believes_all_reports_more(
    stand_in, lenient, write_box, write_row
):
    grey, boxes = write_row("88", height_px=28, gap=1, seed=2)
    stand_in.detector = Listed(write_box, (boxes[0], {"heat": 2.0}), (boxes[1], {"heat": -1.0}))
    counts = [
        len(read_page(grey, stand_in, judge=replace(lenient, threshold=threshold)).readings)
        for threshold in (1.0, 0.5, 0.0)
    ]
    assert counts == [0, 1, 2]


def test_print_is_passed_over_unless_it_is_asked_for(stand_in, lenient, write_box, write_row):
    grey, boxes = write_row("35", height_px=28, gap=1, seed=2)
    stand_in.detector = Listed(write_box, (boxes[0], {"printed": True}), (boxes[1], {}))
    assert read_page(grey, stand_in, judge=lenient).lines == ("5",)
    assert read_page(grey, stand_in, judge=lenient, printed=True).lines == ("35",)


def test_each_candidate_has_the_fate_that_the_stages_gave_it(stand_in, lenient, write_box, write_row):
    grey, boxes = write_row("3578", height_px=28, gap=1, seed=2)
    kinds = [{}, {"printed": True}, {"heat": -1.0}, {}]
    x, y, w, h = boxes[3]
    piece = ((x + w * 0.6, y, w * 0.9, h), {"heat": 1.0})
    stand_in.detector = Listed(write_box, *zip(boxes, kinds, strict=True), piece)
    found = find_digits(grey, stand_in, judge=lenient)
    order = found.candidates.found.boxes_px[:, 0].argsort()
    assert found.fate[order].tolist() == [Fate.READ, Fate.PRINT, Fate.NO_DIGIT, Fate.READ, Fate.COVERED]
    assert sorted(found.chosen) == np.flatnonzero(found.fate == Fate.READ).tolist()


class Network:
    """Says another number for each view, and keeps the slopes that it was asked for."""

    def __init__(self, monkeypatch):
        self.slopes = []
        monkeypatch.setattr(reader, "look_at", self.look_at)

    def look_at(self, _grey, found, _recognizer, *, views):
        self.slopes += [view.slope for view in views]
        said = np.full((len(found), len(views), 10), 3.0, np.float32)
        return Candidates(found, np.zeros((len(found), 28, 28), np.uint8), said, *np.zeros((2, len(found)), np.float32))


def rising(slope):
    boxes = np.array([(30 * number, 200 + 30 * slope * number, 20, 30) for number in range(8)], float)
    one = np.ones(8, np.float32)
    found = Detections(boxes, one, 0 * one, 0 * one, np.zeros((8, 10), np.float32), np.ones(8))
    return Candidates(found, np.zeros((8, 28, 28), np.uint8), np.ones((8, 1, 10), np.float32), one, 0 * one)


@pytest.mark.parametrize(("slope", "turned"), [(0.0, []), (0.05, []), (0.3, [0.3]), (-0.3, [-0.3])])
def test_digits_of_lines_that_rise_or_fall_are_named_level_as_well(monkeypatch, slope, turned):
    network = Network(monkeypatch)
    answers = named(np.zeros((9, 9), np.uint8), rising(slope), None)
    assert network.slopes == pytest.approx(turned, abs=0.03)
    assert (answers == (2 if turned else 1)).all()


def test_an_empty_page_has_no_names(monkeypatch):
    assert named(np.zeros((9, 9), np.uint8), rising(0.3)[np.zeros(0, int)], None).shape == (0, 10)


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


def test_profiles_differ_in_effort_alone():
    assert len(STILL.views) > len(LIVE.views) >= 1
    assert STILL.finest >= LIVE.finest
    assert STILL.heat <= LIVE.heat
    assert all(isinstance(view, View) for view in (*STILL.views, *LIVE.views))
    assert replace(LIVE, enlarge_below_px=64).finest_of(64) == 2.0
    assert replace(LIVE, enlarge_below_px=64).finest_of(65) == LIVE.finest


# The shipped bundle.


@pytest.mark.parametrize(
    ("spec", "read"),
    [
        (SceneSpec(pen="marker"), 0.9),
        (SceneSpec(paper="ruled", pen="ballpoint", digit_px=44), 0.75),
        (SceneSpec(paper="grid", layout="columns", digit_px=44), 0.8),
        (SceneSpec(paper="blackboard", pen="chalk", digit_px=60), 0.85),
        (SceneSpec(layout="table", digit_px=36), 0.85),
        (SceneSpec(layout="amounts", digit_px=50), 0.75),
        (SceneSpec(layout="dense", digit_px=28), 0.8),
        (SceneSpec(paper="black-screen", pen="brush", layout="lines", digit_px=60), 0.85),
    ],
    ids=["plain", "ruled", "grid", "blackboard", "table", "amounts", "dense", "screen"],
)
def test_clear_pages_are_read(recognizer, spec, read):
    right = said = digits = 0
    for seed in (2, 3):
        scene = draw_scene(seed, spec=replace(spec, strength=0.3))
        page = read_page(scene.image, recognizer)
        right += count_right(scene.digits, page.readings)
        said, digits = said + len(page.readings), digits + len(scene.digits)
    assert digits > 10
    assert right >= read * digits
    assert right >= 0.9 * said


@BOTH
@pytest.mark.parametrize("height_px", [30, 50, 130, 300])
def test_a_row_of_digits_is_read_with_the_shipped_bundle(recognizer, write_row, profile, height_px):
    grey, _ = write_row(TEXT, height_px=height_px, seed=2)
    assert read_page(grey, recognizer, profile=profile).lines == (TEXT,)


@BOTH
def test_light_ink_is_read_as_dark_ink_is(recognizer, write_row, profile):
    grey, _ = write_row(TEXT, height_px=60, seed=2)
    assert read_page(255 - grey, recognizer, profile=profile).lines == (TEXT,)


def test_dark_and_light_ink_are_read_on_one_page(recognizer, write_row):
    (dark, _), (light, _) = (write_row(text, height_px=50, seed=2) for text in ("350", "726"))
    width = max(dark.shape[1], light.shape[1])
    page = np.vstack([np.pad(p, ((0, 0), (0, width - p.shape[1])), mode="edge") for p in (dark, 255 - light)])
    assert read_page(page, recognizer).lines == ("350", "726")


@BOTH
@pytest.mark.parametrize("degrees", [-13, 13])
def test_a_row_on_a_turned_page_is_read_as_one_line(recognizer, write_row, profile, degrees):
    grey, _ = write_row(TEXT, height_px=50, seed=2)
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[1, 2] += width / 4
    grey = cv2.warpAffine(grey, turn, (width, height + width // 2), borderValue=225)
    assert read_page(grey, recognizer, profile=profile).lines == (TEXT,)


@pytest.mark.parametrize("side_px", [28, 64, 280, 1000])
def test_one_digit_that_fills_its_picture_is_read(recognizer, side_px):
    right = 0
    for seed in range(5):
        size_px = (max(side_px, 280),) * 2
        spec = SceneSpec(paper="white-screen", pen="brush", layout="single", digit_px=0.7 * size_px[0])
        scene = draw_scene(seed, spec=spec, size_px=size_px)
        grey = cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY)
        grey = cv2.resize(grey, (side_px, side_px), interpolation=cv2.INTER_AREA)
        right += read_page(grey, recognizer).lines == (str(scene.digits[0].digit),)
    assert right >= 4


def test_confidences_are_at_least_what_the_judge_wants_and_no_box_comes_twice(recognizer):
    scene = draw_scene(3, spec=SceneSpec(pen="marker"))
    page = read_page(scene.image, recognizer)
    threshold = Judge.of(recognizer.bundle.judge).threshold
    assert page.readings
    assert all(threshold <= reading.confidence <= 1 for reading in page.readings)
    assert len({reading.box_xywh_px for reading in page.readings}) == len(page.readings)


def test_scenes_without_a_digit_give_few(recognizer):
    said = [len(read_page(draw_distractor_scene(seed).image, recognizer).readings) for seed in range(6)]
    assert sum(said) <= 6
    assert sum(count == 0 for count in said) >= 4
