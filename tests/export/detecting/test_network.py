"""The detector's network is what its users say of it."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the extra `export` is not installed")
pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

from edgedigits.backends.detectors.base import scaled
from edgedigits_camera.detection.maps import CHANNELS, HEAT
from edgedigits_export.detecting.network import build
from edgedigits_export.detecting.reading import KerasDetector


@pytest.fixture(scope="module")
def detector():
    return KerasDetector()


def test_any_canvas_has_an_answer_for_every_four_by_four_pixels(detector):
    for size in ((16, 16), (48, 80), (160, 64)):
        contrast = np.random.default_rng(1).integers(1, 256, size).astype(np.uint8)
        maps = detector.maps(contrast)
        assert maps.shape == (size[0] // 4, size[1] // 4, CHANNELS)
        assert maps.dtype == np.float32
        assert np.allclose(maps, np.asarray(detector.model(scaled(contrast)))[0], atol=1e-5)


def test_an_untrained_network_sees_hardly_a_digit(detector):
    assert detector.maps(np.full((64, 64), 128, np.uint8))[..., HEAT].max() < -2


def test_it_is_small():
    assert build().count_params() < 100_000


def test_far_away_ink_changes_nothing(detector):
    contrast = np.full((320, 320), 128, np.uint8)
    other = contrast.copy()
    other[:16, :16] = 255
    changed = np.abs(detector.maps(other) - detector.maps(contrast)).max(axis=2) > 1e-6
    assert changed[:8, :8].any()
    assert not changed[-8:, -8:].any()
