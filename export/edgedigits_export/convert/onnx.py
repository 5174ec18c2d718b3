"""ONNX files: conversion, clean-up, quantisation, and a look into what was written."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import onnx
import tf2onnx
from onnxruntime import quantization

from edgedigits.errors import BundleError, ExportError
from edgedigits.graphs.onnx import read
from edgedigits_export.convert.ranges import ENTROPY, MIN_MAX, PERCENTILE
from edgedigits_export.gates.structure import INPUT, Contents, contents_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits.graphs import Graph
    from edgedigits.graphs import Operator as Step
    from edgedigits_export.networks.tracing import Traceable

# Every runtime of the last four years reads it.
OPSET = 17
# Layers with weights: where time goes, so what must be computed in eight bits.
WEIGHTED = frozenset({"Conv", "Gemm", "MatMul"})
CALIBRATION = {
    MIN_MAX: quantization.CalibrationMethod.MinMax,
    PERCENTILE: quantization.CalibrationMethod.Percentile,
    ENTROPY: quantization.CalibrationMethod.Entropy,
}


def float32(network: Traceable) -> bytes:
    """A file with float32 weights, input and output, its names in order."""
    _, infer = network.traced()
    model, _ = tf2onnx.convert.from_function(infer, input_signature=infer.input_signature, opset=OPSET)
    rename(model)
    flatten_biases(model)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def int8(network: Traceable, images: Iterable[NDArray[np.float32]], *, method: str = MIN_MAX) -> bytes:
    """A file that onnxruntime computes in int8 between its QuantizeLinear and DequantizeLinear; float32 in and out.

    Args:
        network: what to convert.
        images: (1, 28, 28, 1) float32 in 0..1; the ranges of all values are taken from them.
        method: how, one of :data:`edgedigits_export.convert.ranges.METHODS`.

    """
    from onnxruntime.quantization.shape_inference import quant_pre_process

    # The calibrators by percentile and entropy tell of their work.
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        plain, prepared, written = (Path(folder, f"{name}.onnx") for name in ("plain", "prepared", "written"))
        plain.write_bytes(float32(network))
        quant_pre_process(plain, prepared, skip_symbolic_shape=True)  # it would need sympy, and nothing is symbolic
        # Of the documented network, MinMax, Entropy and Percentile with 100 to 2,000 images lost no more than 0.01
        # points; MinMax is the quickest and needs no histogram. One scale for each channel halves the largest
        # difference (0.06 to 0.03).
        # The softmax stays float32: its answers would be rounded to 1/256, and it takes no time.
        quantization.quantize_static(
            prepared,
            written,
            _Reader(iter(images)),
            quant_format=quantization.QuantFormat.QDQ,
            per_channel=True,
            activation_type=quantization.QuantType.QInt8,
            weight_type=quantization.QuantType.QInt8,
            calibrate_method=CALIBRATION[method],
            op_types_to_quantize=["Conv", "Relu", "MaxPool", "Transpose", "Reshape", "Gemm"],
        )
        model = onnx.load(written)
    rename(model)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


class _Reader:
    """What onnxruntime's quantiser takes images from."""

    def __init__(self, images: Iterator[NDArray[np.float32]]) -> None:
        self._images = images

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        image = next(self._images, None)
        return None if image is None else {INPUT: image}


def rename(model: Any) -> None:
    """Name nodes and tensors by their order: the converter counts on from file to file, so bytes would never repeat."""
    graph = model.graph
    names = {end.name: end.name for end in (*graph.input, *graph.output)}
    for number, node in enumerate(graph.node):
        node.name = f"{node.op_type.lower()}_{number}"
        for place, name in enumerate(node.input):
            names.setdefault(name, f"{node.name}_in{place}")
        for name in node.output:
            names.setdefault(name, node.name)
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]
    for tensor in graph.initializer:
        tensor.name = names[tensor.name]
    graph.initializer.sort(key=lambda tensor: tensor.name)
    graph.name, graph.doc_string = "edgedigits", ""
    del graph.value_info[:]


def flatten_biases(model: Any) -> None:
    """Give biases of dense layers that came as a row (1, N) the shape (N,), which means the same.

    onnxruntime's quantiser expects one scale a channel of them, and ends with an error otherwise.
    """
    biases = {node.input[2] for node in model.graph.node if node.op_type == "Gemm" and len(node.input) > 2}
    for tensor in model.graph.initializer:
        if tensor.name in biases and len(tensor.dims) == 2 and tensor.dims[0] == 1:
            del tensor.dims[0]


def contents(path: Path) -> Contents:
    """Operators and ends of an ONNX file; nothing is run.

    Raises:
        ExportError: it is no ONNX file with one input and one output.

    """
    try:
        graph = read(path)
    except BundleError as error:
        raise ExportError(str(error)) from error
    return contents_of(graph, _types)


def _types(graph: Graph, step: Step) -> set[str]:
    """In which an operator with weights computes: as stored, where what it reads is dequantised."""
    stored = {
        other.outputs[0]: graph.tensors[other.inputs[2]].dtype  # its zero point has the stored type
        for other in graph.operators
        if other.name == "DequantizeLinear"
    }
    return {stored.get(place, graph.tensors[place].dtype) for place in step.inputs if step.name in WEIGHTED}
