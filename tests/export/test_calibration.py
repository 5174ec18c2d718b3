import numpy as np
import pytest

from edgedigits.errors import ExportError
from edgedigits_export.calibration import Calibration


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


@pytest.mark.parametrize("count", [0, -1, 100_000])
def test_an_impossible_count_is_refused(trained, count):
    with pytest.raises(ExportError, match=f"1 to 1080 training images, got {count}"):
        Calibration(trained.data, count)
