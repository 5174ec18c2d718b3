"""Memory that a network of others may take: a file of a few bytes may declare gigabytes, or make them when it is run.

What a graph says of sizes is checked before anything is run. A size that is worked out as it runs is told by no graph:
so it is loaded and tried with a limit on the memory of the whole process.
"""

from __future__ import annotations

import contextlib
import os
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from edgedigits.archives import MOST_BYTES, megabytes
from edgedigits.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLES = frozenset({"VarHandleOp", "VariableV2", "Variable"})
STATM = Path("/proc/self/statm")
# The threads of TensorFlow alone reserve 0.9 GB of addresses on 2 cores and 1.4 on 16, and with less it aborts; 500
# images of 28x28 pixels in a hundred channels take 0.16 GB, so that no network of digits needs the most.
LEAST_ROOM_BYTES, MOST_ROOM_BYTES = 2 * MOST_BYTES, 8 * MOST_BYTES


def room_of(machine_bytes: int) -> int:
    """What a process may take beyond what it has: half of the machine's memory, so that the other half goes on."""
    return max(LEAST_ROOM_BYTES, min(machine_bytes // 2, MOST_ROOM_BYTES))


ROOM_BYTES = room_of(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")) if STATM.exists() else MOST_ROOM_BYTES


def check_declared(path: Path, graph: Any) -> None:
    """Refuse a GraphDef whose constants and variables declare too much: a constant may be one number and a large shape.

    Raises:
        ExportError: they declare more than :data:`edgedigits.archives.MOST_BYTES`.

    """
    bodies = (graph.node, *(function.node_def for function in graph.library.function))
    declared = sum(_declared(node) for body in bodies for node in body)
    if declared > MOST_BYTES:
        raise ExportError(f"{path} unpacks to {megabytes(declared)}, at most {megabytes(MOST_BYTES)} are read")


def check_made(graph: Any) -> None:
    """Refuse a graph in which an operator makes too much of one image; nothing is run.

    Raises:
        ExportError: by its shape, a tensor takes more than :data:`edgedigits.archives.MOST_BYTES`; no file is named.

    """
    tensors = [tensor for operator in graph.get_operations() for tensor in operator.outputs]
    largest = max(tensors, key=_bytes_of, default=None)
    if largest is not None and (made := _bytes_of(largest)) > MOST_BYTES:
        raise ExportError(
            f"its operator {largest.op.name} ({largest.op.type}) makes {megabytes(made)} of one image, at most "
            f"{megabytes(MOST_BYTES)} are computed"
        )


@contextlib.contextmanager
def bounded(path: Path) -> Iterator[None]:
    """Within it, the process takes at most :data:`ROOM_BYTES` more than it has; where it is no Linux, any.

    Raises:
        ExportError: it would have taken more.

    """
    try:
        with _room(ROOM_BYTES):
            yield
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise ExportError(f"{path} takes more than {megabytes(ROOM_BYTES)} to load and to run") from error


@contextlib.contextmanager
def _room(most_bytes: int) -> Iterator[None]:
    if not STATM.exists():
        yield
        return
    import resource

    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = int(STATM.read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE") + most_bytes
    narrower = [each for each in (before, hard) if each != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([limit, *narrower]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))


def _declared(node: Any) -> int:
    if node.op == "Const":
        tensor = node.attr["value"].tensor
        return _size(tensor.tensor_shape, tensor.dtype)
    return _size(node.attr["shape"].shape, node.attr["dtype"].type) if node.op in VARIABLES else 0


def _size(shape: Any, dtype: int) -> int:
    return prod(max(size.size, 1) for size in shape.dim) * max(tf.as_dtype(dtype or tf.float32).size or 0, 1)


def _bytes_of(tensor: Any) -> int:
    """By its static shape, each size that is open taken for one; 0 where nothing is known of it."""
    if tensor.shape.rank is None:
        return 0
    return prod(size or 1 for size in tensor.shape) * max(tensor.dtype.size or 0, 1)
