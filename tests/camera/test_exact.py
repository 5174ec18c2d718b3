"""Sums of drawn pictures: whole, whatever the order in which a processor adds."""

import cv2
import numpy as np
import pytest

from edgedigits_camera.scene import exact, homography
from edgedigits_camera.scene.exact import averaged, blurred, curved, enlarged, gaussian, on_grid, shaken, shrunk, warped

GRID, WEIGHTS = 4096, 1024


@pytest.fixture(scope="module")
def picture():
    """(90, 120, 3) float32 in -3.9..3.9: noise, whose sums are as long as they get."""
    return np.random.default_rng(3).uniform(-3.9, 3.9, (90, 120, 3)).astype(np.float32)


def in_whole_numbers(values, steps=GRID):
    whole = np.rint(values.astype(np.float64) * steps)
    assert np.array_equal(whole / steps, values)
    return whole.astype(np.int64)


def summed(whole, kernel, axis):
    """The same sums in whole numbers."""
    reach = len(kernel) // 2
    pad = [(reach, reach) if each == axis else (0, 0) for each in range(whole.ndim)]
    around, length = np.pad(whole, pad, mode="reflect"), whole.shape[axis]
    return sum(int(weight) * around.take(range(tap, tap + length), axis) for tap, weight in enumerate(kernel))


def test_the_grid_takes_the_nearest_step():
    values = np.float32([-3.99, -1e-5, 0, 0.25, 1.00013, 3.9])
    assert np.array_equal(on_grid(values), np.rint(values * np.float64(GRID)) / GRID)


@pytest.mark.parametrize("sigma_px", [0.35, 0.8, 1.3, 6.0])
def test_a_blur_rounds_no_sum(picture, sigma_px):
    kernel = in_whole_numbers(gaussian(sigma_px), WEIGHTS)
    assert kernel.sum() == WEIGHTS
    across = summed(in_whole_numbers(on_grid(picture)), kernel, 1) / (GRID * WEIGHTS)
    expected = summed(in_whole_numbers(on_grid(across.astype(np.float32))), kernel, 0) / (GRID * WEIGHTS)
    assert np.array_equal(blurred(picture, sigma_px), expected)


@pytest.mark.parametrize("sigma_px", [0.6, 1.3, 4.0])
def test_a_blur_is_as_wide_as_asked(sigma_px):
    kernel = gaussian(sigma_px).astype(np.float64)
    away = np.arange(len(kernel)) - len(kernel) // 2
    assert np.sqrt(kernel @ away**2) == pytest.approx(sigma_px, rel=0.03)


def test_a_warp_rounds_no_sum(picture):
    matrix = homography.homography_to(np.array([[-3.3, 2.1], [118.4, -4.0], [125.2, 91.7], [1.0, 95.5]]), (120, 90))
    (places, parts), whole = exact._places(matrix, (120, 90)), in_whole_numbers(on_grid(picture))
    x, y = np.array([parts & 31, parts >> 5], np.int64)[:, :, :, None]
    columns, rows = (np.pad(np.arange(side), 40, mode="reflect") for side in (120, 90))
    left, top = (places[:, :, axis].astype(int) + 40 for axis in (0, 1))
    expected = sum(
        whole[rows[top + down], columns[left + right]] * (x if right else 32 - x) * (y if down else 32 - y)
        for down in (0, 1)
        for right in (0, 1)
    )
    assert np.array_equal(warped(picture, matrix, (120, 90)), expected / (GRID * 1024))


def test_a_page_goes_onto_its_corners_and_back():
    corners = np.array([[12.5, -3.25], [600.0, 20.0], [650.75, 500.0], [-8.0, 470.125]])
    page = homography.corners_of((640, 480))
    matrix = homography.homography_to(corners + 1e-4, (640, 480))
    assert homography.project(matrix, page) == pytest.approx(corners, abs=1e-9)
    assert homography.project(homography.inverse(matrix), corners) == pytest.approx(page, abs=1e-9)
    solved = cv2.getPerspectiveTransform(page.astype(np.float32), corners.astype(np.float32))
    assert matrix == pytest.approx(solved, abs=1e-6)


def test_a_picture_that_is_moved_by_whole_pixels_stays_what_it_was(picture):
    matrix = homography.homography_to(homography.corners_of((120, 90)) + np.array([7.0, 4.0]), (120, 90))
    assert np.array_equal(warped(picture, matrix, (120, 90))[4:, 7:], on_grid(picture)[:-4, :-7])


def test_curves_are_those_of_opencv(picture):
    coarse = np.ascontiguousarray(picture[:14, :19, 0])
    expected = cv2.resize(coarse, (120, 90), interpolation=cv2.INTER_CUBIC)
    assert curved(coarse, (90, 120)) == pytest.approx(expected, abs=1e-5)
    part = (slice(20, 50), slice(7, 90))
    assert np.array_equal(curved(coarse, (90, 120), part), curved(coarse, (90, 120))[part])


@pytest.mark.parametrize("times", [2, 4, 8])
def test_enlarging_rounds_no_sum(picture, times):
    shape = (11 * times - 1, 14 * times - 3)
    large = enlarged(picture[:11, :14], times, shape)
    at = (np.arange(shape[1]) + 0.5) / times - 0.5
    left = np.clip(np.floor(at).astype(int), 0, 12)
    share, row = np.clip(at - left, 0, 1)[:, None], on_grid(picture)[0].astype(np.float64)
    assert large.shape == (*shape, 3)
    assert np.array_equal(large[0], row[left] * (1 - share) + row[left + 1] * share)


def test_a_mean_is_that_of_all_pixels_around(picture):
    flat = averaged(picture[:, :, 0], 31, 5)
    part = on_grid(picture)[40:45, 40:71, 0].astype(np.float64)
    assert flat[42, 55] == np.float32(np.float32(part.sum()) / np.float32(155))


def test_what_shakes_is_the_mean_of_its_places(picture):
    expected = (picture[10, 19:22].astype(np.float64)).mean(axis=0)
    assert shaken(picture, np.array([2.1, 0.4]))[10, 20] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("times", [1.2, 2.0, 3.7])
def test_a_coarser_sensor_averages(picture, times):
    smooth = blurred(picture, 3.0)
    size_px = (round(120 / times), round(90 / times))
    assert shrunk(smooth, size_px) == pytest.approx(cv2.resize(smooth, size_px, interpolation=cv2.INTER_AREA), abs=0.08)
