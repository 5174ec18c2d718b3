import errno
import io
import json
import logging
import os
import pickle
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.errors import BundleError
from edgedigits.files import sha256


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped bundle."""
    return shutil.copytree(default_bundle(), tmp_path / "bundle")


def change_manifest(folder, change):
    """Rewrite the manifest after ``change`` was called with its content."""
    path = folder / "manifest.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def refused(folder, match):
    with pytest.raises(BundleError, match=match) as caught:
        Bundle.load(folder)
    assert "\n" not in str(caught.value)


def test_the_shipped_bundle_loads_with_all_its_formats():
    bundle = Bundle.load(default_bundle())
    assert {artifact.format for artifact in bundle.artifacts} == {
        "float32", "float16", "dynamic", "int8", "uint8", "int16x8", "onnx", "onnx-int8", "npz", "c"
    }  # fmt: skip
    assert bundle.labels == tuple("0123456789")
    assert bundle.golden["patches"].shape == (64, 28, 28)


def test_what_is_saved_loads_again(folder):
    bundle = Bundle.load(folder)
    (folder / "manifest.json").unlink()
    bundle.save()
    assert Bundle.load(folder) == bundle


@pytest.mark.parametrize(
    "name", ["model_int8.tflite", "model_float32.tflite", "model_float32.onnx", "model.npz", "golden.npz"]
)
def test_one_changed_bit_in_any_file_is_refused(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    refused(folder, rf"{name} has SHA-256 [0-9a-f]{{12}}\.\.\., the manifest says")


@pytest.mark.parametrize("name", ["model_int8.tflite", "golden.npz"])
def test_a_missing_file_is_refused(folder, name):
    (folder / name).unlink()
    refused(folder, f"{name} is missing; copy the whole bundle again")


def test_a_missing_folder_is_refused(tmp_path):
    refused(tmp_path / "none", r"no manifest\.json in .*none; name a folder that `edgedigits export` wrote")


def test_a_file_in_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    refused(tmp_path / "file", r"manifest\.json cannot be read")


@pytest.mark.parametrize("schema", [0, 2, "1", None, True, 1.0])
def test_an_unknown_schema_is_refused(folder, schema):
    change_manifest(folder, lambda content: content.update(schema=schema))
    refused(folder, f"has schema {schema!r}, this version reads 1")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "3", "null", '"manifest"', "[" * 200_000, '{"schema": 1' + "0" * 10_000 + "}"]
)
def test_a_manifest_that_is_no_object_is_refused(folder, content):
    (folder / "manifest.json").write_text(content)
    refused(folder, r"manifest\.json (cannot be read as JSON|has schema None)")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_number_that_is_none_is_refused_wherever_it_stands(folder, number):
    path = folder / "manifest.json"
    path.write_text(re.sub(r'"accuracy": [0-9.]+', f'"accuracy": {number}', path.read_text(), count=1))
    refused(folder, "is no number|expected a finite number")


def test_a_number_of_thousands_of_digits_is_refused_without_advice_to_programmers(folder):
    (folder / "manifest.json").write_text(f'{{"schema": {"9" * 10_000}}}')
    refused(folder, r"manifest.json cannot be read as JSON \(.*digits\); export the bundle again")


def test_a_manifest_in_another_encoding_is_refused(folder):
    (folder / "manifest.json").write_bytes(b"\xff\xfe{")
    refused(folder, "manifest.json cannot be read as JSON")


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.pop("artifacts"),
        lambda content: content.pop("golden_sha256"),
        lambda content: content.update(artifacts=3),
        lambda content: content.update(artifacts=["model.tflite"]),
        lambda content: content.update(artifacts=[]),
        lambda content: content["detector"].update(files=[]),
        lambda content: content.update(artifacts=[{}]),
        lambda content: content.update(labels=None),
        lambda content: content.update(patch=[28, 20]),
        lambda content: content.update(surprise=1),
        lambda content: content["artifacts"][0].pop("path"),
        lambda content: content["artifacts"][0].update(path=7),
        lambda content: content["artifacts"][0].update(input=None),
        lambda content: content["artifacts"][0].update(parity={}),
        lambda content: content["artifacts"][0].update(files=["model.c"]),
        lambda content: content["artifacts"][0]["output"].pop("shape"),
        lambda content: content["artifacts"][0].update(sha256=3),
        lambda content: content["artifacts"][0].update(accuracy=True),
        lambda content: content["artifacts"][0]["input"].update(shape=[1, "28"]),
        lambda content: content["artifacts"].append(content["artifacts"][0]),
        lambda content: content["detector"]["files"].append(content["detector"]["files"][0]),
        lambda content: content.update(labels=content["labels"][::-1]),
        lambda content: content.update(patch={}),
        lambda content: content["patch"].update(box_px=24),
        lambda content: content.update(rejection=None),
        lambda content: content.update(rejection=[1]),
        lambda content: content["rejection"].update(temperature="hot"),
        *(
            lambda content, value=value: content["rejection"].update(temperature=value)
            for value in (0, -1, 1e-9, 1e9, True)
        ),
        *(lambda content, value=value: content["rejection"].update(min_confidence=value) for value in (-0.1, 1.1)),
    ],
)
def test_a_manifest_with_a_field_missing_or_of_another_kind_is_refused(folder, change):
    change_manifest(folder, change)
    refused(folder, r"manifest\.json is not a manifest of schema 1")


@pytest.mark.parametrize("path", ["", "."])
def test_a_path_to_a_folder_is_told_to_be_no_file(folder, path):
    change_manifest(folder, lambda content: content["artifacts"][0].update(path=path))
    refused(folder, "is no file; copy the whole bundle again")


@pytest.mark.parametrize("path", ["../secret", "a/../../secret", "{absolute}", "link", "folder/secret"])
def test_a_path_that_leaves_the_folder_is_refused(folder, tmp_path, path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (folder / "link").symlink_to(secret)
    (folder / "folder").symlink_to(tmp_path)
    named = path.format(absolute=secret)
    change_manifest(folder, lambda content: content["artifacts"][0].update(path=named))
    refused(folder, f"names '{named}', which lies outside the bundle's folder")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("model\0.tflite", "lies outside the bundle's folder"),
        ("a" * 5000, "a path has more than 255 letters"),
        ("loop", "lies outside the bundle's folder|cannot be read|is missing"),
    ],
)
def test_a_path_that_is_none_is_refused(folder, path, message):
    (folder / "loop").symlink_to(folder / "loop")
    change_manifest(folder, lambda content: content["artifacts"][0].update(path=path))
    refused(folder, message)


@pytest.mark.parametrize("name", ["golden.npz", "manifest.json"])
def test_a_file_that_may_not_be_read_is_one_line_with_the_cure(folder, monkeypatch, name):
    whole = Path.open

    def forbidden(path, *arguments, **options):
        if path.name == name:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return whole(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", forbidden)
    refused(folder, rf"{re.escape(name)} cannot be read \(Permission denied\); make it readable, or copy it again")


@pytest.fixture
def folder_format(folder):
    """A bundle whose first format has two further files in a folder of its own."""
    (folder / "more").mkdir()
    files = {f"more/{name}": (folder / "more" / name) for name in ("model.h", "README.md")}
    for path in files.values():
        path.write_text(path.name)
    digests = {name: sha256(path) for name, path in files.items()}
    change_manifest(folder, lambda content: content["artifacts"][0].update(files=digests))
    return folder


def test_the_further_files_of_a_format_load_and_are_saved_again(folder_format):
    bundle = Bundle.load(folder_format)
    artifact = bundle.artifacts[0]
    assert set(artifact.digests()) == {artifact.path, "more/model.h", "more/README.md"}
    bundle.save()
    assert Bundle.load(folder_format) == bundle


def test_a_changed_further_file_is_refused(folder_format):
    (folder_format / "more" / "model.h").write_text("model.x")
    refused(folder_format, r"more/model\.h has SHA-256 [0-9a-f]{12}\.\.\., the manifest says")


def test_a_further_file_outside_the_folder_is_refused(folder_format):
    change_manifest(folder_format, lambda content: content["artifacts"][0]["files"].update({"../secret": "0"}))
    refused(folder_format, "names '../secret', which lies outside the bundle's folder")


def test_a_format_that_the_bundle_has_not_is_refused_with_those_it_has():
    with pytest.raises(BundleError, match=r"no 'float64' artifact; it has: .*int8"):
        Bundle.load(default_bundle()).artifact("float64")


def test_the_manifest_says_what_the_files_are():
    bundle = Bundle.load(default_bundle())
    source = bundle.artifact("int8").input
    assert (source.name, source.shape, source.dtype, source.zero_point) == ("image", (1, 28, 28, 1), "int8", -128)
    assert source.scale == pytest.approx(1 / 255, rel=1e-6)
    for artifact in bundle.artifacts:
        files = (artifact.path, *artifact.files)
        assert artifact.size_bytes == sum((bundle.folder / path).stat().st_size for path in files)
        assert 0.985 <= artifact.accuracy <= 1
        assert artifact.parity.agreement >= 0.999
        assert np.isfinite(artifact.parity.max_difference)


@pytest.fixture
def detecting(detecting_bundle, tmp_path):
    """A copy of a bundle with a detector."""
    return shutil.copytree(detecting_bundle, tmp_path / "detecting")


def test_a_bundle_with_a_detector_loads_and_is_saved_again(detecting):
    bundle = Bundle.load(detecting)
    assert set(bundle.detector.digests()) == {"detector.npz", "detector_golden.npz"} < set(bundle.digests())
    (detecting / "manifest.json").unlink()
    bundle.save()
    assert Bundle.load(detecting) == bundle
    assert bundle.its_detector() is bundle.detector


@pytest.mark.parametrize("name", ["detector.npz", "detector_golden.npz"])
def test_one_changed_bit_in_the_detector_is_refused(detecting, name):
    content = bytearray((detecting / name).read_bytes())
    content[len(content) // 2] ^= 1
    (detecting / name).write_bytes(content)
    refused(detecting, rf"{name} has SHA-256 [0-9a-f]{{12}}\.\.\., the manifest says")


def test_a_file_of_the_detector_outside_the_folder_is_refused(detecting):
    change_manifest(detecting, lambda content: content["detector"]["files"][0].update(path="../secret"))
    refused(detecting, "names '../secret', which lies outside the bundle's folder")


@pytest.mark.parametrize(
    "change",
    [
        lambda detector: detector.pop("files"),
        lambda detector: detector.pop("golden_sha256"),
        lambda detector: detector.update(surprise=1),
        lambda detector: detector.update(files=["detector.npz"]),
        lambda detector: detector["files"][0].update(path=7),
        lambda detector: detector["files"][0].update(outputs=None),
        lambda detector: detector["files"][0].update(parity={"found": 1}),
        lambda detector: detector["files"][0]["input"].pop("shape"),
    ],
)
def test_a_detector_with_a_field_missing_or_of_another_kind_is_refused(detecting, change):
    change_manifest(detecting, lambda content: change(content["detector"]))
    refused(detecting, r"manifest\.json is not a manifest of schema")


def test_a_bundle_without_a_detector_loads_and_says_how_to_add_one(random_bundle):
    bundle = Bundle.load(random_bundle)
    assert bundle.detector is None
    with pytest.raises(BundleError, match="has no detector, so it reads no pictures; add the shipped one with"):
        bundle.its_detector()


def npz(**arrays):
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def declared(*, size_bytes, shape):
    """An archive with one array whose header and directory say more than there is."""
    stream, header = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as entries:
        entries.writestr("patches.npy", header.getvalue() + bytes(size_bytes))
    return stream.getvalue()


NO_ARCHIVES = {
    "empty": b"",
    "text": b"hello",
    "pickle": pickle.dumps([1]),
    "objects": npz(patches=np.array([{1: 2}], object)),
    "another": npz(other=np.zeros(3)),
    "too large": declared(size_bytes=100_000_000, shape=(12_500_000,)),
    "declared huge": declared(size_bytes=4, shape=(10**12,)),
    "cut off": npz(patches=np.zeros((3, 28, 28), np.uint8))[:-30],
}


@pytest.mark.parametrize("content", NO_ARCHIVES.values(), ids=NO_ARCHIVES)
@pytest.mark.parametrize("of", ["golden", "known_maps"])
def test_known_answers_that_are_no_archive_of_them_are_one_line(detecting, of, content):
    (detecting / {"golden": "golden.npz", "known_maps": "detector_golden.npz"}[of]).write_bytes(content)
    with pytest.raises(BundleError, match=r"golden\.npz is damaged: .*; copy or export the bundle again") as caught:
        getattr(Bundle.read(detecting), of)
    assert "\n" not in str(caught.value)
    assert "allow_pickle" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda known: known.update({name: array[:0] for name, array in known.items()}),
        lambda known: known.update(patches=known["patches"][:, :14]),
        lambda known: known.update(patches=known["patches"].astype(np.int64)),
        lambda known: known.update(labels=known["labels"][:-1]),
        lambda known: known.update(npz=known["npz"][:-1]),
        lambda known: known["npz"].fill(np.nan),
        lambda known: known.pop("patches"),
        lambda known: known.pop("labels"),
        lambda known: known.update(patches=np.array(3)),
    ],
)
def test_golden_patches_of_another_form_are_one_line(detecting, change):
    known = Bundle.read(detecting).golden
    change(known)
    np.savez(detecting / "golden.npz", **known)
    with pytest.raises(BundleError, match=r"golden\.npz is damaged: "):
        _ = Bundle.read(detecting).golden


def test_a_bundle_without_a_judge_says_whose_it_uses(detecting, caplog):
    bundle = Bundle.load(detecting)
    with caplog.at_level(logging.WARNING):
        assert set(bundle.judge) == set(Bundle.load(default_bundle()).judge)
    (record,) = caplog.records
    said = record.getMessage()
    assert "no judge, so the shipped bundle's is used, fitted for its network" in said
    assert said.endswith(f"edgedigits fit-judge {detecting}")


@pytest.mark.parametrize("content", NO_ARCHIVES.values(), ids=NO_ARCHIVES)
def test_a_judge_that_is_no_archive_is_one_line_with_what_to_do(detecting, content):
    (detecting / "judge.npz").write_bytes(content)
    bundle = replace(Bundle.read(detecting), judge_sha256=sha256(detecting / "judge.npz"))
    if content == NO_ARCHIVES["another"]:
        assert set(bundle.judge) == {"other"}  # the judge itself looks into it
        return
    with pytest.raises(BundleError, match=r"judge\.npz is damaged: .*; fit one with: edgedigits fit-judge"):
        _ = bundle.judge
