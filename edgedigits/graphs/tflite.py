"""TFLite files, read with the schema that comes with ai-edge-litert."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from edgedigits.bundle.metadata import read_metadata
from edgedigits.errors import BackendError, BundleError, MissingExtraError, require
from edgedigits.graphs import interpreted
from edgedigits.graphs.graph import Graph, Operator, Quantisation, Tensor
from edgedigits.graphs.macs import macs_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Of a flatbuffer of this schema; four bytes stand before it.
IDENTIFIER = b"TFL3"


def read(path: Path) -> Graph:
    """The first graph of a file, and its metadata; its ends are named as in its signature.

    Raises:
        BundleError: it is no TFLite file.
        MissingExtraError: neither ai-edge-litert is installed nor a tflite-runtime that works.

    """
    try:
        graph = parse(path.read_bytes(), name=str(path))
    except MissingExtraError as missing:
        # On 32-bit Arm there is tflite-runtime alone.
        try:
            graph = interpreted.read(path)
        except (BackendError, MissingExtraError):
            raise missing from None
    return replace(graph, metadata=read_metadata(path))


def parse(content: bytes, *, name: str) -> Graph:
    """The same from the bytes of a file, without metadata; its name is for errors."""
    if content[4:8] != IDENTIFIER:
        raise BundleError(f"{name} is no TFLite file: bytes 5 to 8 are {content[4:8]!r}, expected {IDENTIFIER!r}")
    schema = require("ai_edge_litert.schema_py_generated", extra="headless")
    try:
        model = schema.ModelT.InitFromPackedBuf(content, 0)
        graph, *further = model.subgraphs
        kinds, dtypes = names_of(schema.BuiltinOperator), names_of(schema.TensorType)
        names = _names(graph, [each for each in model.signatureDefs or () if not each.subgraphIndex])
        tensors = tuple(
            _tensor(tensor, names.get(place, f"tensor {place}"), model.buffers, dtypes)
            for place, tensor in enumerate(graph.tensors)
        )
        numbers = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
        operators = tuple(
            _operator(step, kinds.get(number := numbers[step.opcodeIndex], f"operator {number}"), tensors)
            for step in graph.operators
        )
        inputs, outputs = _places(graph.inputs), _places(graph.outputs)
    except Exception as error:  # a flatbuffer that is none raises whatever its bytes happen to lead to
        why = f"{len(content):,} bytes, {type(error).__name__}: {error}"
        raise BundleError(f"{name} is a damaged TFLite file ({why}); copy it again") from error
    return Graph(tensors, operators, inputs, outputs, further=len(further))


def names_of(enumeration: type) -> dict[int, str]:
    """Number to name, of one of the schema's enumerations."""
    return {number: name for name, number in vars(enumeration).items() if isinstance(number, int)}


def _names(graph: Any, signatures: Sequence[Any]) -> dict[int, str]:
    """Names of tensors, those of signatures first; some files have none."""
    ends = (end for signature in signatures for end in (*signature.inputs, *signature.outputs))
    named = {place: tensor.name.decode() for place, tensor in enumerate(graph.tensors) if tensor.name}
    return named | {end.tensorIndex: end.name.decode() for end in ends}


def _places(indices: Any) -> tuple[int, ...]:
    """Of tensors; one that an operator can do without, and does, is -1."""
    return () if indices is None else tuple(int(index) for index in indices if index >= 0)


def _tensor(tensor: Any, name: str, buffers: Sequence[Any], dtypes: dict[int, str]) -> Tensor:
    data = buffers[tensor.buffer].data
    # Where a dimension is open, only the signature tells: it has -1 there, the shape 1.
    shape = tensor.shape if tensor.shapeSignature is None else tensor.shapeSignature
    return Tensor(
        name=name,
        shape=() if shape is None else tuple(map(int, shape)),
        dtype=dtypes.get(tensor.type, f"type {tensor.type}").lower(),
        constant=data is not None and len(data) > 0,
        quantisation=_quantisation(tensor.quantization),
    )


def _quantisation(found: Any) -> Quantisation | None:
    if found is None or found.scale is None or not len(found.scale):
        return None
    scales, zero_points = tuple(map(float, found.scale)), tuple(map(int, found.zeroPoint))
    return Quantisation(scales, zero_points, int(found.quantizedDimension) if len(scales) > 1 else None)


def _operator(step: Any, name: str, tensors: tuple[Tensor, ...]) -> Operator:
    inputs, outputs = _places(step.inputs), _places(step.outputs)
    return Operator(name, inputs, outputs, macs_of(name, inputs, outputs, tensors))
