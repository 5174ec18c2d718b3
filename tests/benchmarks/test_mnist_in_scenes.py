"""MNIST's digits in scenes: what is drawn, cut out and counted."""

import cv2
import numpy as np
import pytest

from benchmarks.mnist_in_scenes import CONDITIONS, Counts, count, detections_of, names_of, picture_px, tasks
from edgedigits.preprocess import to_patch
from edgedigits.strokes import draw_digit
from edgedigits_camera.digits.candidates import cutter, look_at
from edgedigits_camera.digits.patches import View
from edgedigits_camera.scene import CAMERAS, LIGHTS, PAPERS, PENS, draw_scene
from edgedigits_camera.scoring import Mark, boxes_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def glyphs():
    """Drawn digits in MNIST's form, and their labels."""
    rng, labels = np.random.default_rng(0), np.arange(30, dtype=np.uint8) % 10
    ink = [draw_digit(int(label), rng=rng, height_px=60, pen_px=6) for label in labels]
    return np.stack([to_patch(one) for one in ink]), labels


@pytest.fixture(scope="module")
def scene(glyphs):
    """A clean page of them."""
    spec = CONDITIONS["size:40"]
    return draw_scene(3, spec=spec, size_px=picture_px(spec), glyphs=glyphs)


@pytest.fixture(scope="module")
def boxes(scene):
    return boxes_of([Mark(digit.digit, digit.box_xywh_px) for digit in scene.digits])


def test_digits_are_counted_in_each_way(glyphs, scene, boxes, told):
    drawn = [digit.glyph for digit in scene.digits]
    counts = count(scene, glyphs[0][drawn], told(boxes))
    assert counts.digits == len(drawn) > 5
    assert min(counts.given, counts.candidate, counts.original) >= counts.digits - 1
    assert counts.digits - 1 <= counts.right <= counts.found <= counts.digits


def test_what_is_not_found_is_given_all_the_same(glyphs, scene, boxes, told):
    drawn = [digit.glyph for digit in scene.digits]
    counts = count(scene, glyphs[0][drawn], told(boxes[:3]))
    assert counts.given >= counts.digits - 1
    assert counts.candidate <= counts.found == 3


def test_a_page_that_does_not_show_what_is_compared_loses_points(glyphs, scene, boxes, told):
    drawn = [digit.glyph for digit in scene.digits]
    right, wrong = (count(scene, glyphs[0][rows], told(boxes)) for rows in (drawn, [(row + 1) % 30 for row in drawn]))
    assert wrong.original < right.original
    assert right.given == wrong.given


def test_ink_in_the_true_box_has_the_form_of_the_original(glyphs, scene, boxes, told):
    grey = cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY)
    patches = look_at(cutter(grey), detections_of(boxes, light=False), told(), views=(View(),)).patches.astype(float)
    originals = glyphs[0][[digit.glyph for digit in scene.digits]].astype(float)
    likeness = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(patches, originals, strict=True)]
    others = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(patches, np.roll(originals, 1, 0), strict=True)]
    assert np.median(likeness) > 0.85  # a soft edge wider, and some a pixel off
    assert np.median(others) < 0.7


def test_the_name_of_a_box_is_that_of_the_candidate_that_fits_it_best(told, scene, boxes):
    grey = cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY)
    moved = boxes.copy()
    moved[:, 1] += 0.1 * boxes[:, 3].max()
    seen = look_at(cutter(grey), detections_of(boxes, light=False), told(), views=(View(),))
    assert names_of(seen, moved).tolist() == seen.probabilities.argmax(axis=1).tolist()
    far = np.array([(5000.0, 0, 10, 10)])
    assert names_of(seen, far).tolist() == names_of(seen[np.zeros(0, int)], far).tolist() == [-1]


def test_points_are_hundredths_and_those_lost_are_of_what_was_found():
    points = Counts(digits=200, original=199, given=198, candidate=190, found=100, known=100, right=99).points()
    assert points == {"original": 99.5, "given": 99.0, "candidate": 95.0, "found": 50.0, "lost": 1.0}


def test_every_kind_of_disturbance_is_there():
    kinds = {*(f"light:{kind}" for kind in LIGHTS), *(f"camera:{kind}" for kind in CAMERAS)}
    kinds |= {*(f"paper:{kind}" for kind in PAPERS), *(f"pen:{kind}" for kind in PENS)}
    plain = {
        "light:even",
        "camera:good",
        "paper:plain",
        "pen:fineliner",
        "pen:chalk",
    }  # chalk comes with the blackboard
    assert kinds - plain <= set(CONDITIONS)


def test_tasks_cover_every_digit_once():
    assert [task[1:] for task in tasks(["a"], 450)] == [(0, 200), (200, 400), (400, 450)]
