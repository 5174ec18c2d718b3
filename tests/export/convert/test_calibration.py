from dataclasses import replace

import numpy as np
import pytest

from edgedigits.errors import CalibrationError
from edgedigits_export.convert.calibration import Calibration


def rows(images):
    return {image.tobytes() for image in images}


def test_images_come_from_the_training_split_alone(trained):
    drawn = list(Calibration(trained.data, 200).images())
    assert {image.shape for image in drawn} == {(1, 28, 28, 1)}
    training = rows(image[None, ..., None].astype(np.float32) / 255 for image in trained.data.train.images)
    others = rows(
        image[None, ..., None].astype(np.float32) / 255
        for split in (trained.data.validation, trained.data.test)
        for image in split.images
    )
    assert rows(drawn) <= training
    assert not rows(drawn) & others
    assert len(rows(drawn)) == 200


def test_a_seed_gives_the_same_images_and_another_seed_gives_others(trained):
    first, again, other = (list(Calibration(trained.data, 20, seed).images()) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("count", [0, -1, 9, 100_000])
def test_an_impossible_count_is_refused(trained, count):
    with pytest.raises(CalibrationError, match=f"10 to 1080 training images, got {count}"):
        Calibration(trained.data, count)


def with_training(trained, *, images=None, labels=None):
    """The data with another training split."""
    train = trained.data.train
    train = replace(train, images=train.images if images is None else images)
    return replace(trained.data, train=replace(train, labels=train.labels if labels is None else labels))


def test_every_digit_has_the_same_share(trained):
    calibration = Calibration(trained.data, 200)
    counts = np.bincount(trained.data.train.labels[calibration.rows()], minlength=10)
    assert counts.tolist() == [20] * 10


def test_calibration_on_one_class_only_is_refused(trained):
    sevens = with_training(trained, labels=np.full_like(trained.data.train.labels, 7))
    with pytest.raises(CalibrationError, match="of 100 calibration images 0 show digit 0, at least 5 must") as caught:
        Calibration(sevens, 100)
    assert "training split likely lacks digits" in str(caught.value)


def test_a_scarce_digit_is_refused_and_half_of_its_share_is_enough(trained):
    labels = np.arange(1080, dtype=np.uint8) % 9
    labels[:4] = 9
    with pytest.raises(CalibrationError, match="4 show digit 9, at least 5 must"):
        Calibration(with_training(trained, labels=labels), 100)
    labels[4] = 9
    Calibration(with_training(trained, labels=labels), 100)


@pytest.mark.parametrize(("factor", "brightest"), [(0, 0), (1 / 255, 1)])
def test_calibration_on_images_without_white_ink_is_refused(trained, factor, brightest):
    images = (trained.data.train.images * factor).astype(np.uint8)
    with pytest.raises(
        CalibrationError, match=f"brightest pixel of the calibration images is {brightest}, at least 250"
    ):
        Calibration(with_training(trained, images=images), 100)


def test_test_images_cannot_be_handed_in(trained):
    with pytest.raises(TypeError):
        Calibration(trained.data, 100, images=trained.data.test.images)
    with pytest.raises(AttributeError):
        Calibration(trained.data.test, 100)
