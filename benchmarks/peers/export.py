"""Exporting: ``edgedigits export`` of each format, checked, proven and reported, beside the bare converters.

    python -m benchmarks.peers.export [--formats float32 int8 ...]

Each in a process of its own, from the same weights. What the bare ones write has been looked at by nobody.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers.side import keep, present, weighed
from edgedigits.bundle import Bundle, default_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LOADED = """\
from edgedigits.bundle import default_bundle
from edgedigits_export.networks.bundled import load_bundled
model = load_bundled(default_bundle())[0].model
"""
TFLITE = """\
import tensorflow as tf
tf.lite.TFLiteConverter.from_keras_model(model).convert()
"""
INT8 = """\
import numpy as np, tensorflow as tf
converter = tf.lite.TFLiteConverter.from_keras_model(model)
converter.optimizations = [tf.lite.Optimize.DEFAULT]
images = np.random.default_rng(0).random((200, 1, 28, 28, 1), np.float32)
converter.representative_dataset = lambda: ([image] for image in images)
converter.convert()
"""
ONNX = """\
import tensorflow as tf, tf2onnx
tf2onnx.convert.from_function(
    tf.function(lambda image: model(image)), input_signature=[tf.TensorSpec((1, 28, 28, 1), tf.float32)], opset=17
)
"""
BARE = {"float32": TFLITE, "int8": INT8, "onnx": ONNX}


def seconds(command: Sequence[str | Path]) -> float:
    """Of a process."""
    return round(weighed(command)[1], 1)


def proven(formats: str) -> float:
    """Seconds of our export of some formats."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "edgedigits", "export", default_bundle(), "--formats", formats]
        return seconds([*command, "--out", Path(folder, "bundle")])


def bare(name: str) -> float:
    """Seconds of a converter alone."""
    return seconds([sys.executable, "-c", LOADED + BARE[name]])


def main() -> None:
    """Measure, print, keep."""
    formats = [artifact.format for artifact in Bundle.load(default_bundle()).artifacts]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--formats", nargs="+", choices=formats, default=formats, metavar="NAME")
    chosen = parser.parse_args().formats
    runs: dict[str, Callable[[], float]] = {f"edgedigits {name}": partial(proven, name) for name in chosen}
    if chosen == formats:
        runs["edgedigits all"] = partial(proven, "all")
    runs |= {f"converter {name}": partial(bare, name) for name in BARE if name in chosen}
    took_s = present(runs)
    for name, each in took_s.items():
        print(f"{name:22} {each:.1f} s")
    keep("export", {"s": took_s}, bars=took_s, axis="seconds")


if __name__ == "__main__":
    main()
