"""Crops show what the maps say: where digits stand, which, in what ink, and what is learned nowhere."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

import cv2

from edgedigits_camera.detection.detect import peaks
from edgedigits_camera.detection.maps import CHANNELS, DIGITS, HEAT, HEIGHT, LIGHT, PRINTED, STRIDE_PX, X
from edgedigits_camera.detection.pyramid import Canvas, Tile
from edgedigits_camera.scene import SceneSpec, draw_scene
from edgedigits_export.detecting import crops
from edgedigits_export.detecting.crops import CELLS, SIDE_PX, TARGETS, WHOLE, Labelled, View, batch_of, crop_of
from edgedigits_export.detecting.drawn import labelled, labels_of


def labelled_picture(grey, *, digits=(), printed=(), others=(), unsure=(), light_ink=False):
    rows = [np.array(boxes, np.float32).reshape(-1, width) for boxes, width in ((digits, 5), (printed, 5))]
    rows += [np.array(boxes, np.float32).reshape(-1, 4) for boxes in (others, unsure)]
    return Labelled(grey, *rows, light_ink)


def picture(size_px, *, digit, light=False, every_px=110):
    """Frames of 24 by 36 pixels, far from one another, in place of digits."""
    width, height = size_px
    grey = np.full((height, width), 60 if light else 200, np.uint8)
    digits = []
    for y in range(20, height - 50, every_px):
        for x in range(15, width - 40, every_px):
            cv2.rectangle(grey, (x, y), (x + 23, y + 35), 190 if light else 60, 4)
            digits.append((digit, x - 2, y - 2, 28, 40))
    return labelled_picture(grey, digits=digits, light_ink=light)


def read_back(targets):
    """What the reader would see in a network that answers with exactly these maps."""
    maps = np.zeros((*targets.shape[:2], CHANNELS), np.float32)
    heat = np.clip(targets[..., 0], 1e-6, 1 - 1e-6)
    maps[..., HEAT] = np.log(heat / (1 - heat))
    maps[..., X : HEIGHT + 1] = targets[..., 3:7]
    maps[..., LIGHT], maps[..., PRINTED] = 8 * targets[..., 7] - 4, 8 * targets[..., 8] - 4
    maps[..., DIGITS] = 9 * np.eye(10)[targets[..., 9].astype(int)]
    everywhere = (-np.inf, -np.inf, np.inf, np.inf)
    canvas = Canvas(np.zeros((SIDE_PX, SIDE_PX), np.uint8), (Tile(1.0, 0, 0, SIDE_PX, SIDE_PX, everywhere),))
    return peaks(maps, canvas, threshold=0.9999)


def ink_around(contrast, box, *, margin=5):
    """The tight box of the ink in and around a box, and whether the ink is light."""
    left, top = (max(0, int(side) - margin) for side in box[:2])
    right, bottom = (int(np.ceil(side)) + margin for side in box[:2] + box[2:])
    depth = contrast[top:bottom, left:right].astype(int) - 128
    most = depth.flat[np.abs(depth).argmax()]
    rows, columns = np.nonzero(depth / most > 0.6)
    low, high = np.array([columns.min(), rows.min()]), np.array([columns.max(), rows.max()]) + 1
    return np.concatenate([low + np.array([left, top]), high - low]), most < 0


def is_near(ink, box):
    """Whether middles and sides are a pixel or so apart: what is blurred has no sharp end."""
    middle = ink[:2] + ink[2:] / 2 - box[:2] - box[2:] / 2
    return np.abs(middle).max() <= 1.5 and np.abs(ink[2:] - box[2:]).max() <= 2.5


def test_the_readers_own_peaks_of_the_maps_are_the_true_boxes():
    scene = draw_scene(3, spec=SceneSpec(pen="marker", layout="lines", paper="plain"), size_px=(640, 480))
    labels = labelled(np.ascontiguousarray(scene.image[..., 1]), labels_of(scene))
    rng, compared = np.random.default_rng(1), 0
    for _ in range(30):
        contrast, maps = np.full((SIDE_PX, SIDE_PX), 128, np.uint8), np.zeros((CELLS, CELLS, TARGETS), np.float32)
        view = crops._view_of(labels, WHOLE, rng)
        used = crops._show(labels.grey, view, WHOLE, contrast)
        crops._mark_all(maps, labels, view, used, light=False)
        found = read_back(maps)
        true = view.boxes(labels.digits[:, 1:])
        middles, known = (boxes[:, :2] + boxes[:, 2:] / 2 for boxes in (found.boxes_px, true))
        nearest = np.abs(middles[:, None] - known).max(axis=2).argmin(axis=1)
        assert np.abs(found.boxes_px - true[nearest]).max(initial=0) < 0.01
        assert found.digits.argmax(axis=1).tolist() == labels.digits[nearest, 0].tolist()
        assert len(set(nearest)) == len(nearest)
        size = np.maximum(true[:, 3], 0.6 * true[:, 2])
        assert len(found) == ((size >= crops.LEAST_PX) & (size < crops.MOST_PX) & ~used.cut(true)).sum()
        compared += len(found)
    assert compared > 50


def test_the_ink_of_a_crop_is_where_its_maps_say_and_as_light():
    scenes = [picture((400, 300), digit=3), picture((300, 400), digit=7, light=True)]
    compared = 0
    for number in range(60):
        contrast, maps = crop_of(scenes, np.random.default_rng(number))
        found = read_back(maps)
        for box, light in zip(found.boxes_px, found.light, strict=True):
            if (box[:2] < 8).any() or (box[:2] + box[2:] > SIDE_PX - 8).any():
                continue  # a neighbour may be cut off there, and its ink be in the window
            ink, is_light = ink_around(contrast, box)
            assert is_near(ink, box)
            assert is_light == (light > 0.5)
            compared += 1
    assert compared > 60


def test_maps_that_were_moved_are_caught_by_that_comparison():
    contrast, maps = crop_of([picture((400, 300), digit=3)], np.random.default_rng(4))
    found = read_back(np.roll(maps, 1, axis=1))
    assert len(found)
    assert not any(is_near(ink_around(contrast, box)[0], box) for box in found.boxes_px)


def test_pictures_that_share_a_crop_do_not_mix():
    # Either colour of ink means one digit, in either light.
    small = [picture((90, 90), digit=3), picture((90, 90), digit=7, light=True)]
    shared = 0
    for number in range(80):
        contrast, maps = crop_of(small, np.random.default_rng(number))
        learned = maps[..., 2] > 0
        inked = cv2.dilate(np.abs(contrast.astype(np.int16) - 128).astype(np.uint8), np.ones((25, 25), np.uint8)) > 12
        cells = inked.reshape(CELLS, STRIDE_PX, CELLS, STRIDE_PX).any(axis=(1, 3))
        assert not (learned & ~cells).any()
        found = read_back(maps)
        shared += len(set(found.digits.argmax(axis=1).tolist())) == 2
        for box, light in zip(found.boxes_px, found.light, strict=True):
            assert ink_around(contrast, box, margin=2)[1] == (light > 0.5)
    assert shared > 3


def marked(scene, *, x_px=0.0):
    maps = np.zeros((CELLS, CELLS, TARGETS), np.float32)
    maps[..., 1] = 1
    crops._mark_all(maps, scene, View(x_px, 0.0, 1.0, 1.0), WHOLE, light=False)
    return maps


PAPER = np.full((160, 400), 200, np.uint8)


def test_what_is_cut_off_unsure_or_too_large_is_not_learned_and_has_no_weight():
    whole, cut, unsure, large = (20, 20, 16, 24), (-10, 60, 16, 24), (80, 80, 20, 20), (100, 10, 30, 34)
    scene = labelled_picture(PAPER, digits=[(5, *whole), (6, *cut), (8, *large)], unsure=[unsure])
    maps = marked(scene)
    assert maps[60 // 4 : 84 // 4, : 6 // 4, 1].max() == 0
    assert maps[80 // 4 : 100 // 4, 80 // 4 : 100 // 4, 1].max() == 0
    assert maps[10 // 4 : 44 // 4, 100 // 4 : 130 // 4, 1].max() == 0
    assert maps[5:11, 5:9, 1].min() == 1
    assert (maps[..., 2] == 1).sum() == 1
    found = read_back(maps)
    assert found.boxes_px == pytest.approx(np.array([whole]), abs=0.01)
    assert found.digits.argmax() == 5


def test_much_larger_and_much_smaller_digits():
    maps = marked(labelled_picture(PAPER, digits=[(1, 10, 10, 60, 90), (2, 120, 120, 5, 8)]))
    assert not maps[..., 2].any()
    # What is much larger is seen at another level: here its strokes are no digit.
    assert maps[4:24, 4:16, 1].min() == 1
    # What is smaller may be seen or not.
    assert maps[30, 30, 1] == 0


def test_print_is_learned_as_print():
    maps = marked(labelled_picture(PAPER, digits=[(4, 20, 20, 14, 20)], printed=[(4, 100, 20, 14, 20)]))
    found = read_back(maps)
    order = found.boxes_px[:, 0].argsort()
    assert (found.printed[order] > 0.5).tolist() == [False, True]


def test_neighbours_keep_their_own_middles():
    boxes = [(1, 20, 40, 8, 24), (7, 30, 40, 10, 24)]
    found = read_back(marked(labelled_picture(PAPER, digits=boxes)))
    order = found.boxes_px[:, 0].argsort()
    assert found.boxes_px[order] == pytest.approx(np.array(boxes, float)[:, 1:], abs=0.01)
    assert found.digits[order].argmax(axis=1).tolist() == [1, 7]


def test_a_batch_is_the_same_for_the_same_seed_and_another_for_another():
    scenes = [picture((400, 300), digit=3)]
    first, again, other = (batch_of(scenes, 3, seed) for seed in ((0, 5), (0, 5), (0, 6)))
    assert first[0].shape == (3, SIDE_PX, SIDE_PX)
    assert first[1].shape == (3, CELLS, CELLS, TARGETS)
    assert first[0].dtype == np.uint8
    assert first[1].dtype == np.float32
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_pictures_of_a_few_pixels_give_crops():
    tiny = labelled_picture(np.full((3, 5), 90, np.uint8), others=[(1, 1, 2, 2)])
    contrast, maps = batch_of([tiny], 8, (0, 0))
    assert not maps[..., 2].any()
    assert contrast.shape == (8, SIDE_PX, SIDE_PX)
