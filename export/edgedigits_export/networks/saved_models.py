"""SavedModel folders of others, looked through before they are loaded: their operators may do more than compute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tensorflow as tf

from edgedigits.archives import MOST_BYTES, megabytes
from edgedigits.errors import ExportError
from edgedigits_export.networks.foreign import Foreign, frozen, only, weights_in
from edgedigits_export.networks.network import one_line
from edgedigits_export.networks.operators import check_operators
from edgedigits_export.networks.sizes import check_declared, check_made

if TYPE_CHECKING:
    from pathlib import Path

FILE, CHUNKED = "saved_model.pb", "saved_model.cpb"
SIGNATURE = "serving_default"


def read(path: Path) -> Foreign:
    """Load a folder with a SavedModel.

    TensorFlow's older loader does it: it reads what every version wrote, and runs what restores variables and nothing
    else, where the newer one rebuilds objects of Keras, optimizers among them.

    Raises:
        ExportError: it is none, has several inputs or outputs, or holds operators that do more than compute.

    """
    model = _model(path)
    for meta in model.meta_graphs:  # whichever the loader takes
        check_operators(path, meta)
        check_declared(path, meta.graph_def)
    served = [meta for meta in model.meta_graphs if "serve" in meta.meta_info_def.tags]
    meta = (served or list(model.meta_graphs))[0]
    signature = _signature(path, meta)
    takes, gives = ([_shape(end) for end in ends.values()] for ends in (signature.inputs, signature.outputs))
    shape, answers = only(path, takes, gives)
    (source,), (target,) = signature.inputs.values(), signature.outputs.values()
    try:
        _check_made(meta)
        graph = _loaded(path, meta, target.name)
        run = _function(graph, source.name, target.name)
        infer = frozen(lambda images: run(images)[0], shape, tf.as_dtype(source.dtype))
    except (MemoryError, tf.errors.ResourceExhaustedError):
        raise
    except Exception as error:  # TensorFlow raises many
        raise ExportError(f"{path} cannot be loaded ({one_line(error)})") from error
    return Foreign(infer, shape, answers, weights_in(graph), tf.as_dtype(source.dtype))


def _model(path: Path) -> Any:
    """What the folder holds, as protobuf; nothing is run."""
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    if (path / CHUNKED).exists():  # it would be loaded in place of the one that is looked through
        raise ExportError(f"{path / CHUNKED} holds a network in chunks; save one below 2 GB, as {FILE} alone")
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    if size > MOST_BYTES:
        raise ExportError(f"{path} holds {megabytes(size)}, at most {megabytes(MOST_BYTES)} are read")
    try:
        model = SavedModel.FromString((path / FILE).read_bytes())
    except Exception as error:  # protobuf raises its own
        raise ExportError(f"{path / FILE} is no SavedModel ({one_line(error)})") from error
    if not model.meta_graphs:
        raise ExportError(f"{path / FILE} is no SavedModel (it holds no graph)")
    return model


def _signature(path: Path, meta: Any) -> Any:
    """What is served: under the usual name, or under the only one."""
    named = {name: each for name, each in meta.signature_def.items() if each.inputs and each.outputs}
    if SIGNATURE not in named and len(named) != 1:
        raise ExportError(f"{path} has no signature {SIGNATURE}; it has {', '.join(sorted(named)) or 'none'}")
    return named.get(SIGNATURE) or next(iter(named.values()))


def _shape(end: Any) -> tuple[int | None, ...]:
    return tuple(size.size if size.size >= 0 else None for size in end.tensor_shape.dim)


def _check_made(meta: Any) -> None:
    """Refuse a graph that makes too much, what is run when it is loaded included."""
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(meta.graph_def, name="")
    check_made(graph)


def _loaded(path: Path, meta: Any, target: str) -> Any:
    """The graph up to the target, its variables turned into constants."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_from_session_graph

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.saved_model.load(session, list(meta.meta_info_def.tags), str(path))
        graph = session.graph.as_graph_def(add_shapes=True)
        return convert_variables_to_constants_from_session_graph(session, graph, [target.partition(":")[0]])


def _function(graph: Any, source: str, target: str) -> Any:
    from tensorflow.python.eager.wrap_function import function_from_graph_def

    return function_from_graph_def(graph, [source], [target])
