"""The forms that labelled digits come in: Keras's npz, IDX files, CSV, and one folder of pictures for each digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits.errors import DataError
from edgedigits.training.csv_files import is_labelled, read_csv
from edgedigits.training.image_folders import is_image_folder, read_image_folder
from edgedigits.training.mnist_files import ARRAYS, IDX_FILES, read_idx_folder, read_idx_pair, read_npz

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits.training.mnist_files import Arrays

    Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]

# Of a source that does not say what is for training and what to test on.
ONE_SET = ("x", "y")
PARTS = {"train": ("train", "training"), "test": ("test", "testing")}
FORMS = "an .npz as Keras has it, a .csv, IDX files, or a folder with one folder for each digit"


def read(source: Path, *, names: Sequence[str] = ARRAYS, tell: Callable[[str], None]) -> Arrays:
    """Read images and labels.

    Args:
        source: a file or a folder.
        names: of the arrays that are wanted, where the source tells training from test.
        tell: told what was done to them.

    Returns:
        The arrays named; or ``x`` and ``y`` alone, where the source holds one set.

    Raises:
        DataError: it holds no labelled images, or something about them is wrong.

    """
    if source.is_dir():
        return _folder(source, names=names, tell=tell)
    if source.suffix.lower() == ".csv":
        return dict(zip(ONE_SET, read_csv(source), strict=True))
    if "idx3" in source.name:
        return dict(zip(ONE_SET, read_idx_pair(source), strict=True))
    return read_npz(source, names=names, one_set=ONE_SET)


def _folder(source: Path, *, names: Sequence[str], tell: Callable[[str], None]) -> Arrays:
    if is_image_folder(source):
        return dict(zip(ONE_SET, read_image_folder(source, tell=tell), strict=True))
    wanted = [part for part in PARTS if f"x_{part}" in names]
    folders = {part: [source / name for name in PARTS[part] if is_image_folder(source / name)] for part in wanted}
    if all(folders.values()):
        return _arrays({part: read_image_folder(found[0], tell=tell) for part, found in folders.items()})
    if files := sorted(source.glob("*.csv")):
        return _csv_files(source, files, wanted=wanted, tell=tell)
    if not any("idx" in path.name for path in source.iterdir()):
        raise DataError(
            f"{source} has no digits that can be read; expected one folder for each digit, train.csv and test.csv, or "
            f"the four IDX files {', '.join(IDX_FILES.values())}"
        )
    return read_idx_folder(source, names=names)


def _csv_files(source: Path, files: list[Path], *, wanted: list[str], tell: Callable[[str], None]) -> Arrays:
    """Files whose names say what is for training and what to test on; Kaggle's test.csv has no labels."""
    labelled = [path for path in files if is_labelled(path)]
    for path in set(files) - set(labelled):
        tell(f"{path} has no labels and is left out")
    if len(labelled) == 1:
        return dict(zip(ONE_SET, read_csv(labelled[0]), strict=True))
    found = {part: [path for path in labelled if part in path.stem] for part in wanted}
    if any(len(paths) != 1 for paths in found.values()):
        raise DataError(
            f"{source} holds {', '.join(path.name for path in files)}; expected one .csv with labels, or two with "
            "train and test in their names"
        )
    return _arrays({part: read_csv(paths[0]) for part, paths in found.items()})


def _arrays(parts: dict[str, Pair]) -> Arrays:
    return {f"{axis}_{part}": array for part, pair in parts.items() for axis, array in zip("xy", pair, strict=True)}
