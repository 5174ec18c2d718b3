"""The integers of a full-integer TFLite file of the documented network, and what makes them fit the C code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.errors import ExportError, require
from edgedigits_export.c.fixedpoint import Softmax, fixed, softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

OPERATORS = (
    "CONV_2D",
    "MAX_POOL_2D",
    "CONV_2D",
    "MAX_POOL_2D",
    "CONV_2D",
    "RESHAPE",
    "FULLY_CONNECTED",
    "FULLY_CONNECTED",
    "SOFTMAX",
)
# Weights of each layer as TFLite stores them: channels of the output first.
WEIGHTS = {
    "conv1": (32, 3, 3, 1),
    "conv2": (64, 3, 3, 32),
    "conv3": (64, 3, 3, 64),
    "dense1": (64, 576),
    "dense2": (10, 64),
}
ZERO_POINT = -128


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: weights int8 as in ``WEIGHTS``; bias, multipliers and shifts (channels,) int32.

    A sum times ``multiplier / 2**31 / 2**shift`` of its channel has the scale of the layer's output.
    """

    name: str
    weights: NDArray[np.int8]
    bias: NDArray[np.int32]
    multipliers: NDArray[np.int32]
    shifts: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class IntegerNetwork:
    """What the C code needs; ``value = (stored - zero_point) * scale`` at both ends."""

    layers: tuple[Layer, ...]
    logit_zero_point: int
    softmax: Softmax
    input_scale: float
    input_zero_point: int
    output_scale: float
    output_zero_point: int


def read_network(content: bytes) -> IntegerNetwork:
    """Read a TFLite file.

    Raises:
        ExportError: it is not the documented network in int8, quantised per channel, as the converter writes it.

    """
    schema = require("ai_edge_litert.schema_py_generated", extra="export")
    try:
        model = schema.ModelT.InitFromPackedBuf(content, 0)
        graph = model.subgraphs[0]
        names = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
        codes = [model.operatorCodes[operator.opcodeIndex] for operator in graph.operators]
        operators = tuple(names[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in codes)
    except Exception as error:  # a flatbuffer that is none raises whatever its bytes happen to lead to
        raise ExportError(f"no TFLite file to write C for ({error})") from error
    if operators != OPERATORS:
        raise ExportError(f"C is written for the operators {', '.join(OPERATORS)}; found {', '.join(operators)}")
    return _Reader(model, graph).network()


class _Reader:
    """A parsed file whose operators are those of the documented network."""

    def __init__(self, model: Any, graph: Any) -> None:
        self._buffers, self._tensors, self._operators = model.buffers, graph.tensors, graph.operators

    def network(self) -> IntegerNetwork:
        weighted = [operator for operator in self._operators if len(operator.inputs) == 3]
        if len(weighted) != len(WEIGHTS):
            raise ExportError(f"C is written for {len(WEIGHTS)} layers with a bias, found {len(weighted)}")
        layers = tuple(self._layer(name, operator) for name, operator in zip(WEIGHTS, weighted, strict=True))
        logits, probabilities = weighted[-1].outputs[0], self._operators[-1].outputs[0]
        (logit_scale, logit_zero), (output_scale, output_zero) = self._end(logits), self._end(probabilities)
        input_scale, input_zero = self._end(self._operators[0].inputs[0])
        # The C code relies on them: one step of probability is 1/256, and it computes with value - zero point.
        if (output_scale, output_zero, input_zero) != (1 / 256, ZERO_POINT, ZERO_POINT):
            raise ExportError(
                f"C is written for an output of scale 1/256 and zero points of {ZERO_POINT} at both ends; "
                f"found {output_scale:.6g}, {input_zero} and {output_zero}"
            )
        return IntegerNetwork(
            layers,
            logit_zero,
            softmax(logit_scale, beta=self._operators[-1].builtinOptions.beta),
            input_scale,
            input_zero,
            output_scale,
            output_zero,
        )

    def _layer(self, name: str, operator: Any) -> Layer:
        source, weights, bias = operator.inputs
        stored = self._array(weights, np.int8, WEIGHTS[name])
        channels = WEIGHTS[name][:1]
        input_scale, input_zero = self._end(source)
        output_scale, output_zero = self._end(operator.outputs[0])
        scales = self._tensors[weights].quantization.scale
        if len(scales) != channels[0]:
            raise ExportError(f"C is written for a scale per channel; {name} has {len(scales)} for {channels[0]}")
        relu = operator.builtinOptions.fusedActivationFunction == 1
        if input_zero != ZERO_POINT or relu != (name != "dense2") or (relu and output_zero != ZERO_POINT):
            raise ExportError(
                f"C is written for a ReLU and a zero point of {ZERO_POINT} after every layer but the last; "
                f"{name} goes from {input_zero} to {output_zero}"
            )
        factors = [fixed(input_scale * float(scale) / output_scale) for scale in scales]
        multipliers, shifts = np.array([(factor.multiplier, factor.shift) for factor in factors], np.int32).T
        return Layer(name, stored, self._array(bias, np.int32, channels), multipliers, shifts)

    def _array(self, index: int, dtype: type, shape: tuple[int, ...]) -> NDArray[Any]:
        tensor = self._tensors[index]
        stored = np.asarray(self._buffers[tensor.buffer].data).tobytes()
        wanted = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if tuple(map(int, tensor.shape)) != shape or len(stored) != wanted:
            found = f"{tuple(map(int, tensor.shape))} in {len(stored)} bytes"
            raise ExportError(f"C is written for weights {shape} of {np.dtype(dtype)}, found {found}")
        return np.frombuffer(stored, dtype).reshape(shape)

    def _end(self, index: int) -> tuple[float, int]:
        quantisation = self._tensors[index].quantization
        if quantisation is None or quantisation.scale is None:
            raise ExportError("C is written for a file of full integer arithmetic; this one has values without a scale")
        return float(quantisation.scale[0]), int(quantisation.zeroPoint[0])
