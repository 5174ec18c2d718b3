"""From a start to the digits of one picture: wall time, processor time and peak memory of whole processes, in turns.

    python -m benchmarks.peers.startup [--rounds 10]

The bare script imports NumPy, OpenCV and the runtime, opens the picture, and asks the network once.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from benchmarks.peers.side import Weight, keep, present, spread, weighed
from edgedigits.bundle import Bundle, default_bundle

if TYPE_CHECKING:
    from collections.abc import Sequence

# One digit on a page of 640 by 480: what the bare script can read as well.
PICTURE = str(Path(tempfile.gettempdir()) / "edgedigits-one-digit.jpg")
BARE = f"""\
import cv2, numpy as np
from ai_edge_litert.interpreter import Interpreter
image = cv2.imread({PICTURE!r}, cv2.IMREAD_GRAYSCALE)
interpreter = Interpreter({str(default_bundle() / "model_int8.tflite")!r})
interpreter.allocate_tensors()
source = interpreter.get_input_details()[0]
interpreter.set_tensor(source["index"], cv2.resize(image, (28, 28)).astype(source["dtype"]).reshape(1, 28, 28, 1))
interpreter.invoke()
"""
RAPIDOCR = f"from rapidocr_onnxruntime import RapidOCR; RapidOCR()({PICTURE!r})"
KERAS = """\
import numpy as np
from edgedigits.training.model import build_model
build_model()(np.zeros((1, 28, 28, 1)))
"""

COMMANDS: dict[str, Sequence[str]] = {
    "edgedigits recognize": [sys.executable, "-m", "edgedigits", "recognize", PICTURE],
    "edgedigits --help": [sys.executable, "-m", "edgedigits", "--help"],
    "bare script": [sys.executable, "-c", BARE],
    "keras, one answer": [sys.executable, "-c", KERAS],
    "RapidOCR": [sys.executable, "-c", RAPIDOCR],
    "Tesseract": ["tesseract", PICTURE, "stdout"],
}


def draw_picture() -> None:
    """Dark ink of a known digit in the middle of light paper."""
    ink = cv2.resize(Bundle.load(default_bundle()).golden["patches"][0], (112, 112), interpolation=cv2.INTER_CUBIC)
    page = np.full((480, 640), 230, np.uint8)
    page[184:296, 264:376] -= (ink * 0.8).astype(np.uint8)
    cv2.imwrite(PICTURE, page)


def measure(*, rounds: int) -> dict[str, dict[str, Any]]:
    """Command -> seconds and peak memory; the first round warms up the disk's cache, and shows who is here."""
    here = present({name: partial(weighed, command) for name, command in COMMANDS.items()})
    runs: dict[str, list[Weight]] = {name: [] for name in here}
    for _ in range(rounds):
        for name in here:
            runs[name].append(weighed(COMMANDS[name]))
    return {name: summary(weights) for name, weights in runs.items()}


def summary(weights: Sequence[Weight]) -> dict[str, Any]:
    """Several runs of one command."""
    return {
        "wall_s": spread([weight.wall_s for weight in weights]),
        "processor_s": spread([weight.processor_s for weight in weights]),
        "peak_mb": round(statistics.median(weight.peak_mb for weight in weights)),
    }


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    draw_picture()
    result = measure(rounds=parser.parse_args().rounds)
    for name, one in result.items():
        wall_s, processor_s = one["wall_s"]["median"], one["processor_s"]["median"]
        print(f"{name:22}  {wall_s:.2f} s, of the processor {processor_s:.2f} s, {one['peak_mb']} MB")
    ours, bare = result["edgedigits recognize"], result["bare script"]
    ratios = {what: round(ours[what]["median"] / bare[what]["median"], 2) for what in ("wall_s", "processor_s")}
    ratios["peak_mb"] = round(ours["peak_mb"] / bare["peak_mb"], 2)
    print(
        f"recognize / bare script: wall {ratios['wall_s']} (limit 1.9), processor {ratios['processor_s']}, "
        f"peak memory {ratios['peak_mb']} (limit 1.4)"
    )
    bars = {name: one["processor_s"]["median"] for name, one in result.items()}
    keep("startup", {"recognize_over_bare": ratios, "processes": result}, bars=bars, axis="seconds of the processor")


if __name__ == "__main__":
    main()
