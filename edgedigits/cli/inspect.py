"""``edgedigits inspect``: what is in a model file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from edgedigits.graphs import Graph, Operator, Tensor

COUNTED = """\
activations: bytes of all that is alive while an operator runs: its inputs, its outputs, what later ones read;
nothing in place, and without a runtime's own buffers"""
DETECTOR = "the detector takes canvases of any size; here it is counted for 256 x 256 pixels"


def inspect(
    file: Annotated[
        Path | None,
        typer.Argument(help="Model file or bundle; the shipped bundle by default.", metavar="FILE|BUNDLE"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Show operators, tensors, quantisation, multiply-accumulates, memory and metadata of a model file or a bundle."""
    from edgedigits.bundle import default_bundle
    from edgedigits.graphs import read_graph

    path = file or default_bundle()
    if path.is_dir():
        show_bundle(path, as_json=as_json)
        return
    graph = read_graph(path)
    if as_json:
        typer.echo(json.dumps(as_object(path, graph), indent=2))
    else:
        show(path, graph)


def show_bundle(folder: Path, *, as_json: bool) -> None:
    """One line for each file of a bundle; everything of each as JSON."""
    from edgedigits.bundle import Bundle
    from edgedigits.cli.consoles import plain_console, print_whole
    from edgedigits.errors import MissingExtraError
    from edgedigits.graphs import READERS, read_graph

    bundle = Bundle.load(folder)
    detector = [file.path for file in bundle.detector.files] if bundle.detector else []
    graphs, left_out = {}, {}
    for path in [*(artifact.path for artifact in bundle.artifacts), *detector]:
        if Path(path).suffix not in READERS:
            left_out[path] = "its operators cannot be shown"
            continue
        try:
            graphs[path] = read_graph(folder / path)
        except MissingExtraError as error:
            left_out[path] = str(error)
    if as_json:
        files = [as_object(folder / name, graph) for name, graph in graphs.items()]
        typer.echo(json.dumps({"bundle": str(folder), "files": files, "left_out": left_out}, indent=2))
        return
    print_whole(overview(folder, graphs))
    notes = [*(f"{name} is left out: {why}" for name, why in left_out.items()), COUNTED]
    plain_console().print(*notes, *([DETECTOR] if detector else []), sep="\n")


def overview(folder: Path, graphs: dict[str, Graph]) -> Table:
    """One row for each file."""
    heads = ("bytes", "operators", "MACs", "weights", "activations")
    rows = [
        (
            name,
            (folder / name).stat().st_size,
            len(graph.operators),
            graph.macs,
            graph.weight_bytes,
            graph.peak_activation_bytes,
        )
        for name, graph in graphs.items()
    ]
    return table(("file", *heads), [(name, *(f"{number:,}" for number in numbers)) for name, *numbers in rows], texts=1)


def show(path: Path, graph: Graph) -> None:
    """Print operators, tensors, sums and metadata."""
    from edgedigits.cli.consoles import plain_console

    console = plain_console()
    activations = graph.activation_bytes()
    steps = [
        (
            str(number),
            step.name,
            *(shape(graph, places) for places in (moved(graph, step), step.outputs)),
            f"{step.macs // graph.batch:,}" if step.macs else "",
            f"{alive:,}",
        )
        for number, (step, alive) in enumerate(zip(graph.operators, activations, strict=True))
    ]
    console.print(table(("", "operator", "reads", "writes", "MACs", "activations"), steps, texts=4), soft_wrap=False)
    tensors = [
        (
            tensor.name.rpartition(";")[2],  # TFLite's converter strings together all that it fused
            sizes(tensor),
            tensor.dtype,
            f"{tensor.size_bytes:,}",
            str(tensor.quantisation or ""),
        )
        for tensor in graph.tensors
    ]
    console.print(table(("tensor", "shape", "type", "bytes", "quantisation"), tensors, texts=5), soft_wrap=False)
    console.print(
        f"{path}: {path.stat().st_size:,} bytes, {len(graph.operators)} operators",
        f"{graph.macs:,} multiply-accumulates for one image{at_once(graph)}",
        *([f"{graph.further} further graphs, of conditions or loops, are not shown"] if graph.further else []),
        f"{graph.weight_bytes:,} bytes of weights",
        f"{graph.peak_activation_bytes:,} bytes of activations at most",
        COUNTED,
        *(f"{key}: {value if isinstance(value, str) else json.dumps(value)}" for key, value in graph.metadata.items()),
        *([] if graph.metadata else ["no metadata"]),
        sep="\n",
    )


def at_once(graph: Graph) -> str:
    """How many images the file takes at once, where that is more than one."""
    return f" of the {graph.batch} that it takes at once" if graph.batch > 1 else ""


def moved(graph: Graph, step: Operator) -> tuple[int, ...]:
    """What an operator reads that is not stored in the file."""
    return tuple(index for index in step.inputs if not graph.tensors[index].constant)


def shape(graph: Graph, places: tuple[int, ...]) -> str:
    """Shapes of tensors."""
    return ", ".join(sizes(graph.tensors[place]) for place in places)


def sizes(tensor: Tensor) -> str:
    """The shape, for instance ``1x28x28x1``, with N for an open dimension."""
    return "x".join("N" if size < 0 else str(size) for size in tensor.shape)


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, texts: int) -> Table:
    """Return a table whose first columns are texts and whose others are numbers."""
    from rich.box import SIMPLE
    from rich.table import Table

    shown = Table(box=SIMPLE, padding=0, pad_edge=False, show_edge=False)  # a bundle fits 80 columns
    for place, head in enumerate(heads):
        shown.add_column(head, justify="left" if place < texts else "right", overflow="fold")
    for row in rows:
        shown.add_row(*row)
    return shown


def as_object(path: Path, graph: Graph) -> dict[str, Any]:
    """All that is known about a file, for programs."""
    return {
        "file": str(path),
        "size_bytes": path.stat().st_size,
        "macs": graph.macs,
        "batch": graph.batch,
        "further_graphs": graph.further,
        "weight_bytes": graph.weight_bytes,
        "peak_activation_bytes": graph.peak_activation_bytes,
        "operators": [
            asdict(step) | {"activation_bytes": alive}
            for step, alive in zip(graph.operators, graph.activation_bytes(), strict=True)
        ],
        "tensors": [asdict(tensor) | {"size_bytes": tensor.size_bytes} for tensor in graph.tensors],
        "inputs": graph.inputs,
        "outputs": graph.outputs,
        "metadata": graph.metadata,
    }
