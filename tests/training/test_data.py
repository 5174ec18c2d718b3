from __future__ import annotations

import gzip
import shutil
import struct
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest

from edgedigits.errors import DataError
from edgedigits.training.data import Mnist, load_mnist, load_test
from edgedigits.training.mnist_files import IDX_FILES, download, read_idx

if TYPE_CHECKING:
    from pathlib import Path


def arrays_of(archive: Path) -> dict[str, np.ndarray]:
    with np.load(archive) as arrays:
        return dict(arrays)


def write_idx(folder: Path, arrays: dict[str, np.ndarray], *, packed: bool) -> Path:
    folder.mkdir()
    for name, stem in IDX_FILES.items():
        array = arrays[name]
        content = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()
        path = folder / (stem + ".gz" if packed else stem)
        path.write_bytes(gzip.compress(content) if packed else content)
    return folder


def changed(archive: Path, folder: Path, **changes: np.ndarray | None) -> Path:
    arrays = {name: array for name, array in (arrays_of(archive) | changes).items() if array is not None}
    np.savez(folder / "changed.npz", **arrays)
    return folder / "changed.npz"


def test_the_last_tenth_of_the_training_set_is_for_validation(archive: Path) -> None:
    data = load_mnist(archive)
    images = arrays_of(archive)["x_train"]
    assert (len(data.train), len(data.validation), len(data.test)) == (270, 30, 80)
    assert np.array_equal(data.train.images, images[:270])
    assert np.array_equal(data.validation.images, images[270:])


def test_another_set_needs_its_test_images_alone(archive: Path, tmp_path: Path) -> None:
    arrays = arrays_of(archive)
    alone = changed(archive, tmp_path, x_train=None, y_train=None)
    folder = write_idx(tmp_path / "idx", arrays, packed=True)
    for stem in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        (folder / f"{stem}.gz").unlink()
    for path in (alone, folder):
        split = load_test(path)
        assert np.array_equal(split.images, arrays["x_test"])
        assert np.array_equal(split.labels, arrays["y_test"])


def test_another_set_without_labels_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="y_test missing, found x_train, y_train, x_test"):
        load_test(changed(archive, tmp_path, y_test=None))
    with pytest.raises(DataError, match=r"gone\.npz does not exist"):
        load_test(tmp_path / "gone.npz")


def test_a_limit_takes_the_first_images_and_leaves_the_test_set_whole(archive: Path) -> None:
    data = load_mnist(archive, limit=50)
    assert (len(data.train), len(data.validation), len(data.test)) == (45, 5, 80)


@pytest.mark.parametrize("packed", [True, False])
def test_idx_files_hold_the_same_data_as_the_npz(archive: Path, tmp_path: Path, *, packed: bool) -> None:
    data = load_mnist(write_idx(tmp_path / "idx", arrays_of(archive), packed=packed))
    known = load_mnist(archive)
    assert data.sha256 == known.sha256
    assert np.array_equal(data.test.images, known.test.images)


def test_the_checksum_notices_one_changed_pixel(archive: Path, tmp_path: Path) -> None:
    images = arrays_of(archive)["x_test"].copy()
    images[5, 14, 14] ^= 1
    assert load_mnist(changed(archive, tmp_path, x_test=images)).sha256 != load_mnist(archive).sha256


def test_a_path_goes_before_the_environment_and_that_before_the_keras_cache(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = tmp_path / "datasets" / "mnist.npz"
    cached.parent.mkdir()
    shutil.copy(archive, cached)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("EDGEDIGITS_MNIST", raising=False)
    assert load_mnist().source == str(cached)
    named = shutil.copy(archive, tmp_path / "named.npz")
    monkeypatch.setenv("EDGEDIGITS_MNIST", str(named))
    assert load_mnist().source == str(named)
    assert load_mnist(archive).source == str(archive)


def test_a_path_that_does_not_exist_says_where_it_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEDIGITS_MNIST", str(tmp_path / "absent.npz"))
    with pytest.raises(DataError, match=r"absent.npz \(EDGEDIGITS_MNIST\) does not exist; give"):
        load_mnist()


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("y_test", None, "y_test missing, found x_train, y_train, x_test"),
        (
            "x_train",
            np.zeros((300, 28, 27), np.uint8),
            r"x_train must be \(N, 28, 28\) uint8, got \(300, 28, 27\) uint8",
        ),
        ("x_test", np.zeros((80, 28, 28), np.float32), r"got \(80, 28, 28\) float32"),
        ("x_test", np.zeros((0, 28, 28), np.uint8), r"got \(0, 28, 28\)"),
        ("y_train", np.zeros(299, np.uint8), r"y_train must be \(300,\) integers, one for each image, got \(299,\)"),
        ("y_train", np.zeros((300, 10), np.uint8), r"got \(300, 10\)"),
        ("y_train", np.zeros(300), "got .* float64"),
        ("y_train", np.full(300, 10, np.uint8), "y_train must hold digits 0..9, got 10"),
        ("y_test", np.full(80, -1, np.int64), "y_test must hold digits 0..9, got -1"),
        ("y_test", np.array([None] * 80), "is no readable .npz"),
    ],
)
def test_wrong_arrays_are_refused_with_one_line(
    archive: Path, tmp_path: Path, name: str, array: np.ndarray | None, message: str
) -> None:
    path = changed(archive, tmp_path, **{name: array})
    with pytest.raises(DataError, match=message) as caught:
        load_mnist(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kept_bytes", [0, 3, 100, 20_000])
def test_a_truncated_npz_is_refused_with_one_line(archive: Path, tmp_path: Path, kept_bytes: int) -> None:
    path = tmp_path / "mnist.npz"
    path.write_bytes(archive.read_bytes()[:kept_bytes])
    with pytest.raises(DataError, match=r"is no readable \.npz .* fetch it again") as caught:
        load_mnist(path)
    assert "\n" not in str(caught.value)


def test_files_of_other_kinds_are_refused_in_own_words(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.zeros(3))
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    for name in ("one.npy", "photo.jpg"):
        with pytest.raises(DataError, match=r"is no readable .npz \(it is no zip archive.* is it the Keras") as caught:
            load_mnist(tmp_path / name)
        assert "pickle" not in str(caught.value)


def test_a_gzip_that_unpacks_to_more_than_its_header_says_is_not_unpacked(archive: Path, tmp_path: Path) -> None:
    folder = write_idx(tmp_path / "idx", arrays_of(archive), packed=True)
    path = folder / (IDX_FILES["x_train"] + ".gz")
    with gzip.open(path, "ab") as stream:
        stream.write(bytes(50_000_000))
    tracemalloc.start()
    with pytest.raises(DataError, match="holds more than 235200 bytes of data, its header says 235200"):
        load_mnist(folder)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
    path.write_bytes(gzip.compress(struct.pack(">4I", 0x803, 60_000, 2800, 2800)))
    with pytest.raises(DataError, match="declares 60000 x 2800 x 2800 bytes, at most 1,000 MB are read"):
        load_mnist(folder)


def test_a_folder_without_idx_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has no digits that can be read; expected one folder for each digit, train"):
        load_mnist(tmp_path)
    (tmp_path / "train-labels-idx1-ubyte").touch()
    with pytest.raises(DataError, match=r"has no train-images-idx3-ubyte or .*gz; expected the four files"):
        load_mnist(tmp_path)


def test_broken_idx_files_are_refused(archive: Path, tmp_path: Path) -> None:
    folder = write_idx(tmp_path / "idx", arrays_of(archive), packed=False)
    images, labels = folder / IDX_FILES["x_train"], folder / IDX_FILES["y_train"]
    with pytest.raises(DataError, match="starts with magic number 2051, expected 2049"):
        read_idx(images, dimensions=1)
    with pytest.raises(DataError, match="starts with magic number 2049, expected 2051"):
        read_idx(labels, dimensions=3)
    images.write_bytes(images.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"holds 235199 bytes of data, its header says 235200 \(300 x 28 x 28\)"):
        read_idx(images, dimensions=3)
    labels.write_bytes(b"\0\0\x08")
    with pytest.raises(DataError, match="has 3 bytes, an IDX header alone has 8"):
        read_idx(labels, dimensions=1)


def test_a_truncated_gzip_is_refused(archive: Path, tmp_path: Path) -> None:
    folder = write_idx(tmp_path / "idx", arrays_of(archive), packed=True)
    path = folder / (IDX_FILES["x_train"] + ".gz")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"cannot be unpacked .* fetch it again"):
        load_mnist(folder)


def test_being_offline_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    # Port 9 (discard) of this machine serves nothing.
    with pytest.raises(DataError, match=r"cannot be reached .* put mnist.npz at .*, or name it with --data") as caught:
        download(tmp_path / "mnist.npz", url="http://127.0.0.1:9/mnist.npz")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_download_is_checked_before_it_is_kept(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "mnist.npz"
    with pytest.raises(DataError, match=r"sent a file with SHA-256 .* expected 731c5ac6"):
        download(target, url=archive.as_uri())
    assert not target.exists()


def test_a_download_with_the_right_checksum_is_kept(archive: Path, tmp_path: Path) -> None:
    from edgedigits.files import sha256

    target = tmp_path / "datasets" / "mnist.npz"
    download(target, url=archive.as_uri(), sha256=sha256(archive))
    assert target.read_bytes() == archive.read_bytes()


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_a_validation_split_outside_its_range_is_refused(archive: Path, share: float) -> None:
    with pytest.raises(DataError, match="validation split must be at least 0 and less than 1"):
        load_mnist(archive, validation_split=share)


def test_the_full_set_is_the_published_one(full_mnist: Mnist) -> None:
    assert (len(full_mnist.train), len(full_mnist.validation), len(full_mnist.test)) == (54_000, 6_000, 10_000)
    assert full_mnist.sha256 == "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16"
