"""MNIST, or other labelled digits, with explicit splits, from wherever they lie."""

from __future__ import annotations

import hashlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.errors import DataError
from edgedigits.training.forms import FORMS, ONE_SET, read
from edgedigits.training.mnist_files import download

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

ENVIRONMENT_VARIABLE = "EDGEDIGITS_MNIST"
PAIRS = (("x_train", "y_train"), ("x_test", "y_test"))
# MNIST's share: 10,000 of 70,000.
TEST_EVERY = 7
LIGHT = 128
log = logging.getLogger(__name__)


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


def load_mnist(
    path: Path | None = None,
    *,
    validation_split: float = 0.1,
    limit: int | None = None,
    tell: Callable[[str], None] = log.warning,
) -> Mnist:
    """Load MNIST: ``path``, else the environment variable EDGEDIGITS_MNIST, else the Keras cache, else a download.

    Args:
        path: what :func:`edgedigits.training.forms.read` reads; of one set, a seventh is held out to test on.
        validation_split: the share at the end of the training set that is kept for validation, in [0, 1).
        limit: how many training images are used, the first ones; None for all.
        tell: told what was done to the images.

    Raises:
        DataError: the files are absent or not what they should be, or cannot be downloaded.

    """
    if not 0 <= validation_split < 1:
        raise DataError(f"the validation split must be at least 0 and less than 1, got {validation_split}")
    source = find_source(path)
    arrays = read(source, tell=tell)
    if ONE_SET[0] in arrays:
        known, test = split_off(upright(arrays, names=ONE_SET, source=source, tell=tell))
        if not len(test):
            raise DataError(f"{source} has {len(known)} images, too few to keep every seventh of a digit to test on")
        tell(f"{source} is one set: {len(test):,} of its {len(known) + len(test):,} images are kept to test on")
    else:
        known, test = (upright(arrays, names=pair, source=source, tell=tell) for pair in PAIRS)
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


def load_test(path: Path | None = None, *, trained_on: str = "", tell: Callable[[str], None] = log.warning) -> Split:
    """Load images to test a network on: the test images; of one set all, unless it was trained on that.

    Args:
        path: as of :func:`load_mnist`.
        trained_on: SHA-256 of the data that the network was trained on.
        tell: told what was done to the images.

    Raises:
        DataError: they are absent or not what they should be.

    """
    source = find_source(path)
    arrays = read(source, names=PAIRS[1], tell=tell)
    if ONE_SET[0] not in arrays:
        return upright(arrays, names=PAIRS[1], source=source, tell=tell)
    whole = upright(arrays, names=ONE_SET, source=source, tell=tell)
    known, test = split_off(whole)
    if checksum(known.images, known.labels, test.images, test.labels) != trained_on:
        return whole
    tell(f"{source}: the network was trained on it, but for {len(test):,} of {len(whole):,} images")
    return test


def split_off(whole: Split) -> tuple[Split, Split]:
    """A set in two, both with the same share of each digit and in an order that mixes them: to learn, and to test."""
    mixed = np.random.default_rng(0).permutation(len(whole))
    tested = turns(whole.labels[mixed]) % TEST_EVERY == TEST_EVERY - 1
    learnt, kept = mixed[~tested], mixed[tested]
    return Split(whole.images[learnt], whole.labels[learnt]), Split(whole.images[kept], whole.labels[kept])


def turns(labels: NDArray[np.uint8]) -> NDArray[np.intp]:
    """How many of the same digit come before each of these labels (N,)."""
    turn = np.empty(len(labels), np.intp)
    for digit in range(10):
        turn[labels == digit] = np.arange(np.count_nonzero(labels == digit))
    return turn


def upright(
    arrays: dict[str, NDArray[Any]], *, names: tuple[str, str], source: Path, tell: Callable[[str], None]
) -> Split:
    """A split in white ink on black: where most images have a light border, all are inverted, and that is told."""
    found = checked(arrays, images=names[0], labels=names[1], source=source)
    frame = np.ones((28, 28), bool)
    frame[1:-1, 1:-1] = False
    light = np.median(found.images[:, frame], axis=1) >= LIGHT
    if np.count_nonzero(light) * 2 <= len(found):
        return found
    what = f"{source}: {names[0]}" if names != ONE_SET else f"{source}"
    tell(f"{what} is black ink on white, and was inverted")
    return Split(images=255 - found.images, labels=found.labels)


def named_source(path: Path | None) -> Path | None:
    """Return the file or folder that is named, by hand or in the environment; None where none is.

    Raises:
        DataError: it is not there.

    """
    named = path or (Path(value) if (value := os.environ.get(ENVIRONMENT_VARIABLE)) else None)
    if named is not None and not named.exists():
        origin = "" if path else f" ({ENVIRONMENT_VARIABLE})"
        raise DataError(f"{named}{origin} does not exist; give {FORMS}")
    return named


def find_source(path: Path | None) -> Path:
    """Return the file or folder to read; downloads into the Keras cache when there is none."""
    if named := named_source(path):
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
