"""Annotated copies: facts about pixels, none of them golden, since fonts differ between versions of OpenCV."""

import numpy as np
import pytest

from edgedigits.recognizer import Reading
from edgedigits_camera.overlay import GROUND, REJECTED, SURE, UNSURE, annotate


def paper(level=255, height=120, width=160):
    return np.full((height, width, 3), level, np.uint8)


def pixels_of(image, colour):
    return int((image == np.array(colour, np.uint8)).all(axis=2).sum())


def test_the_picture_itself_is_left_as_it_is():
    image = paper()
    annotated = annotate(image, [Reading(7, 0.99, (50, 50, 20, 30))], note="30 fps")
    assert (image == 255).all()
    assert annotated.shape == image.shape
    assert annotated.dtype == np.uint8


def test_nothing_read_changes_nothing():
    assert (annotate(paper(), []) == 255).all()
    assert (annotate(paper(), [Reading(7, 0.99, None)]) == 255).all()


@pytest.mark.parametrize("level", [0, 255])
def test_sure_unsure_and_rejected_differ_in_colour_on_light_and_dark(level):
    readings = {0.99: SURE, 0.6: UNSURE}
    for confidence, colour in readings.items():
        annotated = annotate(paper(level), [Reading(7, confidence, (50, 50, 20, 30))])
        assert pixels_of(annotated, colour) > 100
    assert pixels_of(annotate(paper(level), [Reading(None, 0.2, (50, 50, 20, 30))]), REJECTED) > 50


def test_the_ink_inside_a_box_stays_visible():
    annotated = annotate(paper(), [Reading(7, 0.99, (50, 50, 20, 30))])
    assert (annotated[52:78, 52:68] == 255).all()


def test_digits_differ_in_their_label():
    one, seven = (annotate(paper(), [Reading(digit, 0.99, (50, 50, 20, 30))]) for digit in (1, 7))
    assert (one != seven).any()


def test_labels_grow_with_the_picture():
    small, large = paper(height=480, width=640), paper(height=1920, width=2560)
    little = pixels_of(annotate(small, [Reading(7, 0.99, (300, 200, 40, 60))]), SURE)
    much = pixels_of(annotate(large, [Reading(7, 0.99, (1200, 800, 160, 240))]), SURE)
    assert much > 8 * little


@pytest.mark.parametrize(
    "box", [(0, 0, 10, 12), (150, 108, 10, 12), (0, 0, 160, 120), (-5, -5, 4, 4), (159, 119, 1, 1), (200, 200, 9, 9)]
)
def test_boxes_at_the_edge_and_beyond_are_no_error(box):
    assert annotate(paper(), [Reading(3, 0.5, box)], note="n").shape == (120, 160, 3)


def test_a_picture_of_one_pixel_is_no_error():
    assert annotate(paper(height=1, width=1), [Reading(3, 0.5, (0, 0, 1, 1))], note="n").shape == (1, 1, 3)


def ground_of(readings):
    """Where labels and frames are, (H, W) bool, on paper with room around."""
    annotated = annotate(paper(height=400, width=400), readings)
    return (annotated == np.array(GROUND, np.uint8)).all(axis=2)


def test_labels_in_a_dense_page_cover_no_ink():
    boxes = [(60 + 26 * column, 60 + 46 * row, 20, 30) for row in range(5) for column in range(8)]
    dark = ground_of([Reading(place % 10, 0.99, box) for place, box in enumerate(boxes)])
    for x, y, width, height in boxes:
        assert not dark[y : y + height, x : x + width].any()


def test_an_unsure_digit_has_its_percent_wherever_there_is_room():
    """A narrow digit between others, which are sure: its percent is written, theirs go where that is free."""
    boxes = [(60 + 26 * column, 100, 20, 30) for column in range(8)]
    boxes[4] = (170, 100, 6, 30)
    row = [Reading(8, 0.99, box) for box in boxes]
    row[4] = Reading(1, 0.6, boxes[4])
    unsure = pixels_of(annotate(paper(height=400, width=400), row), UNSURE)
    alone = pixels_of(annotate(paper(height=400, width=400), [row[4]]), UNSURE)
    assert unsure > 0.8 * alone


def test_an_unsure_digit_among_many_keeps_its_name_and_hides_no_other():
    beside = [(487, 28, 36, 35), (545, 32, 30, 36), (601, 27, 30, 36), (490, 96, 26, 37), (603, 98, 27, 37)]
    below = [(490, 164, 29, 37), (555, 165, 11, 36), (601, 168, 28, 36)]
    others = [Reading(8, 0.99, box) for box in beside + below]

    def drawn(digit):
        return annotate(paper(height=1000, width=1400), [*others, Reading(digit, 0.88, (543, 97, 36, 29))])

    assert pixels_of(drawn(4)[70:97, 530:580], UNSURE) != pixels_of(drawn(1)[70:97, 530:580], UNSURE)
    assert (drawn(4)[98:135, 616:630] == 255).all()


def test_a_digit_at_the_top_is_named_below_its_frame():
    annotated = annotate(paper(), [Reading(7, 0.99, (50, 4, 20, 30))])
    assert (annotated[6:32, 52:68] == 255).all()
