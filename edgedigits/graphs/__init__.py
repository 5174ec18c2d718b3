"""Looks into model files without running them: what ``edgedigits inspect`` shows and the exporter checks."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from edgedigits.errors import BundleError
from edgedigits.graphs.graph import Graph, Operator, Quantisation, Tensor

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["READERS", "Graph", "Operator", "Quantisation", "Tensor", "read_graph"]

# Each is loaded for its own files only: it needs a library that the others do not.
READERS = {
    ".tflite": "edgedigits.graphs.tflite",
    ".onnx": "edgedigits.graphs.onnx",
    ".npz": "edgedigits.graphs.npz",
}


def read_graph(path: Path) -> Graph:
    """Read a model file.

    Raises:
        BundleError: it is missing, of another kind, or damaged.
        MissingExtraError: the library that reads it is not installed.

    """
    if not path.is_file():
        raise BundleError(f"{path} is no file")
    if path.suffix not in READERS:
        raise BundleError(f"{path} is no model file; what can be read are {', '.join(READERS)} and bundles")
    graph: Graph = importlib.import_module(READERS[path.suffix]).read(path)
    return graph
