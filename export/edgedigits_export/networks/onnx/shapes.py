"""Operators that only move values."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from edgedigits_export.networks.onnx.values import TO_FIRST, TO_LAST, Node, Value, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Of an axis of (N, C, H, W) in (N, H, W, C).
PLACES = (0, 3, 1, 2)


def reshaped(tensor: Any, sizes: Sequence[int]) -> Value:
    """The tensor in this shape, which is that of one image; with an open batch, of as many as there are."""
    if tensor.shape[0] is not None:
        return Value(tf.reshape(tensor, sizes))
    refuse(not sizes or sizes[0] not in (1, -1), f"a reshape to {tuple(sizes)}")
    return Value(tf.reshape(tensor, (-1, *sizes[1:])))


def known(tensor: Any) -> list[int]:
    """Its shape, with 1 for an open batch."""
    return [1 if size is None else int(size) for size in tensor.shape]


def reshape(node: Node, value: Value, shape: Value | None = None) -> Value:
    """Another shape; 0 keeps a size, -1 is what is left."""
    tensor, wanted = value.first(), node.numbers("shape", shape) or []
    sizes = known(tensor)
    if not node.get("allowzero"):
        wanted = [sizes[place] if size == 0 else size for place, size in enumerate(wanted)]
    left = prod(sizes) // max(prod(size for size in wanted if size != -1), 1)
    return reshaped(tensor, [left if size == -1 else size for size in wanted])


def flatten(node: Node, value: Value) -> Value:
    """Two dimensions."""
    tensor = value.first()
    sizes, axis = known(tensor), node.get("axis", 1)
    return reshaped(tensor, [prod(sizes[:axis]), prod(sizes[axis:])])


def squeeze(node: Node, value: Value, axes: Value | None = None) -> Value:
    """Without the axes of size 1 that are named, or all."""
    tensor = value.first()
    sizes, wanted = known(tensor), node.numbers("axes", axes)
    places = (
        {axis % len(sizes) for axis in wanted} if wanted else {axis for axis, size in enumerate(sizes) if size == 1}
    )
    return reshaped(tensor, [size for axis, size in enumerate(sizes) if axis not in places])


def unsqueeze(node: Node, value: Value, axes: Value | None = None) -> Value:
    """With new axes of size 1."""
    tensor, wanted = value.first(), node.numbers("axes", axes) or []
    sizes = known(tensor)
    for axis in sorted(axis % (len(sizes) + len(wanted)) for axis in wanted):
        sizes.insert(axis, 1)
    return reshaped(tensor, sizes)


def transpose(node: Node, value: Value) -> Value:
    """Axes in another order."""
    order = tuple(node.get("perm") or reversed(range(value.rank)))
    if value.last and order == TO_LAST:
        return Value(value.tensor)
    if not value.last and order == TO_FIRST:
        return Value(value.tensor, last=True)
    return Value(tf.transpose(value.first(), order))


def concat(node: Node, *values: Value) -> Value:
    """One behind the other along an axis."""
    axis = node.get("axis", 1)
    if all(value.last for value in values):
        return Value(tf.concat([value.tensor for value in values], PLACES[axis]), last=True)
    return Value(tf.concat([value.first() for value in values], axis))


def pad(node: Node, value: Value, pads: Value | None = None, filler: Value | None = None, *_: Value) -> Value:
    """A margin of one number, or of the image itself."""
    mode = node.get("mode", b"constant").decode()
    refuse(mode not in ("constant", "reflect"), f"Pad with {mode}")
    numbers = node.numbers("pads", pads) or node.numbers("paddings", None) or []
    margins = list(zip(numbers[: value.rank], numbers[value.rank :], strict=True))
    if value.last:
        margins = [margins[axis] for axis in TO_LAST]
    number = node.get("value", 0.0) if filler is None else float(filler.constant())
    kind = "CONSTANT" if mode == "constant" else "REFLECT"
    return Value(tf.pad(value.tensor, margins, kind, constant_values=number), last=value.last)


def cut(node: Node, value: Value, *given: Value) -> Value:
    """Part of some axes."""
    tensor = value.first()
    inputs = [*given, *[None] * (4 - len(given))]
    numbers = [node.numbers(name, each) for name, each in zip(("starts", "ends", "axes", "steps"), inputs, strict=True)]
    starts, ends = numbers[0] or [], numbers[1] or []
    axes, steps = numbers[2] or list(range(len(starts))), numbers[3] or [1] * len(starts)
    refuse(min(steps, default=1) < 1, "a Slice that goes backwards")
    slices = [slice(None)] * value.rank
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        slices[axis] = slice(*slice(start, end, step).indices(known(tensor)[axis]))
    refuse(slices[0] not in (slice(None), slice(0, 1, 1)), "a Slice of the batch")
    return Value(tensor[(slice(None), *slices[1:])])


def gather(node: Node, value: Value, indices: Value) -> Value:
    """Some places of an axis."""
    return Value(tf.gather(value.first(), indices.constant(), axis=node.get("axis", 0)))


def split(node: Node, value: Value, sizes: Value | None = None) -> tuple[Value, ...]:
    """Several parts along an axis."""
    axis, parts = node.get("axis", 0), node.numbers("split", sizes) or node.get("num_outputs")
    refuse(parts is None, "a Split into parts of no size")
    return tuple(map(Value, tf.split(value.first(), parts, axis)))


def reduced(function: Callable[..., Any]) -> Callable[..., Value]:
    """A sum, a mean, a largest value along axes."""

    def run(node: Node, value: Value, axes: Value | None = None) -> Value:
        wanted, kept = node.numbers("axes", axes), bool(node.get("keepdims", 1))
        refuse(not wanted, f"{node.kind} over all images")
        places = [axis % value.rank for axis in wanted or []]
        if value.last and kept:
            return Value(function(value.tensor, [PLACES[place] for place in places], keepdims=True), last=True)
        return Value(function(value.first(), places, keepdims=kept))

    return run


def cast(node: Node, value: Value) -> Value:
    """Numbers of another type; all that are not whole are float32 here."""
    dtype = tf.as_dtype(ONNX_TYPES[node.get("to")]) if node.get("to") in ONNX_TYPES else None
    refuse(dtype is None, f"a Cast to type {node.get('to')}")
    return Value(tf.cast(value.tensor, dtype), last=value.last)


def same(_: Node, value: Value, *__: Value) -> Value:
    """What is only of use in training."""
    return value


# By their numbers in ONNX.
ONNX_TYPES = {1: "float32", 10: "float32", 11: "float32", 2: "uint8", 3: "int8", 6: "int32", 7: "int64", 9: "bool"}
SHAPES: dict[str, Callable[..., Value | tuple[Value, ...]]] = {
    "Cast": cast,
    "Concat": concat,
    "Dropout": same,
    "Flatten": flatten,
    "Gather": gather,
    "Identity": same,
    "Pad": pad,
    "ReduceMax": reduced(tf.reduce_max),
    "ReduceMean": reduced(tf.reduce_mean),
    "ReduceSum": reduced(tf.reduce_sum),
    "Reshape": reshape,
    "Slice": cut,
    "Split": split,
    "Squeeze": squeeze,
    "Transpose": transpose,
    "Unsqueeze": unsqueeze,
}
