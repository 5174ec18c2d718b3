"""Operators of a SavedModel that do more than compute: found in its graph and its functions before anything is run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from edgedigits.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

# Files, processes, other machines, Python; by parts of their names, since TensorFlow has some hundred of them.
TOUCHING = re.compile(
    r"File(?!name|spec)|PyFunc|^Print|Sql|LMDB|Debug|^Dump|Rpc|^Remote|Reader|Record|TextLine|CSV|DataService|Snapshot|CacheDataset|"
    r"LoadDataset|SaveDataset|LoadAndRemap|^Write|SummaryWriter|SummaryDbWriter|ImportEvent|DistributedSave|"
    r"CalibrationStatisticsSaver|HostCompute|GeneratorDataset|StubResource"
)
# What the saver itself is made of. Outside of it, they would write and read whatever the network says.
SAVING = frozenset({"Save", "SaveSlices", "SaveV2", "MergeV2Checkpoints", "Restore", "RestoreSlice", "RestoreV2"})


def check_operators(path: Path, meta: Any) -> None:
    """Refuse a graph whose operators touch anything but numbers.

    Args:
        path: of the folder, for the message.
        meta: its MetaGraphDef.

    Raises:
        ExportError: the message names them.

    """
    functions = {function.signature.name: function.node_def for function in meta.graph_def.library.function}
    nodes = {node.name: node for node in meta.graph_def.node}
    saver = meta.saver_def
    ends = (_node_of(name) for name in (saver.save_tensor_name, saver.restore_op_name) if name)
    saving = _before(ends, nodes)
    kept = [node for name, node in nodes.items() if name not in saving]
    savers = _called((nodes[name] for name in saving), functions) - _called(kept, functions)
    rest = [*kept, *(node for name, body in functions.items() if name not in savers for node in body)]
    everything = [*nodes.values(), *(node for body in functions.values() for node in body)]
    found = {node.op for node in everything if TOUCHING.search(node.op)} | {node.op for node in rest} & SAVING
    if found:
        # The names come last: a line that is too long is cut at its end.
        raise ExportError(
            f"{path} was not loaded: it touches files, processes or Python; export the network alone, without what "
            f"reads and writes around it; it holds {', '.join(sorted(found))}"
        )


def _before(names: Iterable[str], nodes: dict[str, Any]) -> set[str]:
    """Names of the nodes that these depend on, and their own."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in nodes and name not in found:
            found.add(name)
            waiting += map(_node_of, nodes[name].input)
    return found


def _called(nodes: Iterable[Any], functions: dict[str, Any]) -> set[str]:
    """Names of the functions that these nodes call, and those that they call."""
    found: set[str] = set()
    waiting = [name for node in nodes for name in _names(node)]
    while waiting:
        name = waiting.pop()
        if name in functions and name not in found:
            found.add(name)
            waiting += [called for node in functions[name] for called in _names(node)]
    return found


def _names(node: Any) -> Iterator[str]:
    """Functions that a node names."""
    for attribute in node.attr.values():
        yield attribute.func.name
        yield from (function.name for function in attribute.list.func)
    yield node.op  # a function may be called as an operator


def _node_of(tensor: str) -> str:
    """Name of the node that a tensor or a control input comes from."""
    return tensor.removeprefix("^").partition(":")[0]
