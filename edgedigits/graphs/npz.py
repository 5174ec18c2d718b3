"""Weights archives of the NumPy backend, whose operators are the backend's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.archives import read_arrays
from edgedigits.errors import BundleError
from edgedigits.graphs import detector
from edgedigits.graphs.graph import Graph, Operator, Tensor

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# The documented network: what follows what, and the layers that have weights.
STEPS = ("conv1", "max_pool", "conv2", "max_pool", "conv3", "flatten", "dense1", "dense2", "softmax")


def read(path: Path) -> Graph:
    """The documented network, or the detector, with the weights of an archive.

    Raises:
        BundleError: it is no NumPy archive with the weights of one of them.

    """
    try:
        weights = read_arrays(path)
        return detector.graph_of(weights) if detector.is_detector(weights) else _graph(weights)
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise BundleError(f"{path} holds no weights of the NumPy backend ({error})") from error


def _graph(weights: dict[str, NDArray[Any]]) -> Graph:
    tensors = [Tensor("image", (1, 28, 28, 1), "float32")]
    tensors += [Tensor(name, array.shape, str(array.dtype), constant=True) for name, array in weights.items()]
    places = {tensor.name: place for place, tensor in enumerate(tensors)}
    operators: list[Operator] = []
    source, shape = 0, tensors[0].shape
    for step in STEPS:
        reads = [places[f"{step}/{part}"] for part in ("kernel", "bias")] if step[-1].isdigit() else []
        kernel = tensors[reads[0]].shape if reads else ()
        shape = _shape_after(step, shape, kernel)
        name = "probabilities" if step == "softmax" else f"after {len(operators)} {step}"
        tensors.append(Tensor(name, shape, "float32"))
        macs = int(np.prod(shape) * np.prod(kernel[:-1])) if kernel else 0
        operators.append(Operator(step, (source, *reads), (len(tensors) - 1,), macs))
        source = len(tensors) - 1
    return Graph(tuple(tensors), tuple(operators), (0,), (source,))


def _shape_after(step: str, shape: tuple[int, ...], kernel: tuple[int, ...]) -> tuple[int, ...]:
    if step.startswith("conv"):
        return (1, shape[1] - kernel[0] + 1, shape[2] - kernel[1] + 1, kernel[3])
    if step.startswith("dense"):
        return (1, kernel[1])
    if step == "max_pool":
        return (1, shape[1] // 2, shape[2] // 2, shape[3])
    return (1, int(np.prod(shape)))
