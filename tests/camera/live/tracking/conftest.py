"""Pages of strokes before a camera without a reader: what is read is told."""

import cv2
import numpy as np
import pytest

from edgedigits.recognizer import Reading
from edgedigits_camera.live.frames import Frame
from edgedigits_camera.live.tracking import Tracker
from edgedigits_camera.reader import Page

SIZE_PX = (320, 240)
DIGITS = {3: (60, 80, 18, 30), 7: (90, 81, 16, 29), 5: (200, 150, 18, 28)}
"""Digit -> its box on the page: 37 in a line, 5 below."""


def drawn(digits=DIGITS, by=None):
    """Picture (240, 320, 3) of digits in their boxes, moved by a matrix (2, 3)."""
    image = np.full((SIZE_PX[1], SIZE_PX[0], 3), 205, np.uint8)
    for digit, (x, y, w, h) in digits.items():
        image[y : y + h, x : x + w] = glyph(digit, w, h)
    if by is None:
        return image
    return cv2.warpAffine(image, np.asarray(by, np.float64), SIZE_PX, borderValue=(205, 205, 205))


def glyph(digit, width, height):
    stamp = np.full((60, 40, 3), 205, np.uint8)
    cv2.putText(stamp, str(digit), (2, 52), cv2.FONT_HERSHEY_SIMPLEX, 1.8, (40, 40, 40), 5, cv2.LINE_AA)
    return cv2.resize(stamp, (width, height), interpolation=cv2.INTER_AREA)


def noisy(image, seed, *, sigma=4.0):
    noise = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def reading(digit, box, *, confidence=0.95, other=None, share=0.0):
    """A reading that gives ``share`` to another digit."""
    said = np.full(10, 0.002)
    said[digit] = 1 - share
    if other is not None:
        said[other] = share
    said /= said.sum()
    return Reading(int(said.argmax()), confidence, tuple(box), tuple(said.tolist()))


def page(digits=DIGITS, **of):
    return Page(tuple(reading(digit, box, **of) for digit, box in digits.items()), ())


def written(page):
    return {r.digit: r.box_xywh_px for r in page.readings if r.digit is not None and r.box_xywh_px}


class Watching:
    """A tracker that is shown pages at a rate; every frame is read."""

    def __init__(self, rate=30):
        self.tracker, self.rate, self.index, self.events, self.steady = Tracker(), rate, 0, [], None

    def show(self, readings, seconds, image=None):
        """Show what is read of each frame, a page or a function of the time; the picture is of that page, or of all."""
        if image is None:
            image = drawn() if callable(readings) else drawn(written(readings))
        for number in range(round(seconds * self.rate)):
            self.index += 1
            frame = Frame(image, self.index / self.rate, self.index)
            self.tracker.wants(frame)
            now = readings(number / self.rate) if callable(readings) else readings
            self.steady, events = self.tracker.update(frame, now)
            self.events += events
        return self

    @property
    def told(self):
        """What was said, in its order."""
        return [(event.kind.value, event.digit) for event in self.events]


@pytest.fixture(params=[15, 60], ids=lambda rate: f"{rate}-fps")
def watching(request):
    return Watching(request.param)


@pytest.fixture(name="drawn")
def _drawn():
    return drawn


@pytest.fixture(name="noisy")
def _noisy():
    return noisy


@pytest.fixture(name="page")
def _page():
    return page


@pytest.fixture(name="reading")
def _reading():
    return reading


@pytest.fixture(name="digits")
def _digits():
    return DIGITS


@pytest.fixture(name="watch")
def _watch():
    return Watching
