"""Every file is the one that was proven."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from edgedigits.bundle.checksums import files_of, read_sums, write_sums
from edgedigits.files import sha256
from edgedigits.verify.bundle import verify_bundle
from tests.verify.checking import FILES, verify_digests, wrong

pytestmark = pytest.mark.slow


def test_a_whole_bundle_passes_with_every_file_listed(folder):
    result = verify_bundle(folder)
    assert result.passed
    assert result.verdict().endswith("is whole and answers as it did when it was proven: 6 files, 1 runs")
    assert {check.subject for check in result.checks if check.check == "digest"} == set(FILES) - {"SHA256SUMS"}
    assert ("npz in numpy", True) in {(check.subject, check.passed) for check in result.checks}


@pytest.mark.parametrize("place", [0, 0.5, 1])
@pytest.mark.parametrize("name", FILES)
def test_one_flipped_bit_in_any_file_is_found_and_all_others_are_still_checked(folder, name, place):
    content = bytearray((folder / name).read_bytes())
    content[round(place * (len(content) - 1))] ^= 1 << 5
    (folder / name).write_bytes(content)
    result = verify_bundle(folder)
    assert not result.passed
    assert name in {check.subject for check in result.checks if check.passed is False}
    assert name in result.verdict()
    assert {check.subject for check in result.checks} >= set(FILES)


@pytest.mark.parametrize("bit", range(8))
def test_every_bit_of_the_list_of_digests_counts(folder, bit):
    content = (folder / "SHA256SUMS").read_bytes()
    for place in {*range(60, 90), len(content) - 1}:
        changed = bytearray(content)
        changed[place] ^= 1 << bit
        (folder / "SHA256SUMS").write_bytes(changed)
        assert {check.subject for check in verify_digests(folder) if check.passed is False} == {"SHA256SUMS"}, place


def test_two_damaged_files_are_both_named(folder):
    for name in ("README.md", "judge.npz"):
        (folder / name).write_text("changed")
    assert wrong(folder) == {("README.md", "digest"), ("judge.npz", "digest")}
    assert "README.md, judge.npz failed" in verify_bundle(folder).verdict()


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_found(folder, name):
    (folder / name).unlink()
    assert name in {subject for subject, _ in wrong(folder)}


def test_a_further_file_is_mentioned_and_does_no_harm(folder):
    (folder / "thoughts.txt").touch()
    result = verify_bundle(folder)
    assert result.passed
    assert ("thoughts.txt", None) in {(check.subject, check.passed) for check in result.checks}


def write_list(folder, lines):
    """Write other digests, sealed as they should be."""
    seal = hashlib.sha256(lines.encode()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{lines}# SHA-256 of the lines above: {seal}\n")


def test_a_list_of_digests_that_leaves_the_manifest_out_is_found(folder):
    lines = (folder / "SHA256SUMS").read_text().splitlines(keepends=True)
    write_list(folder, "".join(line for line in lines[:-1] if "manifest.json" not in line))
    assert ("SHA256SUMS", "content") in wrong(folder)


def test_a_list_of_digests_that_leaves_the_folder_is_refused(folder):
    write_list(folder, f"{'0' * 64}  ../secret\n")
    assert ("SHA256SUMS", "content") in wrong(folder)


def test_digests_are_written_as_sha256sum_does(folder):
    digests = read_sums(folder)
    assert set(digests) == set(files_of(folder)) == set(FILES) - {"SHA256SUMS"}
    assert digests["README.md"] == sha256(folder / "README.md")
    (folder / "later.txt").touch()
    write_sums(folder)
    assert "later.txt" in read_sums(folder)


def test_a_file_that_may_not_be_read_is_a_failed_check(folder, monkeypatch):
    whole = Path.open

    def forbidden(path, *arguments, **options):
        if path.name == "model.npz":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return whole(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", forbidden)
    (check,) = [check for check in verify_digests(folder) if check.passed is False]
    assert (check.subject, check.found) == ("model.npz", "cannot be read (Permission denied)")
