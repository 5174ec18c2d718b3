"""Detections looked at: patches and names, as many at a time as memory allows."""

import time

import numpy as np
import pytest

from edgedigits_camera.digits import candidates
from edgedigits_camera.digits.candidates import beside, blocks_of, cutter, look_at
from edgedigits_camera.profiles import STILL

pytestmark = pytest.mark.slow

TEXT = "35072648"


def test_clear_digits_are_named_right(recognizer, write_row, detections_of):
    grey, boxes = write_row(TEXT, height_px=40)
    seen = look_at(cutter(grey), detections_of(boxes), recognizer, views=STILL.views)
    assert "".join(map(str, seen.probabilities.argmax(axis=1))) == TEXT
    assert seen.views.shape == (len(TEXT), len(STILL.views), 10)
    assert seen.probabilities.sum(axis=1) == pytest.approx(1, abs=0.02)
    assert seen.depth.min() > 0.5


def test_digits_that_are_not_there_are_not_named_so(recognizer, write_row, detections_of):
    grey, boxes = write_row(TEXT, height_px=40)
    seen = look_at(cutter(np.fliplr(grey)), detections_of(boxes), recognizer, views=STILL.views)
    assert "".join(map(str, seen.probabilities.argmax(axis=1))) != TEXT


def test_blocks_give_what_all_at_once_give(recognizer, write_row, detections_of, monkeypatch):
    grey, boxes = write_row(TEXT, height_px=40, gap=None)
    at_once = look_at(cutter(grey), detections_of(boxes), recognizer, views=STILL.views)
    monkeypatch.setattr(candidates, "BLOCK", 3)
    in_blocks = look_at(cutter(grey), detections_of(boxes), recognizer, views=STILL.views)
    assert [block.stop - block.start for block in blocks_of(len(boxes))] == [3, 3, 2]
    assert (in_blocks.patches == at_once.patches).all()
    assert in_blocks.views == pytest.approx(at_once.views, abs=1e-5)


def test_light_ink_is_looked_at_as_what_the_detector_says_it_is(recognizer, write_row, detections_of):
    grey, boxes = write_row(TEXT, height_px=40)
    seen = look_at(cutter(255 - grey), detections_of(boxes, light=0.9), recognizer, views=STILL.views)
    assert "".join(map(str, seen.probabilities.argmax(axis=1))) == TEXT


def test_ten_thousand_detections_are_compared_block_by_block_in_little_time(detections_of):
    place = np.stack(np.divmod(np.arange(10_000), 100), axis=1) * 25.0
    found = detections_of(np.concatenate([place, np.full((10_000, 2), 24.0)], axis=1))
    started = time.process_time()
    counts = [len(others) for others in beside(found)]
    assert (min(counts), max(counts)) == (3, 8)
    assert time.process_time() - started < 20


def test_no_detections_are_no_candidates(recognizer, detections_of):
    seen = look_at(cutter(np.zeros((9, 9), np.uint8)), detections_of([]), recognizer, views=STILL.views)
    assert len(seen) == 0
    assert (seen.patches.shape, seen.probabilities.shape) == ((0, 28, 28), (0, 10))


def test_chosen_candidates_keep_what_was_found_out_about_them(seen_of):
    seen = seen_of([(10 * number, 0, 5, 8) for number in range(6)])
    some = seen[np.array([4, 1])]
    assert some.found.boxes_px[:, 0].tolist() == [40, 10]
    assert (some.patches == seen.patches[[4, 1]]).all()
    assert (some.depth == seen.depth[[4, 1]]).all()


def test_digits_that_touch_or_nearly_do_are_beside_one_another_and_pieces_are_beside_none(detections_of):
    found = detections_of([(0, 0, 20, 30), (22, 0, 20, 30), (60, 0, 20, 30), (5, 5, 8, 8)])
    assert list(beside(found)) == [[1], [0], [], []]


def test_what_is_much_less_likely_a_digit_is_beside_none(detections_of):
    found = detections_of([(0, 0, 20, 30), (22, 0, 20, 30)])
    found.heat[1] = 0.4
    assert list(beside(found)) == [[], [0]]
