"""TFLite files, read with the schema that comes with ai-edge-litert."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

from edgedigits.errors import BundleError, require
from edgedigits.graphs.graph import Graph, Operator, Quantisation, Tensor
from edgedigits.metadata import read_metadata

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def read(path: Path) -> Graph:
    """The one graph of a file, and its metadata; its ends are named as in its signature.

    Raises:
        BundleError: it is no TFLite file of one graph.
        MissingExtraError: ai-edge-litert is not installed.

    """
    return replace(parse(path.read_bytes(), name=str(path)), metadata=read_metadata(path))


def parse(content: bytes, *, name: str) -> Graph:
    """The same from the bytes of a file, without metadata; its name is for errors."""
    schema = require("ai_edge_litert.schema_py_generated", extra="headless")
    try:
        model = schema.ModelT.InitFromPackedBuf(content, 0)
        (graph,) = model.subgraphs
        kinds, dtypes = names_of(schema.BuiltinOperator), names_of(schema.TensorType)
        ends = _ends(model.signatureDefs or ())
        tensors = tuple(
            _tensor(tensor, ends.get(place), model.buffers, dtypes) for place, tensor in enumerate(graph.tensors)
        )
        codes = [kinds[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in model.operatorCodes]
        operators = tuple(_operator(step, codes[step.opcodeIndex], tensors) for step in graph.operators)
        inputs, outputs = tuple(map(int, graph.inputs)), tuple(map(int, graph.outputs))
    except Exception as error:  # a flatbuffer that is none raises whatever its bytes happen to lead to
        raise BundleError(f"{name} is no TFLite file of one graph ({type(error).__name__}: {error})") from error
    return Graph(tensors, operators, inputs, outputs)


def names_of(enumeration: type) -> dict[int, str]:
    """Number to name, of one of the schema's enumerations."""
    return {number: name for name, number in vars(enumeration).items() if isinstance(number, int)}


def _ends(signatures: Sequence[Any]) -> dict[int, str]:
    """Names that signatures have for tensors."""
    ends = (end for signature in signatures for end in (*signature.inputs, *signature.outputs))
    return {end.tensorIndex: end.name.decode() for end in ends}


def _tensor(tensor: Any, end: str | None, buffers: Sequence[Any], dtypes: dict[int, str]) -> Tensor:
    data = buffers[tensor.buffer].data
    # Where a dimension is open, only the signature tells: it has -1 there, the shape 1.
    shape = tensor.shape if tensor.shapeSignature is None else tensor.shapeSignature
    return Tensor(
        name=end or tensor.name.decode(),
        shape=() if shape is None else tuple(map(int, shape)),
        dtype=dtypes[tensor.type].lower(),
        constant=data is not None and len(data) > 0,
        quantisation=_quantisation(tensor.quantization),
    )


def _quantisation(found: Any) -> Quantisation | None:
    if found is None or found.scale is None:
        return None
    scales, zero_points = tuple(map(float, found.scale)), tuple(map(int, found.zeroPoint))
    return Quantisation(scales, zero_points, int(found.quantizedDimension) if len(scales) > 1 else None)


def _operator(step: Any, name: str, tensors: tuple[Tensor, ...]) -> Operator:
    # An input that an operator can do without, and does, is -1.
    inputs = tuple(int(index) for index in step.inputs if index >= 0)
    outputs = tuple(map(int, step.outputs))
    return Operator(name, inputs, outputs, _macs(name, [tensors[index] for index in inputs], tensors[outputs[0]]))


def _macs(name: str, inputs: list[Tensor], output: Tensor) -> int:
    values = output.values
    if name in ("CONV_2D", "FULLY_CONNECTED"):  # weights (outputs, ...)
        return values * prod(inputs[1].shape[1:])
    if name == "DEPTHWISE_CONV_2D":  # weights (1, height, width, outputs)
        return values * prod(inputs[1].shape[:-1])
    if name == "TRANSPOSE_CONV":  # output's shape, weights (outputs, height, width, inputs), values
        return inputs[2].values * prod(inputs[1].shape[:-1])
    return values * inputs[0].shape[-1] if name == "BATCH_MATMUL" else 0
