"""NumPy archives: weights for the NumPy backend, and known answers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.errors import ExportError
from edgedigits.tensors import TensorSpec
from edgedigits_export.contents import INPUT, INPUT_SHAPE, OUTPUT, OUTPUT_SHAPE, Contents

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits_export.network import Network

WEIGHTS = 10


def archive(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """An uncompressed ``.npz``; the same arrays give the same bytes, since NumPy dates every entry 1980."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)
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
        with np.load(path, allow_pickle=False) as arrays:
            dtypes = {str(arrays[name].dtype) for name in arrays}
            count = len(arrays)
    except Exception as error:  # zipfile, zlib and NumPy each raise their own
        raise ExportError(f"{path} is no NumPy archive ({error})") from error
    if count != WEIGHTS or dtypes != {"float32"}:
        raise ExportError(f"{path} holds {count} arrays of {', '.join(sorted(dtypes))}, expected {WEIGHTS} of float32")
    return Contents((), TensorSpec(INPUT, INPUT_SHAPE, "float32"), TensorSpec(OUTPUT, OUTPUT_SHAPE, "float32"))
