"""Pictures that nobody would send on purpose, and changes that must not matter."""

import time
import tracemalloc
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from edgedigits_camera.detection.detect import Search, detect
from edgedigits_camera.detection.maps import CHANNELS, HEAT
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import SceneSpec, draw_scene

pytestmark = pytest.mark.slow

BOTH = pytest.mark.parametrize("profile", [STILL, LIVE], ids=["still", "live"])
SIDE = np.arange(240)
# A reading that is as sure as this is not just above the limit.
SURE = 0.9
# A peak has eight cells without one around it: at most this many per pixel, over all levels together.
MOST_A_PIXEL = 4 / 3 / 64


def colours(grey):
    return np.repeat(grey[:, :, None], 3, axis=2)


def checkerboard(cell_px):
    return (((SIDE[:, None] // cell_px + SIDE // cell_px) % 2) * 255).astype(np.uint8)


def noise(blur_px):
    grey = np.random.default_rng(1).normal(0, 1, (240, 240))
    grey = cv2.GaussianBlur(grey, (0, 0), blur_px) if blur_px else grey
    return np.clip(128 + 60 * grey / grey.std(), 0, 255).astype(np.uint8)


def specks(count):
    rng, grey = np.random.default_rng(2), np.full((240, 240), 225, np.uint8)
    for x, y, size in rng.integers((0, 0, 1), (240, 240, 5), (count, 3)).tolist():
        cv2.circle(grey, (x, y), size // 2, 30, -1)
    return grey


def dense_text(scale):
    grey = np.full((240, 240), 225, np.uint8)
    for number, y in enumerate(range(10, 240, round(26 * scale))):
        cv2.putText(grey, f"{number}the quick brown fox, 1984: 3.14159 " * 3, (2, y), 3, scale, 30, 1, cv2.LINE_AA)
    return grey


def bars(height_px, width_px, gap_px):
    """Strokes of the form of a 1, as many as there is room for."""
    rows = SIDE[:, None] % (height_px + gap_px) < height_px
    return np.where(rows & (SIDE % (width_px + gap_px) < width_px), 30, 225).astype(np.uint8)


HOSTILE = {
    **{f"checkerboard of {px} px": checkerboard(px) for px in (1, 3, 8)},
    **{f"noise blurred by {px} px": noise(px) for px in (0, 2)},
    "ten thousand specks": specks(10_000),
    "text": dense_text(0.6),
    "bars": bars(18, 2, 2),
}


def inside(box, grey):
    x, y, w, h = box
    return x >= 0 and y >= 0 and w > 0 and h > 0 and x + w <= grey.shape[1] and y + h <= grey.shape[0]


@BOTH
@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (24, 24), (240, 320)])
def test_an_even_picture_of_any_size_gives_no_readings(recognizer, shape, level, profile):
    page = read_page(np.full((*shape, 3), level, np.uint8), recognizer, profile=profile)
    assert (page.readings, page.lines) == ((), ())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_is_read_in_bounded_time_with_boxes_inside(recognizer, name):
    for grey in (HOSTILE[name], 255 - HOSTILE[name]):
        started = time.process_time()
        page = read_page(grey, recognizer)
        assert time.process_time() - started < 10
        assert len(page.readings) < grey.size * MOST_A_PIXEL
        assert all(inside(reading.box_xywh_px, grey) for reading in page.readings)


class Everywhere:
    """A detector that is as sure of one place as of any other, or finds as many peaks as there can be."""

    def __init__(self, step):
        self.step = step

    def maps(self, contrast):
        maps = np.zeros((contrast.shape[0] // 4, contrast.shape[1] // 4, CHANNELS), np.float32)
        maps[..., HEAT] = -9
        maps[:: self.step, :: self.step, HEAT] = 2
        return maps


def test_a_detector_that_finds_as_much_as_it_can_is_read_in_bounded_time(stand_in, lenient):
    stand_in.detector = Everywhere(2)
    grey = noise(1)
    started = time.process_time()
    page = read_page(grey, stand_in, judge=lenient)
    assert time.process_time() - started < 20
    assert stand_in.asked > 200 * len(STILL.views)
    assert len(page.readings) < grey.size * MOST_A_PIXEL


def test_forty_megapixels_of_nothing_take_little_more_memory_than_the_picture(finder):
    grey = np.full((5000, 8000), 220, np.uint8)
    tracemalloc.start()
    found = detect(grey, finder, Search(finest=1.0, heat=0.1))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 0
    assert peak < 2 * grey.size


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_digits_in_one_colour_channel_are_read(recognizer, write_row, channel):
    grey, _ = write_row("3507264", height_px=50, seed=2)
    image = np.zeros((*grey.shape, 3), np.uint8)
    image[:, :, channel] = grey
    # Blue weighs a ninth in grey: ink and paper are 20 levels apart there.
    assert read_page(image, recognizer).lines == ("3507264",)


@settings(max_examples=20, derandomize=True)
@given(grey=arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=70)))
def test_any_small_picture_is_read_alike_twice_with_boxes_inside(recognizer, grey):
    page = read_page(grey, recognizer)
    assert read_page(grey, recognizer) == page
    assert all(inside(reading.box_xywh_px, grey) for reading in page.readings)


@settings(max_examples=20, derandomize=True)
@given(image=arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60), st.just(3))))
def test_any_small_colour_picture_is_read_with_boxes_inside(recognizer, image):
    for profile in (STILL, LIVE):
        page = read_page(image, recognizer, profile=profile)
        assert all(inside(reading.box_xywh_px, image) for reading in page.readings)


@settings(max_examples=6, derandomize=True)
@given(text=st.text("0123456789", min_size=2, max_size=5), height_px=st.integers(24, 120), seed=st.integers(0, 99))
def test_a_row_is_read_alike_twice_with_boxes_inside(recognizer, write_row, text, height_px, seed):
    grey, _ = write_row(text, height_px=height_px, seed=seed)
    page = read_page(grey, recognizer)
    assert page.readings
    assert read_page(grey, recognizer) == page
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


def still_there(reading, others, overlap):
    """Whether the same digit is read in the same place."""
    same = np.array([other.box_xywh_px for other in others if other.digit == reading.digit], float).reshape(-1, 4)
    return bool((overlap(same, np.array(reading.box_xywh_px, float)) >= 0.4).any())


def kept_of(recognizer, overlap, change):
    """Share of the sure readings of some scenes that stay in changed pictures, and of those there that were before."""
    sure, kept = 0, 0
    for number in range(4):
        image = scene(number).image
        before, after = (read_page(picture, recognizer).readings for picture in (image, change(image)))
        for some, others in ((before, after), (after, before)):
            mine = [reading for reading in some if reading.confidence >= SURE]
            sure += len(mine)
            kept += sum(still_there(reading, others, overlap) for reading in mine)
    assert sure >= 20
    return kept / sure


@pytest.mark.parametrize(("factor", "shift"), [(0.6, 0), (0.6, 80), (1, -20)])
def test_brightness_and_contrast_within_reason_leave_sure_readings_as_they_are(recognizer, overlap, factor, shift):
    def changed(image):
        return np.clip(np.rint(image * factor + float(shift)), 0, 255).astype(np.uint8)

    assert kept_of(recognizer, overlap, changed) >= 0.97


def test_light_and_dark_swapped_leave_sure_readings_as_they_are(recognizer, overlap):
    assert kept_of(recognizer, overlap, lambda image: 255 - image) >= 0.95


def test_the_contrast_that_is_within_reason_has_an_end(recognizer, overlap):
    def flattened(image):
        return np.rint(image * 0.02 + 120).astype(np.uint8)

    assert kept_of(recognizer, overlap, flattened) < 0.7


@pytest.mark.parametrize("width_px", [2048, 2049])
def test_a_page_is_read_alike_at_any_width(recognizer, width_px):
    page = scene(0)
    larger = cv2.resize(page.image, (width_px, width_px * 3 // 4), interpolation=cv2.INTER_CUBIC)
    digits = ["".join(sorted("".join(read_page(image, recognizer).lines))) for image in (page.image, larger)]
    assert digits[1] == digits[0]
    assert len(digits[0]) > 5
