"""TFLite files as tflite-runtime sees them, for devices for which TFLite's schema has no wheel. Nothing is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.backends.tflite import open_tflite_runtime
from edgedigits.errors import BundleError
from edgedigits.graphs.graph import Graph, Operator, Quantisation, Tensor
from edgedigits.graphs.macs import macs_of

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> Graph:
    """The first graph of a file, without metadata.

    Raises:
        BundleError: it is no TFLite file, or one that this runtime cannot load.
        BackendError: tflite-runtime does not work here.
        MissingExtraError: it is not installed.

    """
    try:
        interpreter = open_tflite_runtime(path, threads=1)
    except ValueError as error:
        raise BundleError(f"{path} is no TFLite file that tflite-runtime can load ({error})") from error
    ends: dict[int, str] = {}
    for signature in interpreter._get_full_signature_list().values():  # noqa: SLF001 - others tell names alone
        ends |= {place: name for side in ("inputs", "outputs") for name, place in signature[side].items()}
    steps = interpreter._get_ops_details()  # noqa: SLF001 - nothing else tells operators
    inputs, outputs = (
        tuple(int(end["index"]) for end in found)
        for found in (interpreter.get_input_details(), interpreter.get_output_details())
    )
    written = {*inputs, *(int(place) for step in steps for place in step["outputs"])}
    # The runtime may leave numbers out.
    details = {int(each["index"]): each for each in interpreter.get_tensor_details()}
    places = {index: place for place, index in enumerate(sorted(details))}
    tensors = tuple(_tensor(details[index], ends.get(index), constant=index not in written) for index in places)
    operators = tuple(_operator(step, places, tensors) for step in steps)
    return Graph(tensors, operators, tuple(places[i] for i in inputs), tuple(places[i] for i in outputs))


def _tensor(found: dict[str, Any], end: str | None, *, constant: bool) -> Tensor:
    scales, zero_points = (tuple(found["quantization_parameters"][name].tolist()) for name in ("scales", "zero_points"))
    axis = int(found["quantization_parameters"]["quantized_dimension"]) if len(scales) > 1 else None
    signed = found["shape_signature"] if len(found["shape_signature"]) else found["shape"]
    return Tensor(
        name=end or found["name"] or f"tensor {found['index']}",
        shape=tuple(map(int, signed)),
        dtype=np.dtype(found["dtype"]).name,
        constant=constant,
        quantisation=Quantisation(scales, zero_points, axis) if scales else None,
    )


def _operator(step: dict[str, Any], places: dict[int, int], tensors: tuple[Tensor, ...]) -> Operator:
    inputs, outputs = (
        tuple(places[int(index)] for index in step[side] if index in places) for side in ("inputs", "outputs")
    )
    return Operator(step["op_name"], inputs, outputs, macs_of(step["op_name"], inputs, outputs, tensors))
