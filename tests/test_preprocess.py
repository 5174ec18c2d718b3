"""Ink of any size into MNIST's form."""

import numpy as np
import pytest

from edgedigits.preprocess import MNIST, PatchSpec, fit_box, resampling, to_patch


def ring(height, width, pen):
    """A tight elliptic ring of ink, (H, W) uint8."""
    y, x = np.mgrid[0:height, 0:width]
    radius = np.hypot((y - (height - 1) / 2) / (height / 2), (x - (width - 1) / 2) / (width / 2))
    return np.where((radius <= 1) & (radius >= 1 - 2 * pen / height), 255, 0).astype(np.uint8)


def ink_box(patch):
    rows, columns = np.flatnonzero(patch.any(axis=1)), np.flatnonzero(patch.any(axis=0))
    return rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1


def centre_of_mass(patch):
    weights = patch.astype(float)
    grid = np.arange(28)
    return (weights.sum(axis=1) @ grid) / weights.sum(), (weights.sum(axis=0) @ grid) / weights.sum()


@pytest.mark.parametrize("height", [7, 14, 20, 21, 57, 400])
@pytest.mark.parametrize("aspect", [0.3, 0.7, 1.0, 1.4])
def test_the_longer_side_is_twenty_pixels_and_the_aspect_is_kept(height, aspect):
    width = max(2, round(height * aspect))
    patch = to_patch(ring(height, width, max(1, height // 8)))
    longer, shorter = 20, 20 * min(height, width) / max(height, width)
    assert max(ink_box(patch)) == longer
    assert abs(min(ink_box(patch)) - shorter) <= 1


@pytest.mark.parametrize("shift", [0, 3, 11])
def test_margins_without_ink_do_not_matter(shift):
    ink = ring(40, 30, 5)
    assert np.array_equal(to_patch(ink), to_patch(np.pad(ink, ((shift, 2), (1, shift)))))


def test_the_centre_of_mass_is_the_middle_pixel():
    ink = ring(50, 40, 6)
    ink[25:] = 0  # uneven: the box is not where the mass is
    for centre in centre_of_mass(to_patch(ink)):
        assert 13.5 <= centre <= 14.5


def test_the_strongest_pixel_is_full_ink_even_when_the_pen_is_thin():
    assert to_patch(ring(200, 150, 2)).max() == 255


def test_no_ink_gives_an_empty_patch():
    assert not to_patch(np.zeros((30, 30), np.uint8)).any()


def test_a_single_pixel_is_ink():
    assert to_patch(np.full((1, 1), 9, np.uint8)).max() == 255


def test_very_uneven_ink_stays_inside_the_patch():
    ink = np.zeros((20, 20), np.uint8)
    ink[0, :] = ink[:, 0] = 1
    ink[0, 0] = 255
    assert to_patch(ink).shape == (28, 28)


@pytest.mark.parametrize("ink", [np.zeros((3, 3, 3), np.uint8), np.zeros((3, 3), np.float32)])
def test_other_arrays_are_refused_with_what_was_found(ink):
    with pytest.raises(ValueError, match=str(ink.dtype)):
        to_patch(ink)


@pytest.mark.parametrize(("size_in", "size_out"), [(7, 20), (20, 20), (57, 20), (400, 20), (1, 20), (20, 1)])
def test_resampling_keeps_a_constant(size_in, size_out):
    assert np.ptp(resampling(size_in, size_out).sum(axis=1)) == 0


def test_resampling_to_the_same_size_changes_nothing():
    weights = resampling(20, 20)
    assert np.array_equal(weights, weights[0, 0] * np.eye(20))


@pytest.mark.parametrize("size_in", [7, 57, 400])
def test_a_patch_is_what_whole_numbers_give(size_in):
    ink = ring(size_in, size_in, max(1, size_in // 8)) // 2 + np.arange(size_in, dtype=np.uint8) % 100
    weights = resampling(size_in, 20).astype(np.int64)
    glyph = weights @ ink.astype(np.int64) @ weights.T
    assert np.array_equal(fit_box(ink, box_px=20), np.rint(255 * glyph / glyph.max()))


def test_another_form_can_be_asked_for():
    assert to_patch(ring(50, 40, 6), spec=PatchSpec(size_px=32, box_px=24)).shape == (32, 32)


def test_mnist_itself_is_left_as_it_is(mnist_test):
    images, _ = mnist_test
    whole = images[(images.max(axis=(1, 2)) == 255) & fills_the_box(images)]
    same = np.array([np.array_equal(to_patch(image), image) for image in whole[:2000]])
    assert same.mean() > 0.99


def fills_the_box(images):
    rows, columns = images.any(axis=2).sum(axis=1), images.any(axis=1).sum(axis=1)
    return np.maximum(rows, columns) == MNIST.box_px
