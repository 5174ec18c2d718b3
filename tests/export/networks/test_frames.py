"""Images brought into the shape that a network takes."""

import numpy as np
import pytest

from edgedigits_export.networks.frames import frames_of


def corner():
    """An image with one white pixel, at row 3 and column 7."""
    image = np.zeros((1, 28, 28, 1), np.float32)
    image[0, 3, 7, 0] = 1
    return image


@pytest.mark.parametrize(
    ("shape", "place"),
    [
        ((None, 28, 28), (0, 3, 7)),
        ((None, 28, 28, 1), (0, 3, 7, 0)),
        ((None, 1, 28, 28), (0, 0, 3, 7)),
        ((None, None, None, 1), (0, 3, 7, 0)),
        ((None, 784), (0, 3 * 28 + 7)),
        ((1, 28, 28), (0, 3, 7)),
        ((28, 28), (3, 7)),
        ((28, 28, 1), (3, 7, 0)),
        ((784,), (3 * 28 + 7,)),
        ((10, 784), (9, 3 * 28 + 7)),
        ((None, 28, 28, 3), (0, 3, 7, 2)),
        ((None, 3, 28, 28), (0, 2, 3, 7)),
        ((None, 32, 32, 1), (0, 5, 9, 0)),
        ((None, 1, 32, 32), (0, 0, 5, 9)),
        ((None, 3, 32, 32), (0, 1, 5, 9)),
        ((None, 1024), (0, 5 * 32 + 9)),
        ((None, 24, 24), (0, 1, 5)),
    ],
)
def test_a_pixel_comes_where_the_network_looks_for_it(shape, place):
    given = np.asarray(frames_of(shape)[0](corner()))
    assert given.shape == tuple(size or wanted for size, wanted in zip(shape, given.shape, strict=True))
    assert given[place] == 1
    copies = given.shape[0] if shape[0] == 10 else 3 if 3 in shape else 1
    assert given.sum() == copies


@pytest.mark.parametrize(
    ("shape", "batch"), [((None, 784), None), ((1, 784), 1), ((10, 784), 10), ((784,), 1), ((28, 28), 1)]
)
def test_images_that_are_taken_at_a_time_are_counted(shape, batch):
    assert frames_of(shape)[0].batch == batch


def test_another_size_may_want_a_margin_or_a_larger_digit():
    padded, resized = frames_of((None, 56, 56, 1))
    image = np.ones((1, 28, 28, 1), np.float32)
    assert np.asarray(padded(image)).sum() == 28 * 28
    assert np.asarray(resized(image)).sum() == 56 * 56


@pytest.mark.parametrize(
    "shape",
    [(None,), (None, 5), (None, 26, 28), (None, 28, 28, 2), (None, 300, 300, 1), (None, 8, 8), (None, 3, 28, 28, 3)],
)
def test_what_is_no_square_image_has_no_way(shape):
    assert frames_of(shape) == ()
