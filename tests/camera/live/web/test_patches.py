"""What the page shows of each digit's ink."""

import math

import cv2
import numpy as np
import pytest

from edgedigits_camera.live.web.patches import AT_A_TIME, MOST, Patches, is_light, patch_of


@pytest.fixture(params=[False, True], ids=["dark", "light"])
def row(request, write_row):
    """A picture of 4 and 7, its boxes, and whether its ink is light."""
    grey, boxes = write_row("47", height_px=60)
    boxes = [tuple(int(value) for value in box) for box in boxes]
    return (255 - grey if request.param else grey), boxes, request.param


def test_a_patch_is_the_ink_whatever_its_colour(row, recognizer):
    grey, boxes, light = row
    assert [is_light(grey, box) for box in boxes] == [light, light]
    patches = np.array([patch_of(grey, box) for box in boxes])
    assert patches.shape == (2, 28, 28)
    assert recognizer.probabilities(patches).argmax(axis=1).tolist() == [4, 7]


def test_an_empty_box_has_no_ink():
    assert not patch_of(np.full((60, 60), 200, np.uint8), (10, 10, 20, 30)).any()


@pytest.mark.parametrize("box", [(0, 0, 1, 1), (63, 47, 1, 1), (0, 0, 64, 48), (60, 40, 40, 40), (-9, -9, 20, 20)])
def test_a_box_at_the_edge_is_survived(box):
    assert patch_of(np.random.default_rng(0).integers(0, 256, (48, 64), np.uint8), box).shape == (28, 28)


def renew(patches, seen, now_s=0.0):
    patches.renew(seen, now_s=now_s, least_s=0.0)


def test_a_few_at_a_time_until_all_are_there(seen_of, tracked):
    image = np.full((200, 300, 3), 200, np.uint8)
    seen = seen_of(image, [tracked(n, 1, (10 * (n % 25), 20 * (n // 25), 8, 16)) for n in range(MOST + 5)])
    patches = Patches()
    for number in range(1, math.ceil(MOST / AT_A_TIME) + 1):
        renew(patches, seen)
        assert len(patches.newest) == min(number * AT_A_TIME, MOST)
    assert set(patches.newest) == set(range(MOST))


def test_what_changed_comes_first_and_what_is_gone_is_forgotten(seen_of, tracked):
    image = np.full((40, 400, 3), 200, np.uint8)
    digits = [tracked(n, 1, (20 * n, 10, 10, 20)) for n in range(15)]
    patches = Patches()
    for _ in range(2):
        renew(patches, seen_of(image, digits))
    cv2.line(image, (24, 12), (24, 28), (20, 20, 20), 2)
    before = patches.newest[1].pixels
    renew(patches, seen_of(image, [digits[0], tracked(1, 7, digits[1].box_xywh_px), *digits[2:14]]))
    assert patches.newest[1].digit == 7
    assert patches.newest[1].pixels != before
    assert 14 not in patches.newest


def test_several_viewers_have_them_made_once(seen_of, tracked):
    patches, image = Patches(), np.full((40, 400, 3), 200, np.uint8)
    seen = seen_of(image, [tracked(n, 1, (20 * n, 10, 10, 20)) for n in range(AT_A_TIME + 1)])
    for now_s, made in ((5.0, AT_A_TIME), (5.4, AT_A_TIME), (5.5, AT_A_TIME + 1)):
        patches.renew(seen, now_s=now_s, least_s=0.5)
        assert len(patches.newest) == made
