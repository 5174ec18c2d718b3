"""Confidence against the share that is right."""

import pytest

from benchmarks.calibration import LIMITS, calibration, sure_of, table
from edgedigits.recognizer import Reading
from edgedigits_camera.scoring import Mark, compare


def test_a_bin_holds_how_many_their_mean_confidence_and_the_share_that_is_right():
    bins = calibration([(0.96, True), (0.98, False), (1.0, True), (0.55, False)])
    assert [(one.least, one.most, one.digits) for one in bins] == [(0.5, 0.6, 1), (0.95, 1.0, 3)]
    assert bins[1].confidence == pytest.approx(0.98)
    assert bins[1].right == pytest.approx(2 / 3)
    assert bins[0].right == 0


@pytest.mark.parametrize(("confidence", "least"), [(0.5, 0.5), (0.949, 0.9), (0.95, 0.95), (1.0, 0.95), (0.1, 0.0)])
def test_each_confidence_falls_into_one_bin(confidence, least):
    (one,) = calibration([(confidence, True)])
    assert one.least == least
    assert one.most == LIMITS[LIMITS.index(least) + 1]


def test_what_is_wrong_or_false_is_not_right_and_what_is_ignored_does_not_count():
    boxes = [(0, 0, 10, 10), (20, 0, 10, 10), (40, 0, 10, 10), (60, 0, 10, 10)]
    true = [Mark(1, boxes[0]), Mark(2, boxes[1])]
    said = zip((1, 3, 4, 5), (0.6, 0.7, 0.8, 0.9), boxes, strict=True)
    readings = [Reading(digit, confidence, box) for digit, confidence, box in said]
    reported = [Mark(reading.digit, reading.box_xywh_px) for reading in readings]
    outcome = compare(true, reported, ignored=[boxes[3]])
    assert sure_of(readings, outcome) == ((0.6, True), (0.7, False), (0.8, False))


def test_a_table_has_a_row_for_each_bin_that_holds_something():
    assert len(table(calibration([(0.96, True), (0.6, False)])).splitlines()) == 3
    assert len(table(calibration([])).splitlines()) == 1
