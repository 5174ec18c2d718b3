"""Arrays in a bundle: read whole or not at all, and known answers held against the shapes that all who ask rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.archives import read_arrays
from edgedigits.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[Any]]

# A hundred times what the largest archive of a bundle unpacks to.
MOST_BYTES = 64_000_000
EXPORT_AGAIN = "copy or export the bundle again"


def bundle_arrays(path: Path, *, cure: str = EXPORT_AGAIN) -> Arrays:
    """Arrays of a bundle's ``.npz`` file by their names.

    Raises:
        BundleError: it is missing, no such file, damaged, or holds Python objects or too much; with the cure.

    """
    try:
        return read_arrays(path, most_bytes=MOST_BYTES)
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} is damaged: {error}; {cure}") from error


def golden_patches(path: Path) -> Arrays:
    """``patches`` (N, 28, 28) and ``labels`` (N,), both uint8, and per format the answers (N, 10) float32.

    Raises:
        BundleError: as above, or the arrays are something else.

    """
    arrays = bundle_arrays(path)
    count = len(arrays["patches"]) if "patches" in arrays and arrays["patches"].ndim else 0
    shapes: dict[str, tuple[tuple[int, ...], Any]] = dict.fromkeys(arrays, ((count, 10), np.float32))
    shapes |= {"patches": ((count, 28, 28), np.uint8), "labels": ((count,), np.uint8)}
    if not count:
        raise BundleError(f"{path} is damaged: it holds no patches; {EXPORT_AGAIN}")
    require_shapes(arrays, shapes, path=path)
    return arrays


def require_shapes(arrays: Arrays, shapes: Mapping[str, tuple[tuple[int, ...], Any]], *, path: Path) -> None:
    """Refuse arrays that are missing, of another shape or dtype, or not finite.

    Raises:
        BundleError: says which.

    """
    for name, (shape, dtype) in shapes.items():
        found = arrays.get(name)
        if found is None or found.shape != shape or found.dtype != dtype or not np.isfinite(found).all():
            what = "missing" if found is None else f"{found.dtype} of {found.shape}, or not finite"
            raise BundleError(
                f"{path} is damaged: {name} is {what}, expected {np.dtype(dtype)} of {shape}; {EXPORT_AGAIN}"
            )
