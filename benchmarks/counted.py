"""Work whose instructions are counted: ``classify`` of one patch, or one live frame with 26 digits.

    valgrind --tool=callgrind --instr-atstart=no python -m benchmarks.counted classify|frame LIBRARY

LIBRARY is ``SWITCH``, compiled: it tells valgrind when to count. Prints how often the work was done.
"""

from __future__ import annotations

import ctypes
import sys
from functools import partial
from typing import TYPE_CHECKING

import cv2

from edgedigits.recognizer import Recognizer
from edgedigits_camera.profiles import LIVE
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import SceneSpec, draw_scene

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

SWITCH = """\
#include <valgrind/callgrind.h>
void begin(void) { CALLGRIND_START_INSTRUMENTATION; }
void end(void) { CALLGRIND_STOP_INSTRUMENTATION; }
"""
TIMES = {"classify": 50, "frame": 2}
SCENE = SceneSpec(paper="ruled", pen="ballpoint", layout="lines", digit_px=48, tilt=0.0, strength=0.0)
SEED = 1_000_010  # 26 digits


def work(name: str) -> Callable[[], object]:
    """What is counted, with the networks open."""
    cv2.setNumThreads(1)
    recognizer = Recognizer.load(backend="litert", format="int8")
    if name == "classify":
        return partial(recognizer.classify, recognizer.bundle.golden["patches"][:1])
    return partial(read_page, frame(), recognizer, profile=LIVE)


def frame() -> NDArray[np.uint8]:
    """A webcam's picture (480, 640, 3) uint8 BGR of a page."""
    return draw_scene(SEED, spec=SCENE, size_px=(640, 480)).image


def main(name: str, library: str) -> None:
    """Do the work twice to warm up, then counted."""
    call, switch = work(name), ctypes.CDLL(library)
    call(), call()
    switch.begin()
    for _ in range(TIMES[name]):
        call()
    switch.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
