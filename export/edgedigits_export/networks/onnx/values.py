"""What flows between the operators of an ONNX graph, and the operators' own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from edgedigits.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

# (N, C, H, W) to (N, H, W, C), and back.
TO_LAST, TO_FIRST = (0, 2, 3, 1), (0, 3, 1, 2)


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor on its way; ``last`` where its channels were moved to the end, as TensorFlow convolves them."""

    tensor: Any
    last: bool = False

    @property
    def rank(self) -> int:
        """How many dimensions it has."""
        return len(self.tensor.shape)

    def first(self) -> Any:
        """The tensor as ONNX has it."""
        if not self.last:
            return self.tensor
        _, height, width, channels = self.tensor.shape
        if height == width == 1:
            return tf.reshape(self.tensor, (-1, channels, 1, 1))
        return tf.transpose(self.tensor, TO_FIRST)

    def channels_last(self) -> Any:
        """The tensor (N, C, H, W) as (N, H, W, C); one of lower rank as it is broadcast to that."""
        if self.last or self.rank == 0:
            return self.tensor
        if isinstance(self.tensor, np.ndarray):
            return self.tensor.reshape((1,) * (4 - self.rank) + self.tensor.shape).transpose(TO_LAST)
        refuse(self.rank != 4, f"channels in {self.rank} dimensions")
        _, channels, height, width = self.tensor.shape
        if channels == 1:  # the converters leave out what only reshapes
            return tf.reshape(self.tensor, (-1, height, width, 1))
        return tf.transpose(self.tensor, TO_LAST)

    def constant(self) -> NDArray[Any]:
        """The numbers, where the file holds them."""
        if not isinstance(self.tensor, np.ndarray):
            raise ExportError("an operator is told by the image what its weights or sizes are, which cannot be rebuilt")
        return self.tensor


@dataclass(frozen=True, slots=True)
class Node:
    """An operator's name, its attributes, and the version of ONNX in whose words it is written."""

    kind: str
    attributes: Mapping[str, Any]
    opset: int

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute."""
        return self.attributes.get(name, default)

    def numbers(self, name: str, given: Value | None) -> list[int] | None:
        """Whole numbers that were an attribute once, and are an input in later versions."""
        found = self.get(name) if given is None else given.constant().ravel()
        return None if found is None else [int(number) for number in found]


def refuse(condition: bool, what: str) -> None:
    """Refuse what no operator of TensorFlow does.

    Raises:
        ExportError: it is so.

    """
    if condition:
        raise ExportError(f"the ONNX file holds {what}, which cannot be rebuilt here")
