"""Archives that others made: what they declare is looked at before it is unpacked."""

import pickle
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from edgedigits.archives import opened_zip, read_arrays

ZEROS = bytes(1_000_000)


def write_zip(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def npy(shape, dtype="<f4", content=b""):
    """Bytes of an .npy file whose header says so."""
    header = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape!r}, }}".ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + content


def test_arrays_come_back_as_they_were_written(tmp_path):
    arrays = {
        "rows": np.arange(6, dtype=np.float32).reshape(2, 3),
        "columns": np.asfortranarray(np.arange(6).reshape(2, 3)),
        "one": np.array(3.5),
        "text": np.array("history"),
        "none": np.zeros((0, 28), np.uint8),
    }
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    found = read_arrays(tmp_path / "a.npz")
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert np.array_equal(found[name], array)
    assert read_arrays(tmp_path / "a.npz", names={"one", "absent"}).keys() == {"one"}


def test_more_than_may_be_unpacked_is_refused_before_it_is(tmp_path):
    bomb = write_zip(tmp_path / "bomb.npz", {f"{number}.npy": ZEROS for number in range(60)})
    assert bomb.stat().st_size < 100_000
    tracemalloc.start()
    with pytest.raises(ValueError, match="it unpacks to 60 MB, at most 50 MB are read"):
        read_arrays(bomb, most_bytes=50_000_000)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    with opened_zip(bomb) as archive:
        assert len(archive.namelist()) == 60


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (npy((1 << 40,)), "a has 0 bytes, its header says 4398046511104"),
        (npy((2, 2), content=bytes(12)), "a has 12 bytes, its header says 16"),
        (npy((1,), dtype="|O", content=pickle.dumps(print)), "a holds Python objects, not numbers"),
        (pickle.dumps(print), "a is no array of NumPy"),
        (npy((-1,)), "a has 0 bytes, its header says -4"),
        (npy("(((", content=b""), "a is no array of NumPy"),
        (b"", "a is no array of NumPy"),
    ],
    ids=["7 TiB", "short", "objects", "a pickle", "negative", "no shape", "empty"],
)
def test_an_entry_that_is_no_array_of_numbers_is_told_in_own_words(tmp_path, entry, said):
    with pytest.raises(ValueError, match="^" + said) as caught:
        read_arrays(write_zip(tmp_path / "a.npz", {"a.npy": entry}))
    assert "allow_pickle" not in str(caught.value)


@pytest.mark.parametrize("kept", [0, 5, 200])
def test_a_truncated_archive_and_what_is_none_are_refused(tmp_path, kept):
    np.savez(tmp_path / "whole.npz", a=np.zeros(100))
    path = tmp_path / "cut.npz"
    path.write_bytes((tmp_path / "whole.npz").read_bytes()[:kept])
    with pytest.raises(ValueError, match=r"^it is no zip archive, or a damaged one: "):
        read_arrays(path)


def test_a_byte_that_was_changed_is_noticed(tmp_path):
    np.savez(tmp_path / "a.npz", a=np.arange(1000))
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[500] ^= 1
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(ValueError, match="damaged one: Bad CRC-32"):
        read_arrays(tmp_path / "a.npz")


def test_what_is_encrypted_or_packed_in_an_unknown_way_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", a=np.arange(1000))
    content = (tmp_path / "a.npz").read_bytes()
    at = content.index(b"PK\x01\x02")
    for offset, value, said in (
        (8, 1, "it is encrypted"),
        (10, 99, "no zip archive, or a damaged one: .* compression"),
    ):
        changed = bytearray(content)
        changed[at + offset] = value
        (tmp_path / "a.npz").write_bytes(changed)
        with pytest.raises(ValueError, match=said):
            read_arrays(tmp_path / "a.npz")
