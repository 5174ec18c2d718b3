"""How long each stage of the camera's path takes, on the demo's pages: ``edgedigits benchmark`` runs it as a process.

python -m edgedigits_camera.live.timed BUNDLE BACKEND THREADS SECONDS

capture   decoding a frame's JPEG, which is what a webcam sends
find      grey, pyramid, local contrast, the detector's network
patch     peaks of its maps, and each candidate's ink as a patch
infer     the network that names them
judge     features and trees, the choice, lines of text
track     whether anything moved, and what stands there steadily
draw      the picture with boxes and digits
"""

from __future__ import annotations

import itertools
import json
import statistics
import sys
import time
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from edgedigits.backends.detectors.base import DetectorAdapter
from edgedigits.errors import EdgeDigitsError
from edgedigits.recognizer import Recognizer
from edgedigits_camera.digits.judge import Judge
from edgedigits_camera.live.drawn import SEED, SIZE_PX
from edgedigits_camera.live.frames import Frame, Kind
from edgedigits_camera.live.look import Look
from edgedigits_camera.live.memory import keep_freed_memory
from edgedigits_camera.live.view import View, drawn
from edgedigits_camera.profiles import LIVE
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import draw_clip

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edgedigits.backends import DetectorBackend, Opened, OpenedDetector
    from edgedigits_camera.reader import Page

STAGES = ("capture", "find", "patch", "infer", "judge", "track", "draw")
PAGES, FRAMES = 3, 8
# Late enough after the one before for each frame to be read.
PERIOD_S = 0.1
WARM_UP, LEAST_FRAMES = 3, 24
# So many times the time that was given, for the least number of frames on a slow machine.
PATIENCE = 3
JPEG_QUALITY = 90


class Stopwatch(Recognizer):
    """A recognizer that keeps how long its networks took; what lies between their answers belongs to other stages."""

    def read(self, image: NDArray[np.uint8], *, judge: Judge) -> Page:
        """Read a frame, and keep the milliseconds of its stages."""
        self.stages_ms = dict.fromkeys(("find", "patch", "infer", "judge"), 0.0)
        self._since_s, self._now = time.perf_counter(), "find"
        page = read_page(image, self, profile=LIVE, judge=judge)
        self._end(then="find")
        return page

    def probabilities(self, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the network says."""
        self._end(then="infer")
        said = super().probabilities(patches)
        self._end(then="judge")
        return said

    @cached_property
    def detector(self) -> OpenedDetector:
        """The detector, whose end is told."""
        opened = super().detector
        return replace(opened, backend=Told(opened.backend, partial(self._end, then="patch")))

    def _end(self, *, then: str) -> None:
        now_s = time.perf_counter()
        self.stages_ms[self._now] += 1000 * (now_s - self._since_s)
        self._since_s, self._now = now_s, then


class Told(DetectorAdapter):
    """A detector that tells when it has answered."""

    def __init__(self, inner: DetectorBackend, on_answer: Callable[[], None]) -> None:
        self.name, self._inner, self._on_answer = inner.name, inner, on_answer

    def _run(self, contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
        found = self._inner.maps(contrast)
        self._on_answer()
        return found


def measure(recognizer: Stopwatch, *, time_s: float, clock: Callable[[], float] = time.perf_counter) -> dict[str, Any]:
    """Look at frames for so long, and at some at the least: milliseconds of each stage of each, and what was read."""
    read = partial(recognizer.read, judge=Judge.of(recognizer.bundle.judge))
    look, jpegs, taken, digits = Look(read, kind=Kind.CLIP), frames(), [], []
    ends_s = clock() + time_s
    for index, jpeg in enumerate(itertools.cycle(jpegs)):
        began_s = clock()
        image = np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        captured_s = clock()
        seen = look(Frame(image, index * PERIOD_S, index))
        looked_s = clock()
        drawn(seen, View())
        shown_s = clock()
        if index >= WARM_UP and "read" in seen.stages_ms:
            stages_ms = {"capture": 1000 * (captured_s - began_s), **recognizer.stages_ms}
            stages_ms["track"] = 1000 * (looked_s - captured_s) - sum(recognizer.stages_ms.values())
            taken.append({**stages_ms, "draw": 1000 * (shown_s - looked_s)})
            digits.append(len(seen.page.readings))
        left_s = ends_s - shown_s
        if taken and (left_s < -PATIENCE * time_s or (left_s < 0 and len(taken) >= LEAST_FRAMES)):
            break
    return {
        "network": named(recognizer.opened),
        "detector": named(recognizer.detector),
        "width_px": SIZE_PX[0],
        "height_px": SIZE_PX[1],
        "frames": len(taken),
        "digits": round(statistics.fmean(digits), 2),
        "stages_ms": {name: [round(each[name], 4) for each in taken] for name in STAGES},
    }


def named(opened: Opened | OpenedDetector) -> str:
    """Such as ``int8 in litert``."""
    return f"{opened.candidate.format} in {opened.candidate.backend}"


def frames() -> list[bytes]:
    """JPEGs of the demo's first pages, each in a hand that drifts."""
    scenes = (scene for page in range(PAGES) for scene in draw_clip(SEED + page, frames=FRAMES, size_px=SIZE_PX))
    return [
        cv2.imencode(".jpg", scene.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes() for scene in scenes
    ]


def main(bundle: str, backend: str, threads: str, time_s: str) -> None:
    """Measure and print; a failure is one line on stderr and exit code 1."""
    cv2.setNumThreads(int(threads))
    keep_freed_memory()  # as the live loop does
    try:
        with Stopwatch.load(Path(bundle), backend=backend, threads=int(threads)) as recognizer:
            found = measure(recognizer, time_s=float(time_s))
    except EdgeDigitsError as error:
        sys.exit(str(error))
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
