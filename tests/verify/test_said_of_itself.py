"""What files say of themselves, and the manifest of them."""

import json
from dataclasses import replace
from itertools import islice

import pytest

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.bundle.metadata import manifest_sha256
from edgedigits.files import sha256
from edgedigits.verify.bundle import verify_bundle
from edgedigits.verify.detector import check_detector
from tests.verify.checking import wrong

pytestmark = pytest.mark.slow


def test_the_tie_holds_for_a_judge_that_comes_later_and_breaks_with_the_network(folder):
    bundle = Bundle.read(folder)
    tie = manifest_sha256(bundle.content())
    assert manifest_sha256(replace(bundle, judge_sha256="0", rejection={"least": 1}).content()) == tie
    assert manifest_sha256(replace(bundle, artifacts=()).content()) == tie
    assert manifest_sha256(replace(bundle, training={"recipe": "other"}).content()) != tie
    assert manifest_sha256(json.loads((folder / "manifest.json").read_text())) == tie


@pytest.mark.parametrize("content", [b"", b"hello"])
@pytest.mark.parametrize("name", ["golden.npz", "detector_golden.npz", "judge.npz"])
def test_an_archive_that_is_none_is_a_failed_check_although_every_file_is_whole(shipped, name, content):
    (shipped / name).write_bytes(content)
    bundle, digest = Bundle.read(shipped), sha256(shipped / name)
    if name == "golden.npz":
        bundle = replace(bundle, golden_sha256=digest)
    elif name == "judge.npz":
        bundle = replace(bundle, judge_sha256=digest)
    else:
        bundle = replace(bundle, detector=replace(bundle.detector, golden_sha256=digest))
    bundle.save()
    result = verify_bundle(shipped)
    failed = [check for check in result.checks if check.passed is False]
    assert any(f"{name} is damaged: " in check.found for check in failed)


def test_a_manifest_that_says_otherwise_how_a_file_stores_numbers_is_found(shipped):
    pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed: it reads the file")
    whole, bundle = Bundle.read(default_bundle()), Bundle.read(shipped)
    right = whole.artifact("int8")
    for scale, found in ((right.input.scale, set()), (5.0, {("model_int8.tflite", "ends")})):
        said = replace(right, input=replace(right.input, scale=scale))
        replace(bundle, artifacts=(*bundle.artifacts, said)).save()
        assert wrong(shipped) == found


def test_so_is_one_of_the_detector():
    pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed: it reads the file")
    bundle = Bundle.read(default_bundle())
    int8 = bundle.detector.file("int8")
    heat, *others = int8.outputs
    for zero_point, passed in ((heat.zero_point, True), (heat.zero_point + 1, False)):
        said = replace(int8, outputs=(*others, replace(heat, zero_point=zero_point)))
        checks = check_detector(replace(bundle, detector=replace(bundle.detector, files=(said,))), set(), on_step=print)
        assert {(check.check, check.passed) for check in islice(checks, 2)} == {("metadata", True), ("ends", passed)}
