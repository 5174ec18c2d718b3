"""Multiply-accumulates of TFLite's operators."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgedigits.graphs.graph import Tensor


def macs_of(name: str, inputs: Sequence[int], outputs: Sequence[int], tensors: Sequence[Tensor]) -> int:
    """Multiply-accumulates of an operator that reads and writes these tensors; 0 where it lacks what it multiplies."""
    try:
        return _macs(name, [tensors[index] for index in inputs], tensors[outputs[0]])
    except IndexError:
        return 0


def _macs(name: str, inputs: list[Tensor], output: Tensor) -> int:
    values = output.values
    if name in ("CONV_2D", "FULLY_CONNECTED"):  # weights (outputs, ...)
        return values * prod(inputs[1].shape[1:])
    if name == "DEPTHWISE_CONV_2D":  # weights (1, height, width, outputs)
        return values * prod(inputs[1].shape[:-1])
    if name == "TRANSPOSE_CONV":  # output's shape, weights (outputs, height, width, inputs), values
        return inputs[2].values * prod(inputs[1].shape[:-1])
    return values * inputs[0].shape[-1] if name == "BATCH_MATMUL" else 0
