"""Labelled digits in the forms that people have them in: each gives the same images as Keras's npz."""

from __future__ import annotations

import itertools
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from edgedigits.errors import DataError
from edgedigits.training import image_folders
from edgedigits.training.data import load_mnist, load_test
from edgedigits.training.mnist_files import IDX_FILES, read_npz
from tests.training.test_data import arrays_of, write_idx

if TYPE_CHECKING:
    from pathlib import Path

KAGGLE = ",".join(["label", *(f"pixel{place}" for place in range(784))])


@pytest.fixture
def said() -> list[str]:
    return []


def write_csv(
    path: Path, images: np.ndarray, labels: np.ndarray | None, *, head: str = KAGGLE, last: bool = False
) -> Path:
    columns = [images.reshape(len(images), -1)]
    if labels is not None:
        columns.insert(len(columns) if last else 0, labels[:, None])
    np.savetxt(path, np.hstack(columns), "%d", ",", header=head, comments="")
    if not head:
        path.write_bytes(path.read_bytes().removeprefix(b"\n"))
    return path


def write_folder(folder: Path, images: np.ndarray, labels: np.ndarray) -> Path:
    for row, (image, label) in enumerate(zip(images, labels, strict=True)):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / str(label) / f"{row:03}.png")
    return folder


def pairs(images: np.ndarray, labels: np.ndarray) -> list[tuple[bytes, int]]:
    return sorted((image.tobytes(), int(label)) for image, label in zip(images, labels, strict=True))


@pytest.mark.parametrize("head", [KAGGLE, "", KAGGLE.replace("pixel", "p")], ids=["kaggle", "none", "other"])
def test_a_csv_with_a_line_of_names_or_without_holds_the_same_images(archive: Path, tmp_path: Path, head: str) -> None:
    known = arrays_of(archive)
    found = load_test(write_csv(tmp_path / "train.csv", known["x_test"], known["y_test"], head=head))
    assert np.array_equal(found.images, known["x_test"])
    assert np.array_equal(found.labels, known["y_test"])


def test_a_csv_whose_last_column_is_the_label_says_so_by_its_name(archive: Path, tmp_path: Path) -> None:
    known = arrays_of(archive)
    head = ",".join([*(f"pixel{place}" for place in range(784)), "class"])
    found = load_test(write_csv(tmp_path / "openml.csv", known["x_test"], known["y_test"], head=head, last=True))
    assert np.array_equal(found.labels, known["y_test"])
    assert np.array_equal(found.images, known["x_test"])


def test_a_folder_with_a_csv_to_train_and_one_to_test_is_the_same_data(archive: Path, tmp_path: Path) -> None:
    known = arrays_of(archive)
    for part in ("train", "test"):
        write_csv(tmp_path / f"mnist_{part}.csv", known[f"x_{part}"], known[f"y_{part}"])
    assert load_mnist(tmp_path).sha256 == load_mnist(archive).sha256


def test_kaggles_folder_whose_test_images_have_no_labels_is_one_set(
    archive: Path, tmp_path: Path, said: list[str]
) -> None:
    known = arrays_of(archive)
    write_csv(tmp_path / "train.csv", known["x_train"], known["y_train"])
    write_csv(tmp_path / "test.csv", known["x_test"], None, head=KAGGLE.removeprefix("label,"))
    data = load_mnist(tmp_path, tell=said.append)
    assert said == [
        f"{tmp_path / 'test.csv'} has no labels and is left out",
        f"{tmp_path} is one set: {len(data.test)} of its 300 images are kept to test on",
    ]
    parts = [pairs(part.images, part.labels) for part in (data.train, data.validation, data.test)]
    assert sorted(itertools.chain(*parts)) == pairs(known["x_train"], known["y_train"])
    assert np.bincount(data.test.labels, minlength=10).min() >= 1
    with pytest.raises(DataError, match=r"has 784 columns, expected a label and 784 pixels .*test\.csv, has no labels"):
        load_test(tmp_path / "test.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has 1 columns, expected a label and 784 pixels"),
        ("1;2;3\n", "has 1 columns"),
        ("\n".join([KAGGLE, ",".join(["1"] * 785), "1,2"]), "the number of columns changed from 785 to 2"),
        ("\n".join([KAGGLE, ",".join(["300"] * 785)]), "cannot be read .*300"),
        ("\n".join([KAGGLE, ",".join(["x"] * 785)]), "cannot be read .*'x'"),
        (",".join(["11", *["0"] * 784]), r"must hold digits 0\.\.9, got 11"),
        (KAGGLE, r"must be \(N, 28, 28\) uint8, got \(0, 28, 28\)"),
        ("\xff\xd8\xff", "cannot be read"),
    ],
    ids=["empty", "semicolons", "short", "large", "words", "eleven", "names", "jpeg"],
)
@pytest.mark.filterwarnings("ignore:loadtxt")
def test_a_csv_of_something_else_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "digits.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(DataError, match=message) as caught:
        load_test(path)
    assert "\n" not in str(caught.value)


def test_a_folder_for_each_digit_holds_the_same_images_in_an_order_that_mixes_them(
    archive: Path, tmp_path: Path, said: list[str]
) -> None:
    known = arrays_of(archive)
    folder = write_folder(tmp_path / "digits", known["x_test"], known["y_test"])
    (folder / "0" / "Thumbs.db").touch()
    found = load_test(folder, tell=said.append)
    assert pairs(found.images, found.labels) == pairs(known["x_test"], known["y_test"])
    assert len(np.unique(found.labels[:20])) > 5
    assert not said


def test_folders_to_train_and_to_test_stay_apart(archive: Path, tmp_path: Path) -> None:
    known = arrays_of(archive)
    for part, name in (("train", "training"), ("test", "testing")):
        write_folder(tmp_path / name, known[f"x_{part}"], known[f"y_{part}"])
    data = load_mnist(tmp_path)
    assert pairs(data.test.images, data.test.labels) == pairs(known["x_test"], known["y_test"])
    assert sorted(data.train.labels.tolist() + data.validation.labels.tolist()) == sorted(known["y_train"].tolist())


def test_pictures_of_any_size_and_colour_are_brought_into_mnists_form(
    archive: Path, tmp_path: Path, said: list[str]
) -> None:
    known = arrays_of(archive)
    for row, (image, label) in enumerate(zip(known["x_test"], known["y_test"], strict=True)):
        (tmp_path / str(label)).mkdir(exist_ok=True)
        large = Image.fromarray(255 - image).resize((140, 140)).convert("RGB")
        clear = large.copy()
        clear.putalpha(Image.fromarray(image).resize((140, 140)))
        kind = ("jpg", "png")[row % 2]
        (large if kind == "jpg" else clear).save(tmp_path / str(label) / f"{row}.{kind}")
    found = load_test(tmp_path, tell=said.append)
    assert said == [f"{tmp_path}: 80 of 80 pictures are not 28 x 28, and were brought into MNIST's form"]
    # The order of the digits' folders is known: by file, mixed by seed 0.
    order = sorted(range(80), key=lambda row: (known["y_test"][row], f"{row}.{('jpg', 'png')[row % 2]}"))
    expected = known["x_test"][np.array(order)[np.random.default_rng(0).permutation(80)]]
    assert np.abs(found.images.astype(int) - expected).mean() < 8
    assert np.abs(255 - found.images.astype(int) - expected).mean() > 150


@pytest.mark.parametrize("name", ["npz", "csv", "folder", "idx"])
def test_black_ink_on_white_is_noticed_said_and_inverted(
    archive: Path, tmp_path: Path, said: list[str], name: str
) -> None:
    known = arrays_of(archive)
    black, labels = 255 - known["x_test"], known["y_test"]
    if name == "npz":
        path = tmp_path / "black.npz"
        np.savez(path, x_test=black, y_test=labels)
    elif name == "csv":
        path = write_csv(tmp_path / "black.csv", black, labels)
    elif name == "folder":
        path = write_folder(tmp_path / "black", black, labels)
    else:
        path = write_idx(tmp_path / "idx", known | {"x_test": black}, packed=True)
    found = load_test(path, tell=said.append)
    assert pairs(found.images, found.labels) == pairs(known["x_test"], labels)
    (line,) = said
    assert line.endswith("is black ink on white, and was inverted")


def test_white_ink_on_black_is_left_as_it_is_and_nothing_is_said(archive: Path, said: list[str]) -> None:
    assert np.array_equal(load_test(archive, tell=said.append).images, arrays_of(archive)["x_test"])
    assert not said


def test_one_file_of_idx_images_brings_its_labels(archive: Path, tmp_path: Path) -> None:
    folder = write_idx(tmp_path / "idx", arrays_of(archive), packed=True)
    images = folder / f"{IDX_FILES['x_test']}.gz"
    assert np.array_equal(load_test(images).labels, arrays_of(archive)["y_test"])
    (folder / f"{IDX_FILES['y_test']}.gz").unlink()
    with pytest.raises(DataError, match=r"has no file of labels beside it; expected t10k-labels-idx1-ubyte\.gz"):
        load_test(images)


def test_an_npz_of_one_set_is_split_and_a_seventh_is_kept_to_test_on(
    archive: Path, tmp_path: Path, said: list[str]
) -> None:
    known = arrays_of(archive)
    path = tmp_path / "own.npz"
    np.savez(path, x=known["x_train"], y=known["y_train"])
    data = load_mnist(path, tell=said.append)
    assert 300 / 7 - 10 < len(data.test) <= 300 / 7
    assert not set(pairs(data.test.images, data.test.labels)) & set(pairs(data.train.images, data.train.labels))
    assert said == [f"{path} is one set: {len(data.test)} of its 300 images are kept to test on"]
    assert load_mnist(path, tell=said.append).sha256 == data.sha256
    assert len(load_test(path)) == 300
    with pytest.raises(DataError, match="x_train, y_train, x_test, y_test missing, found x"):
        load_mnist(shutil.copy(_with(tmp_path, x=known["x_train"]), tmp_path / "half.npz"))


def test_what_a_network_was_trained_on_is_not_what_it_is_tested_on(
    archive: Path, tmp_path: Path, said: list[str]
) -> None:
    known = arrays_of(archive)
    path = _with(tmp_path, x=known["x_train"], y=known["y_train"])
    own = load_mnist(path)
    tested = load_test(path, trained_on=own.sha256, tell=said.append)
    assert pairs(tested.images, tested.labels) == pairs(own.test.images, own.test.labels)
    assert said == [f"{path}: the network was trained on it, but for {len(own.test)} of 300 images"]
    assert len(load_test(path, trained_on="other", tell=said.append)) == 300
    assert len(load_test(archive, trained_on="other")) == len(known["x_test"])
    assert len(said) == 1


def test_too_few_images_to_split_are_refused(archive: Path, tmp_path: Path) -> None:
    known = arrays_of(archive)
    with pytest.raises(DataError, match=r"some\.npz has 3 images, too few to keep"):
        load_mnist(_with(tmp_path, x=known["x_train"][:3], y=known["y_train"][:3]))
    assert len(load_test(tmp_path / "some.npz")) == 3


def _with(folder: Path, **arrays: np.ndarray) -> Path:
    np.savez(folder / "some.npz", **arrays)
    return folder / "some.npz"


def test_folders_of_something_else_are_one_line(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = arrays_of(archive)
    folder = write_folder(tmp_path / "digits", known["x_test"][:20], known["y_test"][:20])
    (folder / "A").mkdir()
    with pytest.raises(DataError, match="has a folder 'A' beside the digits', expected 0 to 9 alone"):
        load_test(folder)
    (folder / "A").rmdir()
    broken = next((folder / str(known["y_test"][0])).iterdir())
    whole = broken.read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=rf"{broken.name} cannot be read .*; mend it or take it away") as caught:
        load_test(folder)
    assert "\n" not in str(caught.value)
    Image.new("1", (5000, 10)).save(broken)
    with pytest.raises(DataError, match="it has 5000 x 10 pixels, at most 4096 a side are read"):
        load_test(folder)
    broken.write_bytes(whole)
    monkeypatch.setattr(image_folders, "MOST_BYTES", 20 * 784 - 1)
    with pytest.raises(DataError, match="holds 20 pictures, expected some, and at most"):
        load_test(folder)
    shutil.rmtree(folder)
    (folder / "3").mkdir(parents=True)
    with pytest.raises(DataError, match="holds 0 pictures"):
        load_test(folder)


def test_the_named_arrays_alone_come_from_an_npz(archive: Path) -> None:
    assert read_npz(archive, names=("x_test",), one_set=("x", "y")).keys() == {"x_test"}
