"""Ranges of values by percentile or entropy, for a TFLite file: TensorFlow's own are the least and largest value.

A value that is seen once in a thousand images may stretch a range, so that all others share fewer of the 256 steps.
"""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any

import numpy as np
from onnxruntime.quantization.calibrate import HistogramCollector
from tensorflow.lite.tools import flatbuffer_utils

from edgedigits.errors import require

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

MIN_MAX, PERCENTILE, ENTROPY = METHODS = ("min-max", "percentile", "entropy")
# Bins of a histogram, and the share of values that lie in the range, in percent: onnxruntime's own numbers.
BINS = {PERCENTILE: 2048, ENTROPY: 128}
SHARE = 99.999


def narrowed(calibrated: bytes, images: Iterable[NDArray[np.float32]], *, method: str) -> bytes:
    """A float32 TFLite file with ranges beside its tensors, those between its ends taken anew from the same images."""
    model: Any = flatbuffer_utils.convert_bytearray_to_object(calibrated)
    (graph,) = model.subgraphs
    ends = {*graph.inputs, *graph.outputs}
    inner = {place: each.quantization for place, each in enumerate(graph.tensors) if place not in ends and ranged(each)}
    found = ranges(calibrated, images, list(inner), method=method)
    # What pools and reshapes has one range with what it reads, and must keep one.
    for own in {(float(each.min[0]), float(each.max[0])) for each in inner.values()}:
        alike = [place for place, each in inner.items() if (float(each.min[0]), float(each.max[0])) == own]
        low, high = min(found[place][0] for place in alike), max(found[place][1] for place in alike)
        for place in alike:
            inner[place].min, inner[place].max = [low], [high]
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def ranged(tensor: Any) -> bool:
    """Whether the converter gave a tensor a range."""
    return tensor.quantization is not None and tensor.quantization.min is not None and len(tensor.quantization.min) == 1


def ranges(
    content: bytes, images: Iterable[NDArray[np.float32]], places: list[int], *, method: str
) -> dict[int, tuple[float, float]]:
    """Least and largest value that count, of the tensors in these places of a float32 TFLite file."""
    collector = HistogramCollector(
        method=method,
        symmetric=False,
        num_bins=BINS[method],
        num_quantized_bins=BINS[ENTROPY],
        percentile=SHARE,
        scenario="same",
    )
    with contextlib.redirect_stdout(io.StringIO()):  # it tells of its work there
        for values in run(content, images, places):
            collector.collect({str(place): array for place, array in values.items()})
        found = collector.compute_collection_result()
    low_high = {int(name): each[:2] for name, each in found.items()}
    return {place: (float(np.min(low)), float(np.max(high))) for place, (low, high) in low_high.items()}


def run(
    content: bytes, images: Iterable[NDArray[np.float32]], places: list[int]
) -> Iterator[dict[int, NDArray[np.float32]]]:
    """Values of tensors of a TFLite file, image by image."""
    litert = require("ai_edge_litert.interpreter", extra="export")
    # XNNPACK keeps what lies between its ends to itself.
    plain = litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = litert.Interpreter(
        model_content=content, experimental_op_resolver_type=plain, experimental_preserve_all_tensors=True
    )
    interpreter.allocate_tensors()
    (source,) = interpreter.get_input_details()
    for image in images:
        interpreter.set_tensor(source["index"], image)
        interpreter.invoke()
        yield {place: interpreter.get_tensor(place) for place in places}
