"""The detector with the weights of an archive; the operators are those of the NumPy backend."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from edgedigits.bundle.detector import HEADS, INPUT
from edgedigits.graphs.graph import Graph, Operator, Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Height and width of the canvas that a network which takes any size is counted for.
CANVAS_PX = 256


def is_detector(weights: dict[str, NDArray[Any]]) -> bool:
    """Whether an archive holds the weights of the detector."""
    return all(f"{name}/kernel" in weights for name in HEADS)


def graph_of(weights: dict[str, NDArray[Any]]) -> Graph:
    """The way through the network; KeyError or ValueError where a weight is missing or of another shape."""
    steps = _Steps(weights)
    half = steps.conv("half", steps.place(INPUT, (1, CANVAS_PX, CANVAS_PX, 1)), strides=2)
    quarter = steps.block("quarter_1", steps.conv("quarter", half, strides=2))
    eighth = steps.conv("eighth", quarter, strides=2)
    for name in ("eighth_1", "eighth_2", "eighth_3"):
        eighth = steps.block(name, eighth)
    sixteenth = steps.conv("sixteenth", steps.conv("sixteenth_around", eighth, strides=2, depthwise=True))
    for name in ("sixteenth_1", "sixteenth_2", "sixteenth_3"):
        sixteenth = steps.block(name, sixteenth)
    eighth = steps.block("eighth_4", steps.merged("to_eighth", eighth, sixteenth))
    quarter = steps.merged("to_quarter", quarter, eighth)
    for name in ("quarter_2", "quarter_3"):
        quarter = steps.block(name, quarter)
    heads = tuple(steps.conv(name, quarter) for name in HEADS)
    return Graph(tuple(steps.tensors), tuple(steps.operators), (0,), heads)


class _Steps:
    """Tensors and operators, written down one after the other; places are indices of tensors."""

    def __init__(self, weights: dict[str, NDArray[Any]]) -> None:
        self.weights, self.tensors, self.operators = weights, list[Tensor](), list[Operator]()

    def place(self, name: str, shape: tuple[int, ...], *, constant: bool = False) -> int:
        """Write down a tensor."""
        self.tensors.append(Tensor(name, shape, "float32", constant=constant))
        return len(self.tensors) - 1

    def conv(self, name: str, source: int, *, strides: int = 1, depthwise: bool = False) -> int:
        """Write down a convolution with its bias and activation."""
        parts = [
            self.place(f"{name}/{part}", self.weights[f"{name}/{part}"].shape, constant=True)
            for part in ("kernel", "bias")
        ]
        height, width, inputs, filters = self.tensors[parts[0]].shape
        _, h, w, channels = self.tensors[source].shape
        if inputs != channels:
            raise ValueError(f"{name} takes {inputs} channels and is given {channels}")
        shape = (1, h // strides, w // strides, channels if depthwise else filters)
        each = height * width * (1 if depthwise else inputs)
        return self._write("depthwise" if depthwise else "conv", name, (source, *parts), shape, macs=each * prod(shape))

    def block(self, name: str, source: int) -> int:
        """Write down a separable convolution whose answer is added to what it saw."""
        answer = self.conv(name, self.conv(f"{name}_around", source, depthwise=True))
        return self._write("add", f"{name} added", (source, answer), self.tensors[source].shape)

    def merged(self, name: str, fine: int, coarse: int) -> int:
        """Write down the sum of two sizes."""
        answer = self.conv(name, coarse)
        return self._write("add_doubled", f"{name} added", (fine, answer), self.tensors[fine].shape)

    def _write(self, kind: str, name: str, inputs: tuple[int, ...], shape: tuple[int, ...], *, macs: int = 0) -> int:
        target = self.place(name, shape)
        self.operators.append(Operator(kind, inputs, (target,), macs))
        return target
