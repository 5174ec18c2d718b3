"""Digits as rows of a CSV file: a label and 784 pixels, with a line of names above or without, as Kaggle has MNIST."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits.archives import MOST_BYTES, megabytes
from edgedigits.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PIXELS = 28 * 28
LABEL = {"label", "class", "digit", "target", "y"}
# Longer than any line of 785 numbers.
LINE_BYTES = 20_000
FORM = "a label and 784 pixels of 0..255 in each row, with commas between them"


def read_csv(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read images (N, 28, 28) and labels (N,), both uint8.

    The label is the first column, or the one that a line of names calls so.

    Raises:
        DataError: it cannot be read, has other columns, holds something else than whole numbers of 0..255, or too much.

    """
    names, columns = head_of(path)
    label = next((place for place, name in enumerate(names) if name.strip('" ').lower() in LABEL), 0)
    if columns != 1 + PIXELS:
        hint = "; a file of pixels alone, as Kaggle's test.csv, has no labels" if columns == PIXELS else ""
        raise DataError(f"{path} has {columns} columns, expected {FORM}{hint}")
    try:
        rows = np.loadtxt(
            path, np.uint8, delimiter=",", skiprows=int(bool(names)), ndmin=2, comments=None, encoding="utf-8-sig"
        )
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read ({' '.join(str(error).split())}); expected {FORM}") from error
    return np.delete(rows, label, axis=1).reshape(-1, 28, 28), rows[:, label]


def head_of(path: Path) -> tuple[list[str], int]:
    """Names of the columns, none where the first line holds numbers, and how many columns there are."""
    try:
        if path.stat().st_size > 2 * MOST_BYTES:  # a pixel takes at least two of its bytes, and becomes one
            raise DataError(
                f"{path} has {megabytes(path.stat().st_size)}, at most {megabytes(2 * MOST_BYTES)} are read"
            )
        with path.open(encoding="utf-8-sig") as stream:
            cells = stream.readline(LINE_BYTES).strip().split(",")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}); expected {FORM}") from error
    return ([] if cells[0].strip().isdigit() else cells), len(cells)


def is_labelled(path: Path) -> bool:
    """Whether its rows have a label beside the pixels."""
    return head_of(path)[1] > PIXELS
