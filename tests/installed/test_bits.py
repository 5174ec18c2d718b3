"""The same picture is the same pixels for both networks, with any processor, NumPy and OpenCV."""

import hashlib

import numpy as np
import pytest

from edgedigits_camera.detection.pyramid import canvases, pyramid
from edgedigits_camera.digits.patches import View, cut_out, patch_and_box

# Seen alike on x86-64, 64-bit and 32-bit Arm, with NumPy 1.24 to 2.5 and OpenCV 4.6 to 5.0.
LIT_PAGE = "a149d5dba63ba454"
CONTRAST = {1: "1c66c893695e1b77", 2: "b78da0a2c156dfaf"}
PATCHES = {1: "b88e7ae973efdc37", 2: "019d8e1cadeee218"}
VIEWS = (View(), View(share=0.35), View(slope=0.15))


def digest(*arrays):
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()[:16]


@pytest.fixture(scope="module")
def lit(drawn):
    """The page on ruled paper in the shadow of a corner, computed in whole numbers."""
    page = drawn[0].astype(np.int64)
    page[50:160:40] -= 50
    rows, columns = np.indices(page.shape)
    return (page * (600 - rows - columns) // 600).astype(np.uint8)


def test_what_is_drawn_is_the_same(lit):
    assert digest(lit) == LIT_PAGE


@pytest.mark.parametrize("finest", CONTRAST)
def test_what_the_detector_sees_is_the_same(lit, finest):
    assert digest(*(canvas.contrast for canvas in canvases(pyramid(lit, finest=finest)))) == CONTRAST[finest]


@pytest.mark.parametrize("step", PATCHES)
def test_what_the_network_sees_is_the_same(lit, drawn, step):
    """Digits of 60 and of 30 pixels: larger and smaller than what they are cut out at."""
    grey = lit[::step, ::step]
    boxes = [tuple(length / step for length in box) for box in drawn[1]]
    cuts = [cut_out(page, box, light=light) for light, page in ((False, grey), (True, 255 - grey)) for box in boxes]
    assert digest(*(patch_and_box(cut, view)[0] for cut in cuts for view in VIEWS)) == PATCHES[step]
