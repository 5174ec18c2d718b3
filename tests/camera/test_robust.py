"""Pictures that nobody would send on purpose, and changes that must not matter."""

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from edgedigits.backends import Opened
from edgedigits.recognizer import Recognizer
from edgedigits_camera.candidates import find_candidates
from edgedigits_camera.judge import Judge
from edgedigits_camera.layers import layers_of
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.reader import examine, read_page
from edgedigits_camera.scene import SceneSpec, draw_scene

BOTH = pytest.mark.parametrize("profile", [STILL, LIVE], ids=["still", "live"])
SIDE = np.arange(480)
# The smallest candidate, 12 x 2 pixels, and what keeps it apart from the next.
SMALLEST_PX = 13 * 3
# A reading that is as sure as this is not just above the limit.
SURE = 0.9


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


@pytest.fixture
def counting(recognizer):
    """The shipped bundle, counting patches."""
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


def bars(height_px, width_px, gap_px):
    """Strokes of the form of a 1, as many as there is room for."""
    rows = SIDE[:, None] % (height_px + gap_px) < height_px
    return np.where(rows & (SIDE % (width_px + gap_px) < width_px), 30, 225).astype(np.uint8)


HOSTILE = {
    **{f"checkerboard of {px} px": checkerboard(px) for px in range(1, 17)},
    **{f"noise blurred by {px} px": noise(px) for px in (0, 1, 2, 4)},
    "ten thousand specks": specks(10_000),
    "small text": dense_text(0.4),
    "text": dense_text(0.8),
    "bars": bars(18, 2, 2),
    "smallest bars": bars(12, 2, 2),
}
NAMED = pytest.mark.parametrize("name", HOSTILE)


def inside(box, grey):
    x, y, w, h = box
    return x >= 0 and y >= 0 and w > 0 and h > 0 and x + w <= grey.shape[1] and y + h <= grey.shape[0]


@BOTH
@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (24, 24), (240, 320)])
def test_an_even_picture_of_any_size_gives_no_readings(recognizer, shape, level, profile):
    page = read_page(np.full((*shape, 3), level, np.uint8), recognizer, profile=profile)
    assert (page.readings, page.lines) == ((), ())


@BOTH
@NAMED
def test_a_hostile_picture_is_read_within_the_bounds_of_the_profile(counting, name, profile):
    recognizer, asked = counting
    judge = Judge.of(recognizer.bundle.judge)
    for grey in (HOSTILE[name], 255 - HOSTILE[name]):
        seen = examine(grey, recognizer, judge=judge, profile=profile)
        readings = seen.readings(size_px=(grey.shape[1], grey.shape[0]))
        assert len(readings) <= profile.most_judged
        assert all(inside(reading.box_xywh_px, grey) for reading in readings)
        first, *again = asked
        assert first <= profile.most_candidates
        assert len(again) <= len(profile.turns)
        assert set(again) <= {len(readings)}
        asked.clear()


@BOTH
@NAMED
def test_no_layer_has_more_candidates_than_have_room_in_it(name, profile):
    for grey in (HOSTILE[name], 255 - HOSTILE[name]):
        room = layers_of(grey, profile=profile).labels.size / SMALLEST_PX
        assert len(find_candidates(grey, profile=profile)) <= room


def test_there_are_hostile_pictures_that_would_exceed_the_bounds():
    found = [len(find_candidates(grey, profile=STILL)) for grey in HOSTILE.values()]
    assert sum(count > STILL.most_candidates for count in found) >= 3


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_digits_in_one_colour_channel_are_read(recognizer, write_row, channel):
    grey, _ = write_row("3507264", height_px=50, seed=2)
    image = np.zeros((*grey.shape, 3), np.uint8)
    image[:, :, channel] = grey
    # Blue weighs a ninth in grey: ink and paper are 20 levels apart there.
    assert read_page(image, recognizer).lines == ("3507264",)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(grey=arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=70)))
def test_any_small_picture_is_read_alike_twice_and_inverted_with_boxes_inside(recognizer, grey):
    page = read_page(colours(grey), recognizer)
    assert read_page(colours(grey), recognizer) == page
    assert read_page(colours(255 - grey), recognizer) == page
    assert all(inside(reading.box_xywh_px, grey) for reading in page.readings)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(image=arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60), st.just(3))))
def test_any_small_colour_picture_is_read_with_boxes_inside(recognizer, image):
    for profile in (STILL, LIVE):
        page = read_page(image, recognizer, profile=profile)
        assert all(inside(reading.box_xywh_px, image) for reading in page.readings)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(text=st.text("0123456789", min_size=2, max_size=5), height_px=st.integers(24, 120), seed=st.integers(0, 99))
def test_a_row_is_read_alike_twice_and_inverted_with_boxes_inside(recognizer, write_row, text, height_px, seed):
    grey, _ = write_row(text, height_px=height_px, seed=seed)
    page = read_page(colours(grey), recognizer)
    assert page.readings
    assert read_page(colours(grey), recognizer) == page
    assert read_page(colours(255 - grey), recognizer) == page
    assert all(inside(reading.box_xywh_px, grey) for reading in page.readings)


SCENES = (
    SceneSpec(pen="marker"),
    SceneSpec(pen="ballpoint"),
    SceneSpec(paper="ruled"),
    SceneSpec(paper="blackboard", pen="chalk"),
)


@cache
def scene(number):
    """A legible scene in good light."""
    return draw_scene(number, spec=replace(SCENES[number % 4], strength=0.2, tilt=0.1, digit_px=44), size_px=(480, 360))


@settings(max_examples=8, deadline=None, derandomize=True)
@given(number=st.integers(0, 15))
def test_polarity_does_not_matter_to_a_scene(recognizer, number):
    image = scene(number).image
    grey = colours(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
    assert read_page(255 - grey, recognizer) == read_page(grey, recognizer)


def still_there(reading, others, overlap):
    """Whether the same digit is read in the same place."""
    same = np.array([other.box_xywh_px for other in others if other.digit == reading.digit], float).reshape(-1, 4)
    return bool((overlap(same, np.array(reading.box_xywh_px, float)) >= 0.4).any())


@pytest.mark.parametrize(("factor", "shift"), [(0.6, 0), (0.8, 0), (1.1, 0), (0.8, 30), (0.6, 80), (1, -20)])
def test_brightness_and_contrast_within_reason_leave_sure_readings_as_they_are(recognizer, overlap, factor, shift):
    sure, kept = 0, 0
    for number in range(8):
        image = scene(number).image
        changed = np.clip(np.rint(image * factor + float(shift)), 0, 255).astype(np.uint8)
        before, after = (read_page(picture, recognizer).readings for picture in (image, changed))
        for some, others in ((before, after), (after, before)):
            mine = [reading for reading in some if reading.confidence >= SURE]
            sure += len(mine)
            kept += sum(still_there(reading, others, overlap) for reading in mine)
    assert sure >= 80
    assert kept >= 0.98 * sure


def test_the_contrast_that_is_within_reason_has_an_end(recognizer):
    image = np.rint(scene(0).image * 0.02 + 120).astype(np.uint8)
    assert len(read_page(image, recognizer).readings) < len(scene(0).digits) / 2
