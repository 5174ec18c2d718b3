"""MNIST with explicit splits, from wherever it lies."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.errors import DataError
from edgedigits.training.mnist_files import download, read_archive

if TYPE_CHECKING:
    from numpy.typing import NDArray

ENVIRONMENT_VARIABLE = "EDGEDIGITS_MNIST"
PAIRS = (("x_train", "y_train"), ("x_test", "y_test"))


@dataclass(frozen=True, slots=True)
class Split:
    """Images (N, 28, 28) uint8, white ink 255 on black 0, and labels (N,) uint8 in 0..9."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: slice) -> Split:
        return Split(images=self.images[rows], labels=self.labels[rows])


@dataclass(frozen=True, slots=True)
class Mnist:
    """Three splits that share no image; ``sha256`` covers the pixels and labels, whatever file they came from."""

    train: Split
    validation: Split
    test: Split
    sha256: str
    source: str


def load_mnist(path: Path | None = None, *, validation_split: float = 0.1, limit: int | None = None) -> Mnist:
    """Load MNIST: ``path``, else the environment variable EDGEDIGITS_MNIST, else the Keras cache, else a download.

    Args:
        path: the Keras ``.npz``, or a folder with the four IDX files, gzipped or not.
        validation_split: the share at the end of the training set that is kept for validation, in [0, 1).
        limit: use the first so many training images only.

    Raises:
        DataError: the files are absent or not what they should be, or cannot be downloaded.

    """
    if not 0 <= validation_split < 1:
        raise DataError(f"the validation split must be at least 0 and less than 1, got {validation_split}")
    source = find_source(path)
    arrays = read_archive(source)
    known, test = (checked(arrays, images=pair[0], labels=pair[1], source=source) for pair in PAIRS)
    digest = checksum(known.images, known.labels, test.images, test.labels)
    known = known[:limit]
    # Keras's `validation_split` cuts in the same way, so that figures compare.
    cut = int(len(known) * (1 - validation_split))
    return Mnist(
        train=known[:cut],
        validation=known[cut:],
        test=test,
        sha256=digest,
        source=str(source),
    )


def load_test(path: Path) -> Split:
    """Load the test images of another set: an ``.npz`` with ``x_test`` and ``y_test``, or a folder of the IDX files.

    Raises:
        DataError: they are absent or not what they should be.

    """
    images, labels = PAIRS[1]
    arrays = read_archive(find_source(path), names=PAIRS[1])
    return checked(arrays, images=images, labels=labels, source=path)


def find_source(path: Path | None) -> Path:
    """Return the file or folder to read; downloads into the Keras cache when there is none."""
    named = path or (Path(value) if (value := os.environ.get(ENVIRONMENT_VARIABLE)) else None)
    if named is not None:
        if not named.exists():
            origin = "" if path else f" ({ENVIRONMENT_VARIABLE})"
            raise DataError(f"{named}{origin} does not exist; give mnist.npz or a folder with the four IDX files")
        return named
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    cached = home / "datasets" / "mnist.npz"
    if not cached.exists():
        download(cached)
    return cached


def checked(arrays: dict[str, NDArray[Any]], *, images: str, labels: str, source: Path) -> Split:
    """Return a split; refuse anything that is not (N, 28, 28) uint8 with one label in 0..9 for each image."""
    pixels, digits = arrays[images], arrays[labels]
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[1:] != (28, 28) or not len(pixels):
        raise DataError(
            f"{source}: {images} must be (N, 28, 28) uint8, got {pixels.shape} {pixels.dtype}; is it another data set?"
        )
    if digits.dtype.kind not in "iu" or digits.shape != (len(pixels),):
        raise DataError(
            f"{source}: {labels} must be ({len(pixels)},) integers, one for each image, "
            f"got {digits.shape} {digits.dtype}; do the files belong together?"
        )
    if (wrong := digits[(digits < 0) | (digits > 9)]).size:
        raise DataError(f"{source}: {labels} must hold digits 0..9, got {wrong[0]}; is it another data set?")
    return Split(images=pixels, labels=digits.astype(np.uint8))


def checksum(*arrays: NDArray[np.uint8]) -> str:
    """Hexadecimal SHA-256 over the bytes of the arrays, one after the other."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()
