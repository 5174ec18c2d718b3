"""The detector gives its recorded maps."""

import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from edgedigits.bundle import Bundle
from edgedigits.files import sha256
from edgedigits.verify.bundle import verify_bundle
from tests.verify.checking import wrong

pytestmark = pytest.mark.slow


def test_a_detector_is_verified_by_digest_and_by_its_maps(detecting):
    result = verify_bundle(detecting)
    assert result.passed
    assert result.verdict().endswith("2 runs")
    checks = {(check.subject, check.check): check for check in result.checks}
    assert checks["detector npz in numpy", "maps"].found == "2 canvases, difference 0 (at most 0.001)"
    assert checks["detector_golden.npz", "digest"].passed


def test_a_bundle_without_a_detector_passes_and_says_so(folder):
    (check,) = [check for check in verify_bundle(folder).checks if check.subject == "detector"]
    assert (check.found, check.passed) == ("none: the bundle reads no pictures", None)


@pytest.mark.parametrize("name", ["detector.npz", "detector_golden.npz"])
def test_a_damaged_detector_is_given_to_no_runtime_and_the_other_network_is_still_asked(detecting, name):
    content = bytearray((detecting / name).read_bytes())
    content[len(content) // 2] ^= 1
    (detecting / name).write_bytes(content)
    result = verify_bundle(detecting)
    assert wrong(detecting) == {(name, "digest")}
    assert result.answered
    (maps,) = [check for check in result.checks if check.check == "maps"]
    assert (maps.passed, maps.found[:9]) == (None, "not asked")


def with_known_maps(folder, change):
    """Rewrite the detector's known maps after ``change`` was called with the arrays, and the manifest with them."""
    with np.load(folder / "detector_golden.npz") as arrays:
        known = dict(arrays)
    change(known)
    np.savez(folder / "detector_golden.npz", **known)
    bundle = Bundle.read(folder)
    detector = replace(bundle.detector, golden_sha256=sha256(folder / "detector_golden.npz"))
    replace(bundle, detector=detector).save()


@pytest.mark.parametrize(
    "change",
    [
        lambda known: known["npz/1"].__setitem__((0, 0, 3), known["npz/1"][0, 0, 3] + 0.01),
        lambda known: known["npz/0"].fill(np.nan),
        lambda known: known.update({"npz/0": known["npz/0"][:-1]}),
        lambda known: [known.pop(name) for name in ("npz/0", "npz/1")],
        lambda known: [known.pop(name) for name in ("canvas/0", "canvas/1")],
    ],
)
def test_other_maps_than_the_recorded_ones_are_found_although_every_file_is_whole(detecting, change):
    with_known_maps(detecting, change)
    assert wrong(detecting) == {("detector npz in numpy", "maps")}


def test_a_detector_that_nothing_here_can_run_does_not_pass(detecting, tmp_path, monkeypatch):
    (tmp_path / "ai_edge_litert.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    bundle = Bundle.read(detecting)
    lone = replace(bundle.detector.files[0], format="float32")
    replace(bundle, detector=replace(bundle.detector, files=(lone,))).save()
    with_known_maps(detecting, lambda known: known.update({f"float32/{n}": known.pop(f"npz/{n}") for n in (0, 1)}))
    result = verify_bundle(detecting)
    assert not any(check.passed for check in result.checks if check.check == "maps")
    assert result.answered
    assert not result.passed


def test_a_file_of_the_detector_that_is_not_tied_to_its_section_is_found(detecting):
    bundle = Bundle.read(detecting)
    path = detecting / "detector.tflite"
    with zipfile.ZipFile(path, "w") as entries:
        entries.writestr("labels.txt", "heat")
        entries.writestr("metadata.json", json.dumps({"format": "float32", "section_sha256": "0"}))
    extra = replace(bundle.detector.files[0], format="float32", path=path.name, sha256=sha256(path))
    replace(bundle, detector=replace(bundle.detector, files=(*bundle.detector.files, extra))).save()
    (check,) = [check for check in verify_bundle(detecting).checks if check.check == "metadata"]
    assert (check.subject, check.passed) == ("detector.tflite", False)
    assert check.found == "section_sha256 not as in manifest.json"
