"""Does a file store its numbers as the manifest says?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits.bundle.manifest import MANIFEST
from edgedigits.errors import MissingExtraError
from edgedigits.graphs import read_graph
from edgedigits.verify.checks import Check, brief

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from edgedigits.tensors import TensorSpec

# Files whose ends every runtime that reads them tells.
TFLITE = ".tflite"


def check_ends(folder: Path, path: str, expected: Iterable[TensorSpec]) -> Check:
    """Compare inputs and outputs of a bundle's file, and how they store numbers, with what the manifest has of them."""
    try:
        graph = read_graph(folder / path)
    except MissingExtraError as error:
        return Check(path, "ends", f"not read: {brief(error)}", passed=None)
    except ValueError as error:
        return Check(path, "ends", str(error), passed=False)
    found = {graph.tensors[place].spec for place in (*graph.inputs, *graph.outputs)}
    same = found == set(expected)
    return Check(path, "ends", f"{'as' if same else 'not as'} in {MANIFEST}", passed=same)
