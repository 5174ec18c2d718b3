"""TFLite files of others, looked into without running them."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, NamedTuple

from edgedigits.archives import MOST_BYTES, megabytes
from edgedigits.errors import BundleError, ExportError
from edgedigits.graphs.tflite import parse
from edgedigits_export.networks.foreign import shape_text
from edgedigits_export.networks.frames import AS_IT_IS, frames_of
from edgedigits_export.networks.heads import DIGITS

if TYPE_CHECKING:
    from pathlib import Path

    from edgedigits.graphs import Graph
    from edgedigits_export.networks.frames import Frame

# They hand on what they get, in other numbers or another shape.
TRANSPARENT = frozenset({"DEQUANTIZE", "QUANTIZE", "RESHAPE", "SQUEEZE"})
# What a file computes in, by the types of its activations, the widest first.
INTEGERS = {"int16": "int16x8", "uint8": "uint8", "int8": "int8"}
EIGHT_BITS_OR_LESS = frozenset({"int8", "uint8", "int4", "int2"})
WAY_OUT = "export the network that it was made from"


class End(NamedTuple):
    """The operator that gives the answers; the scale of its numbers, and of logits, where they are whole ones."""

    operator: str
    scale: float | None
    logit_scale: float | None


class Source(NamedTuple):
    """A file without what lies behind its network; the format that it has, how it takes an image, what it ends with."""

    content: bytes
    format: str
    frame: Frame
    end: End


def opened(path: Path) -> Source:
    """Read a file and look into it; nothing is run.

    Raises:
        ExportError: it is none, too large, or holds something else than a network from one image to ten numbers.

    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ExportError(f"{path} has {megabytes(size)}, at most {megabytes(MOST_BYTES)} are read")
        content = without_zip(path.read_bytes())
        graph = parse(content, name=str(path))
    except OSError as error:
        raise ExportError(f"{path} cannot be read ({error.strerror})") from error
    except BundleError as error:
        raise ExportError(str(error)) from error
    try:
        needed, ends = max(graph.peak_activation_bytes, graph.weight_bytes), graph.inputs + graph.outputs
        found = Source(content, kind_of(graph), frame_of(path, graph), end_of(graph))
        _ = [graph.tensors[place].spec for place in ends]
    except (IndexError, ValueError) as error:
        raise ExportError(f"{path} is a damaged TFLite file ({error}); copy it again, or {WAY_OUT}") from error
    if needed > MOST_BYTES:
        raise ExportError(f"{path} takes {megabytes(needed)} to run, at most {megabytes(MOST_BYTES)} are given")
    return found


def kind_of(graph: Graph) -> str:
    """The format that a file has already: by the types of its activations, else of its weights."""
    ends = [graph.tensors[place].dtype for place in (*graph.inputs, *graph.outputs)]
    inside = {tensor.dtype for tensor in graph.tensors if not tensor.constant and tensor.quantisation}
    weights = {tensor.dtype for tensor in graph.tensors if tensor.constant and tensor.dtype not in ("int32", "int64")}
    for dtypes in (ends, inside):
        if found := next((INTEGERS[dtype] for dtype in INTEGERS if dtype in dtypes), None):
            return found
    if weights & EIGHT_BITS_OR_LESS:
        return "dynamic"
    return "float16" if "float16" in weights else "float32"


def end_of(graph: Graph) -> End:
    """What gives the answers: past what only changes numbers into others of the same meaning."""
    writers = {place: step for step in graph.operators for place in step.outputs}

    def traced(place: int) -> tuple[str, float | None, int]:
        for _ in graph.operators:  # as many at most: a damaged file may go in circles
            if (step := writers.get(place)) and step.name in TRANSPARENT:
                place = step.inputs[0]
        step, quantisation = writers.get(place), graph.tensors[place].quantisation
        return step.name if step else "", quantisation.scales[0] if quantisation else None, place

    operator, scale, place = traced(graph.outputs[0])
    if operator not in ("SOFTMAX", "LOG_SOFTMAX"):
        return End(operator, scale, scale)
    return End(operator, scale, traced(writers[place].inputs[0])[1])


def without_zip(content: bytes) -> bytes:
    """A file's network, without metadata that lie behind it: they are written anew."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as entries:
            return content[: min((entry.header_offset for entry in entries.infolist()), default=len(content))]
    except zipfile.BadZipFile:
        return content


def frame_of(path: Path, graph: Graph) -> Frame:
    """How it takes an image; refuses what is not the pixels of one patch in their order, or gives no ten numbers."""
    takes, gives = (
        [tuple(None if size < 0 else size for size in graph.tensors[place].shape) for place in ends]
        for ends in (graph.inputs, graph.outputs)
    )
    frame = frames_of(takes[0])[:1] if len(takes) == len(gives) == 1 else ()
    as_it_is = [each for each in frame if each.fit == AS_IT_IS and each.channels == 1 and each.batch in (None, 1)]
    if not as_it_is or gives[0][-1:] != (DIGITS,) or not set(gives[0][:-1]) <= {None, 1}:
        taken, given = (" and ".join(map(shape_text, ends)) or "nothing" for ends in (takes, gives))
        raise ExportError(
            f"{path} takes {taken} and gives {given}; a file that is taken as it is must take one grey image of 28 x "
            f"28 pixels and give ten numbers; {WAY_OUT}"
        )
    return as_it_is[0]
