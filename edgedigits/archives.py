"""Archives that others may have made: nothing is unpacked before its declared size is known to be small enough."""

from __future__ import annotations

import contextlib
import math
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

# The largest of MNIST's relatives, EMNIST by class, has 640 MB of pixels; the project's own files 0.4 MB of weights.
MOST_BYTES = 1_000_000_000
NPY = ".npy"
ENCRYPTED = 1
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


@contextlib.contextmanager
def opened_zip(path: Path, *, most_bytes: int = MOST_BYTES) -> Iterator[zipfile.ZipFile]:
    """Open a zip whose entries together declare no more than ``most_bytes``; what they hold is at most that.

    Raises:
        ValueError: it declares more, or opening or reading it shows that it is none or damaged.

    """
    try:
        with zipfile.ZipFile(path) as entries:
            declared = sum(entry.file_size for entry in entries.infolist())
            if declared > most_bytes:
                raise ValueError(f"it unpacks to {megabytes(declared)}, at most {megabytes(most_bytes)} are read")
            if any(entry.flag_bits & ENCRYPTED for entry in entries.infolist()):
                raise ValueError("it is encrypted")
            yield entries
    # NotImplementedError: a way of packing that zipfile does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError) as error:
        raise ValueError(f"it is no zip archive, or a damaged one: {error or 'it ends early'}") from error


def read_arrays(
    path: Path, *, names: Collection[str] | None = None, most_bytes: int = MOST_BYTES
) -> dict[str, NDArray[Any]]:
    """Arrays of an ``.npz`` file by their names: all, or those of ``names`` that it has. No pickle is ever loaded.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no such file, is damaged, holds Python objects, or declares more than ``most_bytes``.

    """
    with opened_zip(path, most_bytes=most_bytes) as archive:
        entries = {entry.filename.removesuffix(NPY): entry for entry in archive.infolist()}
        return {name: _array(archive, entry) for name, entry in entries.items() if names is None or name in names}


def megabytes(count: int) -> str:
    """A number of bytes, for instance ``1,000 MB``."""
    return f"{count / 1e6:,.0f} MB"


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[Any]:
    name = entry.filename.removesuffix(NPY)
    with archive.open(entry) as stream:
        try:
            header = HEADERS[np.lib.format.read_magic(stream)]
            shape, by_columns, dtype = header(stream)
        except (KeyError, ValueError, SyntaxError) as error:
            raise ValueError(f"{name} is no array of NumPy") from error
        if dtype.hasobject:
            raise ValueError(f"{name} holds Python objects, not numbers")
        expected, found = math.prod(shape) * dtype.itemsize, entry.file_size - stream.tell()
        if expected != found:
            raise ValueError(f"{name} has {found} bytes, its header says {expected}")
        flat = np.frombuffer(bytearray(stream.read()), dtype)
    return flat.reshape(shape, order="F" if by_columns else "C")
