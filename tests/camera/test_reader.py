"""Pages read, with a detector that needs no weights: every stage counts."""

from dataclasses import replace

import numpy as np
import pytest

from edgedigits_camera import reader
from edgedigits_camera.detection.detect import Detections
from edgedigits_camera.digits.candidates import Candidates
from edgedigits_camera.digits.patches import View
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.reader import Fate, find_digits, named, page_of, read_page, whole_boxes

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


def test_each_candidate_has_the_fate_that_the_stages_gave_it(stand_in, lenient, write_box, write_row):
    grey, boxes = write_row("3578", height_px=28, gap=1, seed=2)
    kinds = [{}, {}, {"heat": -1.0}, {}]
    x, y, w, h = boxes[3]
    piece = ((x + w * 0.6, y, w * 0.9, h), {"heat": 1.0})
    stand_in.detector = Listed(write_box, *zip(boxes, kinds, strict=True), piece)
    found = find_digits(grey, stand_in, judge=lenient)
    order = found.candidates.found.boxes_px[:, 0].argsort()
    assert found.fate[order].tolist() == [Fate.READ, Fate.READ, Fate.NO_DIGIT, Fate.READ, Fate.COVERED]
    assert sorted(found.chosen) == np.flatnonzero(found.fate == Fate.READ).tolist()


class Network:
    """Says another number for each view, and keeps the slopes that it was asked for."""

    def __init__(self, monkeypatch):
        self.slopes = []
        monkeypatch.setattr(reader, "look_at", self.look_at)

    def look_at(self, _cut, found, _recognizer, *, views):
        self.slopes += [view.slope for view in views]
        said = np.full((len(found), len(views), 10), 3.0, np.float32)
        return Candidates(
            found,
            np.zeros((len(found), 28, 28), np.uint8),
            said,
            *np.zeros((2, len(found)), np.float32),
            found.boxes_px,
        )


def rising(slope):
    boxes = np.array([(30 * number, 200 + 30 * slope * number, 20, 30) for number in range(8)], float)
    one = np.ones(8, np.float32)
    found = Detections(boxes, one, 0 * one, 0 * one, np.zeros((8, 10), np.float32), np.ones(8), 0 * one)
    return Candidates(found, np.zeros((8, 28, 28), np.uint8), np.ones((8, 1, 10), np.float32), one, 0 * one, boxes)


TURNED = (View(0.35, -0.15),)


@pytest.mark.parametrize(
    ("slope", "views", "turned", "said"),
    [
        (0.0, (), [], 1),
        (0.05, TURNED, [-0.15], 2),
        (0.3, (), [0.3], 2),
        (-0.3, (), [-0.3], 2),
        (0.3, TURNED, [0.15, 0.3], 7 / 3),
    ],
)
def test_what_is_chosen_is_named_in_further_views_and_level(monkeypatch, slope, views, turned, said):
    network = Network(monkeypatch)
    answers = named(None, rising(slope), None, views=views)
    assert network.slopes == pytest.approx(turned, abs=0.03)
    assert answers == pytest.approx(np.full((8, 10), said))


def test_an_empty_page_has_no_names():
    nothing = rising(0.3)[np.zeros(0, int)]
    assert named(None, nothing, None, views=TURNED).shape == (0, 10)


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
    assert len(STILL.views) > len(LIVE.views)
    assert STILL.search.finest >= LIVE.search.finest
    assert STILL.search.heat <= LIVE.search.heat
    assert all(isinstance(view, View) for view in (*STILL.views, *LIVE.views))
