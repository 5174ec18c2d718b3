"""Pages read with the shipped bundle: clear ones right, empty ones empty, hostile ones within bounds."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from edgedigits.backends import Opened
from edgedigits.recognizer import Recognizer
from edgedigits_camera.candidates import find_candidates
from edgedigits_camera.demo import count_right
from edgedigits_camera.features import form_features
from edgedigits_camera.judge import Judge
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.reader import by_form, likely, read_ink, read_page, whole_box
from edgedigits_camera.scene import SceneSpec, draw_distractor_scene, draw_scene

BOTH = pytest.mark.parametrize("profile", [STILL, LIVE], ids=["still", "live"])
SIDE = np.arange(480)


class Counting:
    """A backend that counts what it is asked, and lets another one answer."""

    def __init__(self, inner):
        self.name, self.inner, self.asked = inner.name, inner, []

    def predict(self, patches):
        self.asked.append(len(patches))
        return self.inner.predict(patches)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass


@pytest.fixture(scope="module")
def recognizer():
    """The shipped bundle in the best runtime that is here."""
    return Recognizer.load()


@pytest.fixture
def counting(recognizer):
    """The same, counting patches."""
    backend = Counting(recognizer.opened.backend)
    return Recognizer(recognizer.bundle, Opened(backend, recognizer.opened.candidate)), backend.asked


def colours(grey):
    return np.repeat(grey[:, :, None], 3, axis=2)


def checkerboard(cell_px):
    return (((SIDE[:, None] // cell_px + SIDE // cell_px) % 2) * 255).astype(np.uint8)


def noise(blur_px):
    grey = np.random.default_rng(1).normal(0, 1, (480, 480))
    grey = cv2.GaussianBlur(grey, (0, 0), blur_px) if blur_px else grey
    return np.clip(128 + 60 * grey / grey.std(), 0, 255).astype(np.uint8)


def specks(count):
    rng, grey = np.random.default_rng(2), np.full((480, 480), 225, np.uint8)
    for x, y, size in rng.integers((0, 0, 1), (480, 480, 5), (count, 3)).tolist():
        cv2.circle(grey, (x, y), size // 2, 30, -1)
    return grey


def dense_text(scale):
    grey = np.full((480, 480), 225, np.uint8)
    for number, y in enumerate(range(10, 480, round(26 * scale))):
        cv2.putText(grey, f"{number}the quick brown fox, 1984: 3.14159 " * 3, (2, y), 3, scale, 30, 1, cv2.LINE_AA)
    return grey


def bars(pitch_px):
    """Strokes of the form of a 1, as many as there is room for."""
    grey = np.full((480, 480), 225, np.uint8)
    for y in range(4, 460, 22):
        grey[y : y + 18, 4:476:pitch_px] = 30
    return grey


HOSTILE = {
    **{f"checkerboard of {px} px": checkerboard(px) for px in (1, 2, 7, 24)},
    **{f"noise blurred by {px} px": noise(px) for px in (0, 1, 2, 4)},
    "ten thousand specks": specks(10_000),
    "small text": dense_text(0.4),
    "text": dense_text(0.8),
    "bars": bars(4),
}


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


@pytest.mark.parametrize(("factor", "shift"), [(0.6, 0), (0.8, 20), (0.5, 100)])
def test_brightness_and_contrast_within_reason_change_nothing(recognizer, write_row, factor, shift):
    grey, _ = write_row("3507264", height_px=50, seed=2)
    changed = np.rint(grey * factor + shift).astype(np.uint8)
    assert read_page(colours(changed), recognizer).lines == ("3507264",)


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


@BOTH
@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (24, 24), (240, 320)])
def test_an_even_picture_of_any_size_gives_no_readings(recognizer, shape, level, profile):
    page = read_page(np.full((*shape, 3), level, np.uint8), recognizer, profile=profile)
    assert (page.readings, page.lines) == ((), ())


@BOTH
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_is_read_within_the_bounds_of_the_profile(counting, name, profile):
    recognizer, asked = counting
    judge = Judge.of(recognizer.bundle.judge)
    for grey in (HOSTILE[name], 255 - HOSTILE[name]):
        readings = read_ink(grey, recognizer, judge=judge, profile=profile)
        assert len(readings) <= profile.most_judged
        assert all(inside(reading.box_xywh_px, grey) for reading in readings)
    assert len(asked) == 2
    assert max(asked) <= profile.most_candidates


def test_there_are_hostile_pictures_that_would_exceed_the_bounds():
    found = [len(find_candidates(grey, profile=STILL)) for grey in HOSTILE.values()]
    assert sum(count > STILL.most_candidates for count in found) >= 3


def test_the_most_digit_like_are_looked_at_first(recognizer):
    candidates = find_candidates(dense_text(0.8), profile=STILL)
    form = form_features(candidates, size_px=(480, 480))
    judge = Judge.of(recognizer.bundle.judge)
    kept = by_form(form, candidates.boxes_px, judge=judge, profile=STILL)
    few = by_form(form, candidates.boxes_px, judge=judge, profile=replace(STILL, most_candidates=20))
    assert len(kept) > len(few) == 20
    assert kept[:20].tolist() == few.tolist()
    score = judge.form.score(form)[kept]
    assert (np.diff(score) <= 0).all()
    assert score.min() >= STILL.least_form


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
    assert whole_box(np.array(box, float), (100, 50)) == whole


def inside(box, grey):
    x, y, w, h = box
    return x >= 0 and y >= 0 and w > 0 and h > 0 and x + w <= grey.shape[1] and y + h <= grey.shape[0]


@settings(max_examples=30, deadline=None, derandomize=True)
@given(grey=arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=70)))
def test_any_small_picture_is_read_alike_twice_and_inverted_with_boxes_inside(recognizer, grey):
    page = read_page(colours(grey), recognizer)
    assert read_page(colours(grey), recognizer) == page
    assert read_page(colours(255 - grey), recognizer) == page
    assert all(inside(reading.box_xywh_px, grey) for reading in page.readings)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(text=st.text("0123456789", min_size=2, max_size=5), height_px=st.integers(24, 120), seed=st.integers(0, 99))
def test_a_row_is_read_alike_twice_and_inverted_with_boxes_inside(recognizer, write_row, text, height_px, seed):
    grey, _ = write_row(text, height_px=height_px, seed=seed)
    page = read_page(colours(grey), recognizer)
    assert page.readings
    assert read_page(colours(grey), recognizer) == page
    assert read_page(colours(255 - grey), recognizer) == page
    assert all(inside(reading.box_xywh_px, grey) for reading in page.readings)
