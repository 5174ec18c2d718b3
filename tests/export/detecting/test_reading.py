"""What is false and what is found, in scenes as a detector sees them."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the extra `export` is not installed")
pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

from edgedigits_camera.detection.maps import CHANNELS, DIGITS, HEAT, STRIDE_PX
from edgedigits_export.detecting.crops import Labelled
from edgedigits_export.detecting.reading import Measured, counts_in, false_peaks

SIDE_PX = 96


class Peaks:
    """A detector that finds 16 x 16 pixels around some places of the whole picture, takes them for 3, and no more."""

    def __init__(self, heats):
        self.heats = heats

    def maps(self, contrast):
        maps = np.full((contrast.shape[0] // STRIDE_PX, contrast.shape[1] // STRIDE_PX, CHANNELS), -9, np.float32)
        maps[..., 1:5] = 0
        for (x, y), heat in self.heats.items():
            maps[y // STRIDE_PX, x // STRIDE_PX, HEAT] = np.log(heat / (1 - heat))
            maps[y // STRIDE_PX, x // STRIDE_PX, DIGITS] = np.eye(10)[3] * 9
        return maps


def scene(*, digits=(), printed=(), unsure=()):
    rows = [np.array(boxes, np.float32).reshape(-1, 5) for boxes in (digits, printed)]
    others = np.zeros((0, 4), np.float32)
    return Labelled(
        np.zeros((SIDE_PX, SIDE_PX), np.uint8), *rows, others, np.array(unsure, np.float32).reshape(-1, 4), 0
    )


DIGIT, PRINT, UNSURE = (3, 10, 10, 18, 18), (5, 60, 10, 18, 18), (10, 60, 18, 18)
AT_DIGIT, AT_PRINT, AT_UNSURE, ELSEWHERE = (18, 18), (70, 18), (18, 70), (70, 70)


def test_peaks_are_false_where_nothing_is():
    whole = scene(digits=[DIGIT], printed=[PRINT], unsure=[UNSURE])
    detector = Peaks(dict.fromkeys((AT_DIGIT, AT_PRINT, AT_UNSURE, ELSEWHERE), 0.6))
    assert false_peaks(whole, detector) == pytest.approx(np.array([[62, 62, 16, 16]]))
    assert len(false_peaks(scene(digits=[DIGIT]), detector)) == 3
    assert len(false_peaks(scene(), detector)) == 4
    assert false_peaks(scene(), Peaks({})).shape == (0, 4)


def test_faint_peaks_are_not_worth_learning():
    assert len(false_peaks(scene(), Peaks({ELSEWHERE: 0.25, AT_DIGIT: 0.15}))) == 1


def test_finds_are_counted_at_each_heat():
    whole = scene(digits=[DIGIT, (8, 60, 60, 18, 18)], printed=[PRINT])
    at_some, at_more = counts_in(whole, Peaks({AT_DIGIT: 0.9, AT_PRINT: 0.9, ELSEWHERE: 0.4, (30, 50): 0.6}))
    some, more = Measured(0.3, at_some), Measured(0.5, at_more)
    assert (at_some.found, at_some.right, at_some.false) == (2, 1, 1)
    assert (some.recall, some.precision) == (1, pytest.approx(2 / 3))
    assert (more.recall, more.precision) == (0.5, 0.5)
    assert str(more) == "heat 0.5: recall 50.0%, precision 50.0%"
    assert Measured.of(more.as_object()) == more
