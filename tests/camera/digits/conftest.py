"""Detections made of boxes, and candidates that no network looked at."""

import numpy as np
import pytest

from edgedigits_camera.detection.detect import Detections
from edgedigits_camera.digits.candidates import Candidates


@pytest.fixture(scope="session")
def detections_of():
    """What a detector that is sure of boxes (N, 4) gives."""

    def detections(boxes, *, light=0.0, scale=1.0):
        boxes = np.asarray(boxes, float).reshape(-1, 4)
        one = np.ones(len(boxes), np.float32)
        opinion = np.eye(10, dtype=np.float32)[np.arange(len(boxes)) % 10]
        return Detections(boxes, 0.9 * one, light * one, 0 * one, opinion, scale * one.astype(float), 0 * one)

    return detections


@pytest.fixture
def seen_of(detections_of):
    """Candidates with boxes (N, 4) and anything else by chance."""

    def seen(boxes, *, seed=0, **found):
        rng, found = np.random.default_rng(seed), detections_of(boxes, **found)
        views = rng.dirichlet(np.full(10, 0.3), (len(found), 3)).astype(np.float32)
        patches = rng.integers(0, 256, (len(found), 28, 28)).astype(np.uint8)
        return Candidates(found, patches, views, *rng.random((2, len(found))).astype(np.float32), found.boxes_px)

    return seen
