"""NumPy archives: weights for the NumPy backend, and known answers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.archives import read_arrays
from edgedigits.errors import ExportError
from edgedigits.tensors import TensorSpec
from edgedigits_export.gates.structure import INPUT, INPUT_SHAPE, OUTPUT, OUTPUT_SHAPE, Contents

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits_export.networks.network import Network

WEIGHTS = 10


def archive(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """An uncompressed ``.npz``; the same arrays give the same bytes, since NumPy dates every entry 1980."""
    stream, stored = io.BytesIO(), dict[str, Any](arrays)
    np.savez(stream, **stored)
    return stream.getvalue()


def float32(network: Network) -> bytes:
    """The weights of the network."""
    return archive(network.weights())


def contents(path: Path) -> Contents:
    """Ends of a weights archive; its operators are the NumPy backend's own.

    Raises:
        ExportError: it is no archive of ten float32 arrays.

    """
    try:
        arrays = read_arrays(path)
    except (OSError, ValueError) as error:
        raise ExportError(f"{path} is no NumPy archive ({error})") from error
    count, dtypes = len(arrays), {str(array.dtype) for array in arrays.values()}
    if count != WEIGHTS or dtypes != {"float32"}:
        raise ExportError(f"{path} holds {count} arrays of {', '.join(sorted(dtypes))}, expected {WEIGHTS} of float32")
    return Contents((), TensorSpec(INPUT, INPUT_SHAPE, "float32"), TensorSpec(OUTPUT, OUTPUT_SHAPE, "float32"))
