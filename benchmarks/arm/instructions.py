"""Instructions of one inference in each format, and of each stage of reading a frame; prints them as JSON.

Runs on the emulated device, whose launcher counts where COUNTS names a folder: see ``count.c``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from benchmarks.stages import spec, stages_of
from edgedigits.backends.selection import candidates
from edgedigits.bundle import Bundle, default_bundle
from edgedigits.recognizer import Recognizer
from edgedigits_camera.digits.judge import Judge
from edgedigits_camera.live.memory import keep_freed_memory
from edgedigits_camera.profiles import LIVE
from edgedigits_camera.scene import draw_scene

if TYPE_CHECKING:
    from collections.abc import Callable

SINGLES, BATCH = 4, 16
"""Counts repeat: a few calls after one to warm up say what many would."""
SEED, SIZE_PX = 1_000_000, (640, 480)


def counter() -> Callable[[], float]:
    """A clock that counts the instructions of this process."""
    mapped = np.memmap(Path(os.environ["COUNTS"]) / str(os.getpid()), np.uint64, "r", shape=(1,))
    return lambda: float(mapped[0])


def inference(recognizer: Recognizer, clock: Callable[[], float]) -> dict[str, float]:
    """Thousands of instructions for an image, asked for alone, in a batch, and with what ``classify`` adds."""
    patches = np.asarray(recognizer.bundle.golden["patches"], np.uint8)
    calls: dict[str, Callable[[], object]] = {
        "single": lambda: [recognizer.probabilities(patches[i : i + 1]) for i in range(SINGLES)],
        "batch": lambda: recognizer.probabilities(patches[:BATCH]),
        "classify": lambda: [recognizer.classify(patches[i : i + 1]) for i in range(SINGLES)],
    }
    found: dict[str, float] = {}
    for name, call in calls.items():
        call()
        begin = clock()
        call()
        found[name] = round((clock() - begin) / (BATCH if name == "batch" else SINGLES) / 1e3, 1)
    return found


def reading(recognizer: Recognizer, clock: Callable[[], float]) -> dict[str, float]:
    """Millions of instructions of each stage of reading a drawn page of a webcam's size, as ``camera`` reads it."""
    scene = draw_scene(SEED, spec=spec(SIZE_PX), size_px=SIZE_PX)
    judge = Judge.of(recognizer.bundle.judge)
    stages_of(scene.image, recognizer, judge=judge, profile=LIVE)
    stages = stages_of(scene.image, recognizer, judge=judge, profile=LIVE, clock=clock)
    return {"digits": len(scene.digits)} | {stage: round(count / 1e6, 2) for stage, count in stages.items()}


def main() -> None:
    """Count, print."""
    cv2.setNumThreads(1)
    keep_freed_memory()  # as the live loop does
    clock, bundle = counter(), Bundle.load(default_bundle())
    found: dict[str, Any] = {"inference_thousands": {}}
    for candidate in candidates(bundle, backend="litert"):
        with Recognizer.load(backend=candidate.backend, format=candidate.format) as recognizer:
            found["inference_thousands"][candidate.format] = inference(recognizer, clock)
    with Recognizer.load() as recognizer:
        found["auto"] = recognizer.opened.candidate.format
        found["frame_millions"] = reading(recognizer, clock)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
