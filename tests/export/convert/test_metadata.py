import hashlib
import json
import shutil
import zipfile
from dataclasses import replace

import numpy as np
import onnx
import pytest

from edgedigits.backends import open_file
from edgedigits.bundle import Bundle
from edgedigits.bundle.metadata import manifest_sha256, read_metadata
from edgedigits.errors import BundleError
from edgedigits.files import sha256
from edgedigits.verify.bundle import verify_bundle
from edgedigits_export.convert import tflite
from edgedigits_export.convert.metadata import inscribe
from edgedigits_export.formats import FORMATS


def path_of(exported, name):
    """A file of the exported bundle."""
    return exported.bundle.folder / exported.bundle.artifact(name).path


@pytest.fixture
def folder(exported, tmp_path):
    """A copy of the exported bundle."""
    return shutil.copytree(exported.bundle.folder, tmp_path / "bundle")


def resealed(folder, name, content):
    """Put other content into a file, with its digests right everywhere."""
    bundle = Bundle.read(folder)
    path = folder / bundle.artifact(name).path
    path.write_bytes(content)
    artifacts = [
        replace(artifact, sha256=sha256(path)) if artifact.format == name else artifact for artifact in bundle.artifacts
    ]
    replace(bundle, artifacts=tuple(artifacts)).save()
    return path


@pytest.mark.parametrize("name", ["float32", "int8"])
def test_a_tflite_file_is_read_with_zipfile(exported, name):
    with zipfile.ZipFile(path_of(exported, name)) as entries:
        assert entries.testzip() is None
        assert entries.read("labels.txt").decode().split() == list("0123456789")
        content = json.loads(entries.read("metadata.json"))
    assert content["format"] == name
    assert content["normalisation"] == "value = pixel / 255"
    assert content["recipe"] == "fast"
    assert content["data_sha256"] == exported.bundle.training["data_sha256"]
    assert content["input"]["name"] == "image"
    assert content["input"]["scale"] == exported.bundle.artifact(name).input.scale


def test_an_onnx_file_has_them_as_metadata_props(exported):
    props = {entry.key: json.loads(entry.value) for entry in onnx.load(path_of(exported, "onnx")).metadata_props}
    assert props["labels"] == list("0123456789")
    assert props["format"] == "onnx"
    assert props == read_metadata(path_of(exported, "onnx"))


@pytest.mark.parametrize("name", ["float32", "int8", "onnx"])
def test_a_file_is_tied_to_the_manifest_by_a_digest_that_can_be_taken_by_hand(exported, name):
    content = json.loads((exported.bundle.folder / "manifest.json").read_text())
    known = {key: content[key] for key in ("schema", "name", "labels", "patch", "training", "made_with")}
    text = json.dumps(known, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert read_metadata(path_of(exported, name))["manifest_sha256"] == digest == manifest_sha256(content)


def test_the_exported_bundle_is_verified_in_every_runtime(exported):
    result = verify_bundle(exported.bundle.folder)
    assert result.passed, result
    tied = {check.subject for check in result.checks if check.check == "metadata" and check.passed}
    files = [*exported.bundle.artifacts, *exported.bundle.detector.files]
    assert tied == {file.path for file in files if file.path.endswith((".tflite", ".onnx"))}


@pytest.mark.parametrize("name", ["float32", "onnx"])
def test_a_file_of_another_bundle_is_found_although_it_answers_right(exported, folder, name):
    path = folder / Bundle.read(folder).artifact(name).path
    plain = path.read_bytes()
    if name == "float32":
        plain = plain[: plain.index(b"PK\x03\x04")]
    path.write_bytes(plain)
    other = replace(exported.bundle, training=exported.bundle.training | {"seed": 7})
    inscribe(path, read=FORMATS[name].contents, format=name, bundle=other)
    resealed(folder, name, path.read_bytes())
    failed = [check for check in verify_bundle(folder).checks if check.passed is False]
    assert [(check.subject, check.found) for check in failed] == [
        (path.name, "manifest_sha256 not as in manifest.json")
    ]


def test_metadata_that_unpack_to_too_much_are_not_unpacked(exported, tmp_path):
    path = shutil.copy(exported.bundle.folder / "model_float32.tflite", tmp_path / "bomb.tflite")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("vocabulary.txt", bytes(5_000_000))
    with pytest.raises(BundleError, match=r"cannot be read .*it unpacks to 5 MB, at most 4 MB are read"):
        read_metadata(path)


def test_a_file_without_metadata_is_found(folder):
    content = (folder / Bundle.read(folder).artifact("float32").path).read_bytes()
    path = resealed(folder, "float32", content[: content.index(b"PK\x03\x04")])
    failed = [check for check in verify_bundle(folder).checks if check.passed is False]
    assert [(check.subject, check.found) for check in failed] == [(path.name, "the file holds none")]


def test_metadata_change_neither_operators_nor_answers(trained, exported, tmp_path):
    plain = tmp_path / "plain.tflite"
    plain.write_bytes(tflite.float32(trained.network))
    inscribed = path_of(exported, "float32")
    assert tflite.contents(plain) == tflite.contents(inscribed)
    assert inscribed.read_bytes().startswith(plain.read_bytes())
    patches = exported.bundle.golden["patches"]
    answers = [open_file(path, backend="litert").predict(patches) for path in (plain, inscribed)]
    assert np.array_equal(*answers)


def test_what_is_no_model_is_left_as_it_is_for_the_proof_to_refuse(exported, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(b"no model")
    inscribe(path, read=tflite.contents, format="float32", bundle=exported.bundle)
    assert path.read_bytes() == b"no model"


@pytest.mark.parametrize("name", ["float32", "int8"])
def test_the_signature_leads_from_image_to_probabilities(exported, name):
    interpreter = pytest.importorskip("ai_edge_litert.interpreter")
    (signature,) = interpreter.Interpreter(str(path_of(exported, name))).get_signature_list().values()
    assert signature == {"inputs": ["image"], "outputs": ["probabilities"]}


def test_the_manifest_names_the_weights_that_every_file_holds(trained, exported):
    with np.load(exported.bundle.folder / "model.npz") as arrays:
        digest = hashlib.sha256(b"".join(arrays[name].astype("<f4").tobytes() for name in arrays.files)).hexdigest()
    assert exported.bundle.training["weights_sha256"] == digest == trained.network.weights_sha256
