"""The same picture is the same pixels for both networks, with any processor, NumPy and OpenCV."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from edgedigits_camera.detection.pyramid import canvases, pyramid
from edgedigits_camera.digits import patches
from edgedigits_camera.digits.patches import View, cut_out, patch_and_box, strengths, turned
from edgedigits_camera.digits.resizing import CUBIC, doubled, resized

# Seen alike on x86-64, 64-bit and 32-bit Arm, with NumPy 1.24 to 2.5 and OpenCV 4.6 to 5.0.
LIT_PAGE = "a149d5dba63ba454"
CONTRAST = {1: "1c66c893695e1b77", 2: "b78da0a2c156dfaf"}
PATCHES = {1: "8eaac76b877134ff", 2: "b6dce15b9e36a9ce"}
RESIZED, TURNED, STRENGTHS = "231125894726f6e3", "353afce48cbe340f", "14a9adcfae532714"
SIDES = (9, 41, 64, 97, 150, 233)
# What rounds sums of floats as processor and version will. INTER_AREA halves exactly, and is for that alone.
INEXACT = re.compile(r"cv2\.(divide|warp\w+|INTER_(CUBIC|LANCZOS4|LINEAR(?!_EXACT))|INTER_AREA)\b")
HALVING = "return cv2.resize(grey[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)"
ROOMS = [Path(patches.__file__).parents[1] / room for room in ("detection", "digits")]
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


@pytest.fixture(scope="module")
def grain():
    """(240, 300) uint8: bright noise, whose sums are long and often lie between two values."""
    return 255 - np.random.default_rng(5).integers(0, 60, (240, 300), dtype=np.uint8) ** 2 // 14


def test_every_size_is_the_same(grain):
    parts = [(grain[:side, : side + 60], round(144 * side / (side + 60))) for side in SIDES]
    assert digest(*(resized(part, width=144, height=height) for part, height in parts)) == RESIZED


def test_what_is_turned_is_the_same(grain):
    assert digest(*(turned(grain[:side, : side + 9], 0.15) for side in SIDES)) == TURNED


def test_the_strength_of_ink_is_the_same():
    assert digest(*(strengths(share * 255 / side) for side in SIDES for share in (0.1, 0.5, 0.7))) == STRENGTHS


def test_doubling_adds_up_in_whole_numbers(grain):
    """The same by matrices of whole 64ths; what lies in the middle goes up."""
    rows, columns = (np.zeros((2 * side, side), np.int64) for side in grain.shape)
    for weights in (rows, columns):
        last = weights.shape[1] - 1
        for index in range(len(weights)):
            for tap, weight in enumerate((64 * CUBIC[index % 2 :: 2]).astype(int)):
                weights[index, np.clip((index + 1) // 2 - 2 + tap, 0, last)] += weight
    sums = rows @ grain.astype(np.int64) @ columns.T
    np.testing.assert_array_equal(doubled(grain), np.clip((sums + 2048) >> 12, 0, 255))


@pytest.mark.parametrize(
    "path", sorted(path for room in ROOMS for path in room.glob("*.py")), ids=lambda path: path.name
)
def test_nothing_is_used_that_differs_by_processor(path):
    assert not INEXACT.search(path.read_text(encoding="utf-8").replace(HALVING, ""))
