"""What a file of the detector should hold: names first, then shapes, then types, and the scale of its input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgedigits.bundle.detector import FULL_CONTRAST, HEADS, INPUT, STRIDE_PX
from edgedigits.errors import BundleError, ExportError
from edgedigits.graphs import read_graph
from edgedigits.tensors import TensorSpec
from edgedigits_export.gates.findings import Finding, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edgedigits.graphs import Graph, Tensor

# Left over by converters when they write down what depends on the picture's size.
OF_ONE_SIZE = frozenset(
    {"SHAPE", "STRIDED_SLICE", "PACK", "RESIZE_NEAREST_NEIGHBOR", "Shape", "Gather", "Slice", "Resize"}
)
INTEGERS = frozenset({"int8", "int32"})  # int32: biases


@dataclass(frozen=True, slots=True)
class DetectorContents:
    """Names of a file's operators in order, the types of all that they read and write, and its ends."""

    operators: tuple[str, ...]
    types: frozenset[str]
    input: TensorSpec
    outputs: tuple[TensorSpec, ...]


def contents_of(path: Path) -> DetectorContents:
    """Look into a file without running it.

    Raises:
        ExportError: it is no file of a network with one input.

    """
    try:
        graph = read_graph(path)
    except BundleError as error:
        raise ExportError(str(error)) from error
    if len(graph.inputs) != 1:
        raise ExportError(f"{path.name} has {len(graph.inputs)} inputs, expected one")
    outputs = {end.name: end for end in (_end(graph.tensors[place]) for place in graph.outputs)}
    order = [*(name for name in HEADS if name in outputs), *(name for name in outputs if name not in HEADS)]
    return DetectorContents(
        tuple(step.name for step in graph.operators),
        frozenset(_types(graph)),
        _end(graph.tensors[graph.inputs[0]]),
        tuple(outputs[name] for name in order),
    )


def _types(graph: Graph) -> Iterator[str]:
    for step in graph.operators:
        yield from (graph.tensors[place].dtype for place in (*step.inputs, *step.outputs))


def _end(tensor: Tensor) -> TensorSpec:
    if tensor.quantisation is None:
        return TensorSpec(tensor.name, tensor.shape, tensor.dtype)
    (scale,), (zero_point,) = tensor.quantisation.scales, tensor.quantisation.zero_points
    return TensorSpec(tensor.name, tensor.shape, tensor.dtype, scale, zero_point)


def check_contents(contents: DetectorContents, *, dtype: str) -> Iterator[Finding]:
    """Compare a file with what it should be: ``dtype`` at all its ends."""
    source, outputs = contents.input, contents.outputs
    names = f"{source.name} -> {', '.join(end.name for end in outputs)}"
    yield _equal(Stage.NAMES, names, f"{INPUT} -> {', '.join(HEADS)}", "another converter route, or another network")
    _, height, width, _ = source.shape if len(source.shape) == 4 else (0, 0, 0, 0)
    cells = height // STRIDE_PX, width // STRIDE_PX
    shapes = [(1, *cells, channels) for channels in HEADS.values()]
    expected = f"{(1, height, width, 1)} -> {', '.join(map(str, shapes))}"
    measured = f"{source.shape} -> {', '.join(str(end.shape) for end in outputs)}"
    yield _equal(Stage.SHAPES, measured, expected, "another network, or a layout with channels first")
    ends = f"{source.dtype} -> {', '.join(end.dtype for end in outputs)}"
    yield _equal(Stage.TYPES, ends, f"{dtype} -> {', '.join([dtype] * len(HEADS))}", "the file of another format")
    sized = ", ".join(sorted(OF_ONE_SIZE & set(contents.operators))) or "none"
    cause = "the converter wrote down the picture's size"
    yield Finding("operators of one size", sized, "must be none", sized == "none", cause, Stage.TYPES)
    normed = ", ".join(name for name in contents.operators if "Norm" in name) or "none"
    cause = "normalisations that were not folded"
    yield Finding("normalisations", normed, "must be none", normed == "none", cause, Stage.TYPES)
    if dtype == "int8":
        yield from _integers(contents)


def _integers(contents: DetectorContents) -> Iterator[Finding]:
    strangers = ", ".join(sorted(contents.types - INTEGERS)) or "none"
    cause = "the converter left an operator that it cannot quantise as it was"
    yield Finding("other types than int8", strangers, "must be none", strangers == "none", cause, Stage.TYPES)
    scale, zero_point = contents.input.scale or 0.0, contents.input.zero_point
    right = abs(scale * FULL_CONTRAST - 1) < 1e-4 and zero_point == 0
    cause = "calibrated on canvases that do not span all of contrast"
    found, limit = f"{scale:.4g}, zero point {zero_point}", f"must be {1 / FULL_CONTRAST:.4g}, 0"
    yield Finding("input scale", found, limit, right, cause, Stage.TYPES)


def _equal(stage: Stage, measured: str, expected: str, cause: str) -> Finding:
    return Finding(stage.value, measured, f"must be {expected}", measured == expected, cause, stage)
