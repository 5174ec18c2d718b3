"""From a program's start to the digits of one picture: wall time and peak memory of whole processes, in turns.

    python -m benchmarks.peers.startup [--rounds 10]

The bare script imports NumPy, OpenCV and the runtime, opens the picture, and asks the network once.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.peers.side import keep, present, spread, weighed
from edgedigits.bundle import default_bundle

if TYPE_CHECKING:
    from collections.abc import Sequence

PICTURE = "docs/read-page.jpg"
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


def run(command: Sequence[str]) -> tuple[float, float]:
    """Seconds and MB of a process."""
    _, took_s, peak_mb = weighed(command)
    return took_s, peak_mb


def measure(*, rounds: int) -> dict[str, dict[str, object]]:
    """Command -> seconds and peak memory; the first round warms up the disk's cache, and shows who is here."""
    here = present({name: partial(run, command) for name, command in COMMANDS.items()})
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in here}
    for _ in range(rounds):
        for name in here:
            runs[name].append(run(COMMANDS[name]))
    return {
        name: {"s": spread([took_s for took_s, _ in each]), "peak_mb": round(statistics.median(mb for _, mb in each))}
        for name, each in runs.items()
    }


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    result = measure(rounds=parser.parse_args().rounds)
    for name, one in result.items():
        print(f"{name:22}  {one['s']['median']:.2f} s  {one['peak_mb']} MB")
    ours, bare = result["edgedigits recognize"], result["bare script"]
    ratios = {
        "wall": round(ours["s"]["median"] / bare["s"]["median"], 2),
        "memory": round(ours["peak_mb"] / bare["peak_mb"], 2),
    }
    print(f"recognize / bare script: wall {ratios['wall']} (limit 1.9), peak memory {ratios['memory']} (limit 1.4)")
    bars = {name: one["s"]["median"] for name, one in result.items()}
    keep("startup", {"recognize_over_bare": ratios, "processes": result}, bars=bars, axis="seconds")


if __name__ == "__main__":
    main()
