"""Exporting: ``edgedigits export`` of all formats, checked, proven and reported, beside the bare converters.

    python -m benchmarks.peers.export [--formats all]

The export is one run, and each format has the time from its conversion to its last proof; the converters have processes
of their own, from the same weights. What they write has been looked at by nobody.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers.side import in_child, keep, present, weighed
from edgedigits.bundle import Bundle, default_bundle

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def bare(name: str) -> float:
    """Seconds of a converter alone, TensorFlow's start included."""
    return round(weighed([sys.executable, "-c", LOADED + BARE[name]]).wall_s, 1)


def proven(formats: str) -> dict[str, float]:
    """Seconds of our export, by format, and of all of it with its start."""
    steps, weight = in_child("benchmarks.peers.export", "--formats", formats, "--child")
    return {f"edgedigits {name}": round(each, 1) for name, each in steps.items()} | {
        "edgedigits all": round(weight.wall_s, 1)
    }


def export(formats: str) -> dict[str, float]:
    """Seconds from what is told of each format to what is told next; beginning and end have no format."""
    from edgedigits_export.pipeline import Request
    from edgedigits_export.pipeline import export as run

    told: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        request = Request(source=default_bundle(), out=Path(folder, "bundle"), formats=formats)
        run(request, on_step=lambda step, _: told.append((step, time.perf_counter())))
        told.append(("", time.perf_counter()))
    took_s: dict[str, float] = {}
    names = {artifact.format for artifact in Bundle.read(default_bundle()).artifacts}
    for (step, begin_s), (_, end_s) in pairwise(told):
        name = format_in(step, names)
        took_s[name] = took_s.get(name, 0.0) + end_s - begin_s
    return took_s


def format_in(step: str, names: Iterable[str]) -> str:
    """The format that a step is about, as in "prove int8 in litert"."""
    return next((word for word in step.split() if word in names), "reports")


def main() -> None:
    """Measure, print, keep; with ``--child``, be the process that exports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--formats", default="all")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(export(options.formats)))
        return
    ours = present({"edgedigits export": partial(proven, options.formats)}).get("edgedigits export", {})
    took_s = ours | present({f"converter {name}": partial(bare, name) for name in BARE})
    for name, each in took_s.items():
        print(f"{name:22} {each:.1f} s")
    keep("export", {"s": took_s}, bars=took_s, axis="seconds")


if __name__ == "__main__":
    main()
