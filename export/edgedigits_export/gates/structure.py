"""What a written file should hold: names first, then shapes, then types and operators, and the scale of its pixels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.backends.tflite import stored_values
from edgedigits.errors import ExportError
from edgedigits_export.gates.findings import Finding, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from edgedigits.backends.form import Form
    from edgedigits.graphs import Graph
    from edgedigits.graphs import Operator as Step
    from edgedigits.tensors import TensorSpec

INPUT, OUTPUT = "image", "probabilities"
# A fixed batch of one: no SHAPE, STRIDED_SLICE or PACK is left, tflite-runtime is four times faster, OpenCV loads it.
INPUT_SHAPE = (1, 28, 28, 1)
OUTPUT_SHAPE = (1, 10)
# Left over by converters when they are given a batch of any size, in TFLite's and in ONNX's words: what is worked out
# from a shape begins with it. Slices and concatenations alone may be the network's own.
DYNAMIC = frozenset({"SHAPE", "Shape"})
# White, 1.0, is the largest value of the type and black, 0.0, its least (of int16, which is symmetric, the middle):
# so a stored int8 is the pixel minus 128, a stored uint8 the pixel.
PIXELS = {"int8": (1 / 255, -128), "uint8": (1 / 255, 0), "int16": (1 / 32767, 0)}


@dataclass(frozen=True, slots=True)
class Operator:
    """One step of a model file, and the types of what it reads and writes."""

    name: str
    types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Contents:
    """Steps of a model file in order, its two ends, and the scale of its logits where they are quantised."""

    steps: tuple[Operator, ...]
    input: TensorSpec
    output: TensorSpec
    logit_scale: float | None = None

    @property
    def operators(self) -> tuple[str, ...]:
        """Names of the steps."""
        return tuple(step.name for step in self.steps)


def contents_of(graph: Graph, types: Callable[[Graph, Step], Iterable[str]]) -> Contents:
    """What a file holds, as it was read from there.

    Args:
        graph: of the file.
        types: in which an operator computes.

    Raises:
        ExportError: it has several inputs or outputs.

    """
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        raise ExportError(
            f"the file has {len(graph.inputs)} inputs and {len(graph.outputs)} outputs, expected one each"
        )
    steps = tuple(Operator(step.name, frozenset(types(graph, step))) for step in graph.operators)
    source, target = (graph.tensors[place].spec for place in (*graph.inputs, *graph.outputs))
    return Contents(steps, source, target, graph.logit_scale)


@dataclass(frozen=True, slots=True)
class Layout:
    """What the files of a format hold.

    Attributes:
        dtype: of both ends; integer ends must have MNIST's pixels as their scale.
        max_operators: for the documented network.
        types: that its operators may read and write; any where it is empty.

    """

    dtype: str
    max_operators: int
    types: frozenset[str] = frozenset()


def check_contents(contents: Contents, layout: Layout) -> Iterator[Finding]:
    """Compare a file with what it should be."""
    ends = contents.input, contents.output
    names, shapes = " -> ".join(end.name for end in ends), " -> ".join(str(end.shape) for end in ends)
    types, expected = " -> ".join(end.dtype for end in ends), f"{layout.dtype} -> {layout.dtype}"
    yield _equal(Stage.NAMES, names, f"{INPUT} -> {OUTPUT}", cause="another converter route, or another network")
    yield _equal(Stage.SHAPES, shapes, f"{INPUT_SHAPE} -> {OUTPUT_SHAPE}", cause=_shape_cause(contents.input.shape))
    yield _equal(Stage.TYPES, types, expected, cause="the file of another format, or ends that were not quantised")
    yield _left_over(contents)
    yield _operators(contents, layout)
    if layout.types:
        yield _arithmetic(contents, layout)
    if layout.dtype in PIXELS:
        yield _pixel_scale(contents.input, layout.dtype)


def _equal(stage: Stage, measured: str, expected: str, *, cause: str) -> Finding:
    return Finding(stage.value, measured, f"must be {expected}", measured == expected, cause, stage)


def _shape_cause(shape: tuple[int, ...]) -> str:
    if shape[1:] == (1, 28, 28):
        return "a layout with channels first (NCHW) in place of channels last (NHWC)"
    if shape[1:] == INPUT_SHAPE[1:]:
        return "a conversion with an open batch"
    return "another network"


def _left_over(contents: Contents) -> Finding:
    found = ", ".join(name for name in contents.operators if name in DYNAMIC) or "none"
    cause = "a conversion with an open batch"
    return Finding("operators of a dynamic batch", found, "must be none", found == "none", cause, Stage.TYPES)


def _operators(contents: Contents, layout: Layout) -> Finding:
    found, most = len(contents.steps), layout.max_operators
    cause = "the converter did not fold the graph, or added conversions at its ends"
    return Finding("operators", str(found), f"at most {most}", found <= most, cause, Stage.TYPES)


def _arithmetic(contents: Contents, layout: Layout) -> Finding:
    """Every operator computes in the format's own types: one that does not costs a conversion before and after it."""
    strangers = [(step.name, sorted(step.types - layout.types)) for step in contents.steps if step.types - layout.types]
    found = ", ".join(f"{name} in {'/'.join(types)}" for name, types in strangers) or "none"
    limit = f"must be none outside of {', '.join(sorted(layout.types))}"
    cause = "the converter left an operator that it cannot quantise as it was"
    return Finding("operators in other types", found, limit, not strangers, cause, Stage.TYPES)


def _pixel_scale(end: TensorSpec, dtype: str) -> Finding:
    (right_scale, right_zero), scale = PIXELS[dtype], end.scale or 0.0
    right = abs(scale / right_scale - 1) < 1e-4 and end.zero_point == right_zero
    if scale > 10 * right_scale:
        cause = "calibrated on pixels in 0..255 instead of 0..1"
    elif scale < 1e-3 * right_scale:
        cause = "calibrated on blank images"
    else:
        cause = "calibrated on images that do not span 0..1"
    measured, limit = f"{scale:.3g}, zero point {end.zero_point}", f"must be {right_scale:.3g}, {right_zero}"
    return Finding("input scale", measured, limit, right, cause, Stage.TYPES)


def check_unchanged(content: bytes, network: bytes) -> Finding:
    """A file that is taken as it is holds the network as it came, and metadata behind it."""
    found = hashlib.sha256(content[: len(network)]).hexdigest()[:12]
    expected = hashlib.sha256(network).hexdigest()[:12]
    limit = f"must be {expected}... as it came"
    return Finding("network", f"{found}...", limit, found == expected, "a file that was changed", Stage.FILE)


def check_range(end: TensorSpec, form: Form) -> Finding:
    """Black and white are numbers that the input can hold: half a step of its scale is rounding, more is cut off."""
    values, step = form.values(), end.scale or 0.0
    stored = stored_values(values, {"dtype": end.dtype, "quantization": (step, end.zero_point or 0)})
    lost = float(np.abs((stored.astype(float) - (end.zero_point or 0)) * step - values).max()) / step if step else 0.0
    cause = "calibrated on pixels of another range"
    return Finding("pixels cut off", f"{lost:.2f} steps", "at most 1 step", lost <= 1, cause, Stage.TYPES)


def check_size(size_bytes: int, *, max_bytes: int) -> Finding:
    """A format has a budget: what does not fit holds something that it should not."""
    cause = "weights in a larger type, or a graph that was not folded"
    limit = f"at most {max_bytes:,} bytes"
    return Finding("size", f"{size_bytes:,} bytes", limit, size_bytes <= max_bytes, cause, Stage.FILE)
