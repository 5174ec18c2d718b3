"""The two containers MNIST comes in, Keras's ``mnist.npz`` and the four IDX files, and the download."""

from __future__ import annotations

import gzip
import hashlib
import math
import struct
import urllib.request
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.archives import MOST_BYTES, megabytes, opened_zip, read_arrays
from edgedigits.errors import DataError
from edgedigits.files import replacing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[Any]]

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
# As in keras.datasets.mnist.
URL_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"

IDX_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
# Third byte 8: unsigned bytes; fourth: the number of dimensions. See yann.lecun.com/exdb/mnist.
IDX_MAGIC = {3: 0x803, 1: 0x801}


def read_idx_folder(source: Path, *, names: Sequence[str] = ARRAYS) -> Arrays:
    """Read the four arrays, or those named, from a folder of IDX files.

    Raises:
        DataError: a file is missing, truncated, or of another format.

    """
    return {
        name: read_idx(find_idx(source, stem), dimensions=3 if name[0] == "x" else 1)
        for name, stem in IDX_FILES.items()
        if name in names
    }


def read_idx_pair(images: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read one IDX file of images, and that of their labels, which lies beside it.

    Raises:
        DataError: either is missing, truncated, or of another format.

    """
    labels = images.with_name(images.name.replace("images", "labels").replace("idx3", "idx1"))
    if labels == images or not labels.is_file():
        raise DataError(f"{images} has no file of labels beside it; expected {labels.name}")
    return read_idx(images, dimensions=3), read_idx(labels, dimensions=1)


def read_npz(path: Path, *, names: Sequence[str] = ARRAYS, one_set: Sequence[str] = ()) -> Arrays:
    """Read the named arrays of a Keras ``.npz``; or those of ``one_set``, where it has all of them and none named.

    Raises:
        DataError: an array is missing, or the file is damaged or of another format.

    """
    try:
        arrays = read_arrays(path, names=(*names, *one_set))
        if one_set and arrays.keys() == set(one_set):
            return arrays
        if len(arrays) < len(names):
            with opened_zip(path) as archive:
                found = ", ".join(name.removesuffix(".npy") for name in archive.namelist()) or "nothing"
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} is no readable .npz ({one_line(error)}); is it the Keras mnist.npz, and whole? fetch it again"
        ) from error
    if missing := [name for name in names if name not in arrays]:
        raise DataError(f"{path}: {', '.join(missing)} missing, found {found}; is it the Keras mnist.npz?")
    return {name: arrays[name] for name in names}


def find_idx(folder: Path, stem: str) -> Path:
    """Return the IDX file of that name, gzipped or not, also as ``train-images.idx3-ubyte``."""
    names = [name + suffix for name in (stem, stem.replace("-idx", ".idx")) for suffix in ("", ".gz")]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DataError(f"{folder} has no {stem} or {stem}.gz; expected the four files {', '.join(IDX_FILES.values())}")


def read_idx(path: Path, *, dimensions: int) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes: big-endian magic number, one size for each dimension, the bytes.

    Raises:
        DataError: it is truncated, of another format, or declares more than :data:`MOST_BYTES`.

    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            shape = idx_shape(stream.read(4 * (1 + dimensions)), dimensions=dimensions, path=path)
            expected = math.prod(shape)
            # One byte more tells whether there are more, however many a small gzip would unpack to.
            content = stream.read(expected + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be unpacked ({one_line(error)}); fetch it again") from error
    if len(content) != expected:
        found = f"{len(content)}" if len(content) < expected else f"more than {expected}"
        raise DataError(
            f"{path} holds {found} bytes of data, its header says {expected} ({' x '.join(map(str, shape))}); "
            "fetch it again"
        )
    return np.frombuffer(content, np.uint8).reshape(shape)


def idx_shape(header: bytes, *, dimensions: int, path: Path) -> list[int]:
    """Return the sizes that an IDX header declares; refuse other headers, and more than :data:`MOST_BYTES`."""
    header_bytes = 4 * (1 + dimensions)
    if len(header) < header_bytes:
        raise DataError(f"{path} has {len(header)} bytes, an IDX header alone has {header_bytes}; fetch it again")
    magic, *shape = struct.unpack(f">{1 + dimensions}I", header)
    if magic != IDX_MAGIC[dimensions]:
        raise DataError(
            f"{path} starts with magic number {magic}, expected {IDX_MAGIC[dimensions]}; is it another file?"
        )
    if math.prod(shape) > MOST_BYTES:
        raise DataError(
            f"{path} declares {' x '.join(map(str, shape))} bytes, at most {megabytes(MOST_BYTES)} are read; "
            "is it another file?"
        )
    return shape


def download(target: Path, *, url: str = URL, sha256: str = URL_SHA256, timeout_s: float = 30) -> None:
    """Download ``mnist.npz`` (11 MB), check it, and put it whole at ``target``.

    Raises:
        DataError: offline, or what came is not the published file.

    """
    try:
        with urllib.request.urlopen(url, timeout=timeout_s) as answer:  # noqa: S310, the address is a constant
            content = answer.read()
    except OSError as error:
        raise DataError(
            f"MNIST is not on this machine and {url} cannot be reached ({one_line(error)}); "
            f"put mnist.npz at {target}, or name it with --data or EDGEDIGITS_MNIST"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise DataError(f"{url} sent a file with SHA-256 {found}, expected {sha256}; try again, or use --data")
    with replacing(target) as temporary:
        temporary.write_bytes(content)


def one_line(error: BaseException) -> str:
    """Return the message of an error without line breaks."""
    return " ".join(str(error).split()) or type(error).__name__
