"""ONNX files as they are read: nothing too large, a batch of one, and all that no image changes worked out."""

from __future__ import annotations

import tempfile
from math import prod
from pathlib import Path
from typing import Any

import onnx

from edgedigits.archives import MOST_BYTES, megabytes
from edgedigits.errors import ExportError, require
from edgedigits_export.networks.frames import frames_of
from edgedigits_export.networks.network import one_line

FATAL = 4


def read_model(path: Path) -> Any:
    """The model of a file, with the weights that lie beside it.

    Raises:
        ExportError: it is no ONNX file, or declares more than :data:`edgedigits.archives.MOST_BYTES`.

    """
    try:
        model = onnx.load(path, load_external_data=False)
        declared = _declared(model)
        if declared <= MOST_BYTES:
            onnx.load_external_data_for_model(model, str(path.parent))
    except Exception as error:  # protobuf and onnx each raise their own
        raise ExportError(f"{path} is no ONNX file that can be read ({one_line(error)})") from error
    if not model.graph.node:
        raise ExportError(f"{path} is no ONNX file that can be read (it holds no operator)")
    if declared > MOST_BYTES:
        raise ExportError(f"{path} unpacks to {megabytes(declared)}, at most {megabytes(MOST_BYTES)} are read")
    return model


def folded(model: Any, path: Path) -> Any:
    """The graph for one image, with what depends on no image worked out by onnxruntime.

    Raises:
        ExportError: onnxruntime cannot run it.

    """
    runtime = require("onnxruntime", extra="export")
    options = runtime.SessionOptions()
    options.log_severity_level = FATAL
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder, "folded.onnx")
        options.optimized_model_filepath = str(written)
        try:
            content = with_batch_of_one(model).SerializeToString()
            runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises many
            raise ExportError(f"{path} cannot be run by onnxruntime ({one_line(error)})") from error
        return onnx.load(written)


def with_batch_of_one(model: Any) -> Any:
    """The model with its batch, open or of several images, closed to one."""
    fixed = onnx.ModelProto()
    fixed.CopyFrom(model)
    graph = fixed.graph
    del graph.value_info[:]
    constants = {tensor.name: tensor for tensor in graph.initializer}
    ends = [end.type.tensor_type.shape.dim for end in (*graph.input, *graph.output) if end.name not in constants]
    batch = _batch([size.dim_value for size in ends[0]] if ends else [])
    for sizes in ends:
        if batch is not None and len(sizes) and sizes[0].dim_value in (0, batch):
            sizes[0].dim_value = 1
    if batch and batch > 1:
        _shrink(graph, constants, batch)
    return fixed


def _batch(sizes: list[int]) -> int | None:
    """The first size of an input, 0 where it is open; None where it is no batch."""
    return sizes[0] if sizes and frames_of((1, *sizes[1:])) else None


def _shrink(graph: Any, constants: dict[str, Any], batch: int) -> None:
    """Let reshapes to so many images give one."""
    made = {node.output[0]: node.attribute[0].t for node in graph.node if node.op_type == "Constant"}
    for node in graph.node:
        tensor = (constants | made).get(node.input[1]) if node.op_type == "Reshape" else None
        if tensor is None:
            continue
        sizes = onnx.numpy_helper.to_array(tensor).copy()
        if sizes.size and sizes[0] == batch:
            sizes[0] = 1
            tensor.CopyFrom(onnx.numpy_helper.from_array(sizes, tensor.name))


def _declared(model: Any) -> int:
    """Bytes of the largest things that the file names or that can be worked out from it."""
    inferred = onnx.shape_inference.infer_shapes(with_batch_of_one(model), data_prop=True).graph
    found = (*inferred.value_info, *inferred.output)
    shapes = [[size.dim_value for size in value.type.tensor_type.shape.dim] for value in found]
    shapes += [list(tensor.dims) for tensor in model.graph.initializer]
    return 4 * max(map(prod, shapes), default=0)
