"""The demo's pages and its clip are the same pixels with any processor, NumPy and OpenCV."""

import hashlib

import numpy as np
import pytest

from edgedigits_camera.demo import CLIP, CLIP_FRAMES, CLIP_SIZE_PX, PAGES
from edgedigits_camera.scene import draw_clip, draw_scene

# Seen alike on x86-64, 64-bit and 32-bit Arm, with NumPy 1.24 to 2.4 and OpenCV 4.6 to 5.0.
DRAWN = {
    "plain": "90e446dccc9cb38b",
    "ruled": "b828268a80aba6a6",
    "grid": "e876870ed0ea851b",
    "blackboard": "35d07e6e7e695a9c",
    "sums": "1c2c52f83b9e522b",
}
DRAWN_CLIP = "d34d8f6ba5b1e73e"


def digest(*images):
    return hashlib.sha256(b"".join(np.ascontiguousarray(image).tobytes() for image in images)).hexdigest()[:16]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_demo_is_the_same(name):
    seed, spec = PAGES[name]
    assert digest(draw_scene(seed, spec=spec).image) == DRAWN[name]


def test_the_clip_of_the_demo_is_the_same():
    seed, spec = CLIP
    clip = draw_clip(seed, frames=CLIP_FRAMES, size_px=CLIP_SIZE_PX, spec=spec)
    assert digest(*(scene.image for scene in clip)) == DRAWN_CLIP
