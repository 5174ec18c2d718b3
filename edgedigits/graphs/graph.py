"""What any model file holds: tensors, operators in order, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from edgedigits.tensors import TensorSpec


@dataclass(frozen=True, slots=True)
class Quantisation:
    """``value = (stored - zero_point) * scale``: one scale and zero point, or one for each index along ``axis``."""

    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int | None = None

    def __str__(self) -> str:
        zero_points = sorted(set(self.zero_points))
        zero = f"zero point {zero_points[0]}" if len(zero_points) == 1 else f"zero points {zero_points}"
        if len(self.scales) == 1:
            return f"scale {self.scales[0]:.6g}, {zero}"
        return (
            f"{len(self.scales)} scales {min(self.scales):.3g} to {max(self.scales):.3g} along axis {self.axis}, {zero}"
        )


@dataclass(frozen=True, slots=True)
class Tensor:
    """A value in a model file; an open dimension is -1 and counts as 1. ``constant`` ones are stored in the file."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    constant: bool = False
    quantisation: Quantisation | None = None

    @property
    def values(self) -> int:
        """How many numbers it holds."""
        return prod(abs(size) for size in self.shape)

    @property
    def spec(self) -> TensorSpec:
        """As a manifest says it of an input or output; ValueError where it has several scales."""
        if self.quantisation is None:
            return TensorSpec(self.name, self.shape, self.dtype)
        (scale,), (zero_point,) = self.quantisation.scales, self.quantisation.zero_points
        return TensorSpec(self.name, self.shape, self.dtype, scale, zero_point)

    @property
    def size_bytes(self) -> int:
        """Of all its values; 0 where the type is none that NumPy knows."""
        try:
            return self.values * np.dtype(self.dtype).itemsize
        except TypeError:
            return 0


@dataclass(frozen=True, slots=True)
class Operator:
    """One step: what it reads and writes, as indices into the graph's tensors, and its multiply-accumulates."""

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    macs: int = 0


@dataclass(frozen=True, slots=True)
class Graph:
    """A model file as it was read; nothing was run."""

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    metadata: dict[str, Any] = field(default_factory=dict)
    further: int = 0
    """Graphs that the file holds besides: what conditions and loops run."""

    @property
    def batch(self) -> int:
        """How many images it takes at once: the first size of all its ends, where that is fixed."""
        shapes = [self.tensors[place].shape for place in (*self.inputs, *self.outputs)]
        firsts = {shape[0] if len(shape) > 1 else 1 for shape in shapes}
        return max(firsts.pop(), 1) if len(firsts) == 1 else 1

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one image, of convolutions, dense layers and matrix products, without biases."""
        return sum(operator.macs for operator in self.operators) // self.batch

    @property
    def logit_scale(self) -> float | None:
        """Scale of the logits, which are what TFLite's ``SOFTMAX`` reads, where they are quantised."""
        logits = (self.tensors[step.inputs[0]] for step in self.operators if step.name == "SOFTMAX")
        return next((tensor.quantisation.scales[0] for tensor in logits if tensor.quantisation), None)

    @property
    def weight_bytes(self) -> int:
        """All constants that an operator reads, weights and biases for the most part."""
        used = {index for operator in self.operators for index in operator.inputs}
        return sum(self.tensors[index].size_bytes for index in used if self.tensors[index].constant)

    def activation_bytes(self) -> tuple[int, ...]:
        """For each operator, the bytes of all activations that are alive while it runs.

        Alive are its inputs and outputs, and what was written before and is read later. Nothing computes in place here,
        a runtime's own buffers do not count, nor does what is worked out from constants alone, as dequantised weights.
        """
        last = {index: step for step, operator in enumerate(self.operators) for index in operator.inputs}
        last |= dict.fromkeys(self.outputs, len(self.operators))
        first = dict.fromkeys(self.inputs, 0)
        for step, operator in enumerate(self.operators):
            first |= dict.fromkeys(operator.outputs, step)
        sizes = {index: self.tensors[index].size_bytes for index in first if index not in self._fixed()}
        return tuple(
            sum(size for index, size in sizes.items() if first[index] <= step <= last.get(index, first[index]))
            for step in range(len(self.operators))
        )

    def _fixed(self) -> set[int]:
        """Tensors that are the same for every image."""
        found = {index for index, tensor in enumerate(self.tensors) if tensor.constant}
        for operator in self.operators:
            if operator.inputs and found.issuperset(operator.inputs):
                found.update(operator.outputs)
        return found

    @property
    def peak_activation_bytes(self) -> int:
        """The largest of :meth:`activation_bytes`."""
        return max(self.activation_bytes(), default=0)
