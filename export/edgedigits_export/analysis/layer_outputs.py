"""What every layer of a file of the documented network gives, in a process without TensorFlow."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.backends.onnx import scaled
from edgedigits.backends.tflite import stored_pixels
from edgedigits.errors import ExportError, require
from edgedigits.graphs.tflite import parse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits.graphs import Graph, Quantisation

    Values = NDArray[np.float64]

# Of the documented network, in order; the softmax is an operator of its own.
LAYERS = ("conv1", "pool1", "conv2", "pool2", "conv3", "flatten", "dense1", "dense2", "softmax")
WEIGHTED = ("conv1", "conv2", "conv3", "dense1", "dense2")
# They store the same values otherwise, and are no layers.
CONVERSIONS = frozenset({"QUANTIZE", "DEQUANTIZE", "QuantizeLinear", "DequantizeLinear", "Transpose"})
# The same in ONNX, after a reshape to channels first.
ONNX = ("Reshape", "Conv", "MaxPool", "Conv", "MaxPool", "Conv", "Reshape", "Gemm", "Gemm", "Softmax")


@dataclass(frozen=True, slots=True)
class Traced:
    """By layer: its outputs (N, ...) and its weights (outputs, ...), both float64 with channels last."""

    outputs: dict[str, Values]
    weights: dict[str, Values]


def trace(path: Path, patches: NDArray[np.uint8]) -> Traced:
    """Run a .tflite, .onnx or edgedigits_model_data.c over patches (N, 28, 28) uint8 and look at every layer.

    Raises:
        ExportError: it holds other layers than the documented network.

    """
    return TRACERS[path.suffix](path, patches)


def trace_tflite(path: Path, patches: NDArray[np.uint8]) -> Traced:
    """In litert's plain kernels, which keep every tensor."""
    runtime = require("ai_edge_litert.interpreter", extra="export")
    graph = parse(path.read_bytes(), name=str(path))
    outputs, weights = tflite_layers(graph, name=str(path))
    interpreter = runtime.Interpreter(
        model_path=os.fspath(path),
        experimental_preserve_all_tensors=True,
        # Delegates fuse operators: what lies between them is then nowhere.
        experimental_op_resolver_type=runtime.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]

    def value(place: int) -> Values:
        return real(interpreter.get_tensor(place), graph.tensors[place].quantisation)

    found: dict[str, list[Values]] = {name: [] for name in outputs}
    for image in stored_pixels(source)[patches][:, None, :, :, None]:
        interpreter.set_tensor(source["index"], image)
        interpreter.invoke()
        for name, place in outputs.items():
            found[name].append(value(place))
    return Traced(joined(found), {name: value(place) for name, place in weights.items()})


def tflite_layers(graph: Graph, *, name: str) -> tuple[dict[str, int], dict[str, int]]:
    """Places of each layer's output and weights among a graph's tensors."""
    steps = [step for step in graph.operators if step.name not in CONVERSIONS]
    if len(steps) != len(LAYERS):
        raise ExportError(f"{name} has {len(steps)} operators, expected one for each of {', '.join(LAYERS)}")
    named = dict(zip(LAYERS, steps, strict=True))
    return {layer: step.outputs[0] for layer, step in named.items()}, {name: named[name].inputs[1] for name in WEIGHTED}


def trace_onnx(path: Path, patches: NDArray[np.uint8]) -> Traced:
    """A quantised file, in onnxruntime operator by operator: fused ones show nothing of what lies between them."""
    onnx, runtime = require("onnx", extra="export"), require("onnxruntime", extra="export")
    model = onnx.load(path)
    outputs, weights = onnx_layers(model.graph, name=str(path))
    shown = [*outputs.values(), *weights.values()]
    del model.graph.output[:]
    model.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in shown)
    options = runtime.SessionOptions()
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    found: dict[str, list[Values]] = {name: [] for name in outputs}
    for image in scaled(patches):
        values = dict(zip(shown, session.run(shown, {model.graph.input[0].name: image[None]}), strict=True))
        for layer, name in outputs.items():
            found[layer].append(channels_last(values[name]))
    return Traced(
        joined(found),
        # Convolutions have (outputs, inputs, height, width), dense layers (inputs, outputs).
        {
            layer: channels_last(values[name] if values[name].ndim == 4 else values[name].T)
            for layer, name in weights.items()
        },
    )


def onnx_layers(graph: Any, *, name: str) -> tuple[dict[str, str], dict[str, str]]:
    """Names of each layer's output, after it was quantised, and of its weights."""
    steps = [node for node in graph.node if node.op_type not in CONVERSIONS]
    if (found := tuple(node.op_type for node in steps)) != ONNX:
        raise ExportError(f"{name} has the operators {', '.join(found)}, expected {', '.join(ONNX)}")
    stored = {node.input[0]: node.output[0] for node in graph.node if node.op_type == "QuantizeLinear"}
    read = {node.input[0]: node.output[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    named = dict(zip(LAYERS, steps[1:], strict=True))
    outputs = {layer: read.get(stored.get(node.output[0], ""), node.output[0]) for layer, node in named.items()}
    return outputs, {layer: named[layer].input[1] for layer in WEIGHTED}


def trace_c(path: Path, patches: NDArray[np.uint8]) -> Traced:
    """In NumPy, which computes what the C code does bit for bit."""
    from edgedigits_export.c import reference
    from edgedigits_export.c.network import read_network
    from edgedigits_export.c.runtimes import tflite_of

    content = tflite_of(path)
    network, graph = read_network(content), parse(content, name=str(path))
    outputs, weights = tflite_layers(graph, name=str(path))
    stored = dict(zip(LAYERS, reference.layers(network, patches), strict=True))
    kernels = {layer.name: layer.weights for layer in network.layers}
    return Traced(
        {name: real(stored[name], graph.tensors[place].quantisation) for name, place in outputs.items()},
        {name: real(kernels[name], graph.tensors[place].quantisation) for name, place in weights.items()},
    )


TRACERS: dict[str, Callable[[Path, NDArray[np.uint8]], Traced]] = {
    ".tflite": trace_tflite,
    ".onnx": trace_onnx,
    ".c": trace_c,
}


def real(stored: NDArray[Any], quantisation: Quantisation | None) -> Values:
    """(stored - zero point) * scale where it is quantised."""
    values = stored.astype(np.float64)
    if quantisation is None or not quantisation.scales:
        return values
    shape = [1] * values.ndim
    if quantisation.axis is not None:
        shape[quantisation.axis] = -1
    scales, zero_points = np.array(quantisation.scales), np.array(quantisation.zero_points)
    return (values - zero_points.reshape(shape)) * scales.reshape(shape)


def channels_last(values: NDArray[np.float32]) -> Values:
    """Four dimensions with channels second turned; others as they are."""
    turned = values.transpose(0, 2, 3, 1) if values.ndim == 4 else values
    return turned.astype(np.float64)


def joined(found: dict[str, list[Values]]) -> dict[str, Values]:
    """Images of each layer (1, ...) as one array."""
    return {name: np.concatenate(values) for name, values in found.items()}
