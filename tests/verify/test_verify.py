import errno
import hashlib
import json
import os
import shutil
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.bundle.checksums import files_of, read_sums, write_sums
from edgedigits.bundle.metadata import manifest_sha256
from edgedigits.cli import app
from edgedigits.files import sha256
from edgedigits.verify.answers import Limit, limit_of
from edgedigits.verify.bundle import verify_bundle

pytestmark = pytest.mark.slow

# What the bundle below holds.
FILES = ("README.md", "SHA256SUMS", "golden.npz", "judge.npz", "manifest.json", "model.npz", "notes/report.md")


@pytest.fixture
def folder(random_bundle, tmp_path):
    """A bundle with a judge and reports, one of them in a folder of its own."""
    folder = shutil.copytree(random_bundle, tmp_path / "bundle")
    (folder / "notes").mkdir()
    for name in ("README.md", "notes/report.md"):
        (folder / name).write_text(name)
    shutil.copy(default_bundle() / "judge.npz", folder)
    replace(Bundle.load(folder), judge_sha256=sha256(folder / "judge.npz")).save()
    return folder


def run(*arguments):
    return CliRunner().invoke(app, ["verify", *map(str, arguments)])


def wrong(folder):
    """What failed, by subject and check."""
    return {(check.subject, check.check) for check in verify_bundle(folder).checks if check.passed is False}


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


def verify_digests(folder):
    """The checks of a folder's digests alone: quick enough to be made many times."""
    from edgedigits.verify.bundle import check_digests

    return check_digests(folder, Bundle.read(folder).digests())


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


def test_other_answers_than_the_recorded_ones_are_found_although_every_file_is_whole(folder):
    golden = Bundle.load(folder).golden
    np.savez(folder / "golden.npz", **{**golden, "npz": golden["npz"] + np.float32(0.001)})
    replace(Bundle.read(folder), golden_sha256=sha256(folder / "golden.npz")).save()
    assert wrong(folder) == {("npz in numpy", "answers")}


def test_another_digit_is_found_however_near_it_is(folder):
    golden = Bundle.load(folder).golden
    known = np.full((len(golden["patches"]), 10), 0.1, np.float32)
    with np.load(folder / "model.npz") as arrays:
        weights = {name: np.zeros_like(array) for name, array in arrays.items()}
    weights["dense2/bias"][3] = 1e-6
    np.savez(folder / "model.npz", **weights)
    np.savez(folder / "golden.npz", patches=golden["patches"], labels=golden["labels"], npz=known)
    bundle = Bundle.read(folder)
    artifact = replace(bundle.artifacts[0], sha256=sha256(folder / "model.npz"))
    replace(bundle, artifacts=(artifact,), golden_sha256=sha256(folder / "golden.npz")).save()
    assert wrong(folder) == {("npz in numpy", "answers")}


def test_missing_answers_are_found(folder):
    golden = Bundle.load(folder).golden
    np.savez(folder / "golden.npz", patches=golden["patches"], labels=golden["labels"])
    replace(Bundle.read(folder), golden_sha256=sha256(folder / "golden.npz")).save()
    assert wrong(folder) == {("npz in numpy", "answers")}


def answers_with(onnxruntime, folder, tmp_path, monkeypatch):
    """What runtimes are found to do with an ONNX file that is none, where a module of this content is onnxruntime."""
    (tmp_path / "onnxruntime.py").write_text(onnxruntime)
    monkeypatch.syspath_prepend(tmp_path)
    bundle = Bundle.read(folder)
    (folder / "model.onnx").write_bytes(b"model")
    np.savez(folder / "golden.npz", **{**bundle.golden, "onnx": bundle.golden["npz"]})
    onnx = replace(bundle.artifacts[0], format="onnx", path="model.onnx", sha256=sha256(folder / "model.onnx"))
    replace(bundle, artifacts=(*bundle.artifacts, onnx), golden_sha256=sha256(folder / "golden.npz")).save()
    return {check.subject: check for check in verify_bundle(folder).checks if check.check == "answers"}


def test_a_runtime_that_crashes_is_a_failed_check(folder, tmp_path, monkeypatch):
    crashed = answers_with("import os; os.abort()", folder, tmp_path, monkeypatch)["onnx in onnxruntime"]
    assert crashed.passed is False
    assert "SIGABRT" in crashed.found


def test_a_runtime_that_cannot_load_a_file_counts_as_not_here(folder, tmp_path, monkeypatch):
    refuses = "def SessionOptions():\n    raise RuntimeError('no operator Gemm')"
    answers = answers_with(refuses, folder, tmp_path, monkeypatch)
    refused = answers["onnx in onnxruntime"], answers["onnx in opencv"]
    assert [check.passed for check in refused] == [None, None]
    assert refused[0].found == "not here: onnxruntime raised RuntimeError: no operator Gemm"
    assert "cannot load model.onnx" in refused[1].found


def test_a_bundle_that_nothing_here_can_run_does_not_pass(folder, tmp_path, monkeypatch):
    (tmp_path / "ai_edge_litert.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    bundle = Bundle.read(folder)
    lone = replace(bundle.artifacts[0], format="int8", path="model.npz")
    replace(bundle, artifacts=(lone,)).save()
    result = verify_bundle(folder)
    assert not any(check.passed for check in result.checks if check.check == "answers")
    assert not result.passed


@pytest.fixture
def c_alone(folder):
    """A bundle of the C code of the shipped network and nothing else."""
    shipped, bundle = Bundle.read(default_bundle()), Bundle.read(folder)
    shutil.copytree(shipped.folder / "c", folder / "c")
    known = {name: shipped.golden[name] for name in ("patches", "labels", "c")}
    np.savez(folder / "golden.npz", **known)
    (folder / "model.npz").unlink()
    replace(bundle, artifacts=(shipped.artifact("c"),), golden_sha256=sha256(folder / "golden.npz")).save()
    return folder


def test_a_bundle_of_c_alone_is_asked_in_numpy(c_alone):
    pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed: it reads the file that C holds")
    result = verify_bundle(c_alone)
    assert result.passed
    (answers,) = [check for check in result.checks if check.check == "answers"]
    assert (answers.subject, answers.found) == (
        "c in numpy-int8",
        "64 of 64 the same, difference 0 (at most 0.002)",
    )


@pytest.mark.parametrize("missing", ["ai_edge_litert", "edgedigits_export"])
def test_a_bundle_of_c_alone_passes_where_nothing_runs_it_and_says_how_to_check_it(
    c_alone, tmp_path, monkeypatch, missing
):
    (tmp_path / f"{missing}.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    result = run(c_alone)
    assert result.exit_code == 0
    assert f"whole; it is C for microcontrollers, which make -C {c_alone}/c demo checks" in result.stdout
    assert "- c in numpy-int8 answers not here: " in " ".join(result.stdout.split())


def test_c_code_with_one_flipped_bit_does_not_pass(c_alone):
    path = c_alone / "c" / "edgedigits_weights.c"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert wrong(c_alone) == {("c/edgedigits_weights.c", "digest")}
    assert run(c_alone).exit_code == 1


def test_c_code_that_answers_otherwise_by_one_step_is_found(c_alone):
    pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed: it reads the file that C holds")
    golden = Bundle.read(c_alone).golden
    moved = golden["c"].copy()
    moved[5, golden["labels"][5]] -= np.float32(1 / 256)
    np.savez(c_alone / "golden.npz", **{**golden, "c": moved})
    replace(Bundle.read(c_alone), golden_sha256=sha256(c_alone / "golden.npz")).save()
    assert wrong(c_alone) == {("c in numpy-int8", "answers")}


def shipped_limit(format):
    """The limit for a file of the shipped bundle, and its recorded answers."""
    bundle = Bundle.read(default_bundle())
    artifact = bundle.artifact(format)
    return limit_of(artifact, bundle.folder / artifact.path), bundle.golden[format]


def moved_by(answers, *, logit_steps, scale):
    """Answers in steps of 1/256, the odds of each likeliest digit lower by what steps of all logits can do."""
    rows, best = np.arange(len(answers)), answers.argmax(axis=1)
    likeliest = answers[rows, best].astype(float)
    odds = likeliest / (1 - likeliest) * np.exp(-2 * logit_steps * scale)
    moved = answers.copy()
    moved[rows, best] = np.rint(256 * odds / (1 + odds)) / 256
    return moved


@pytest.mark.parametrize("format", ["int8", "uint8"])
def test_answers_in_whole_numbers_may_differ_as_far_as_two_steps_of_their_logits_move_them(format):
    pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed: it reads the scale of logits")
    limit, known = shipped_limit(format)
    for steps, right in ((0, True), (1, True), (1.9, True), (2.5, False)):
        answers = moved_by(known, logit_steps=steps, scale=limit.logit_scale)
        assert limit.check(answers, known)[1] is right, steps
    # What was measured between processors, a step of 1/256 here and there, needs no step of a logit.
    off = known.copy()
    off[0, [2, 3]] += np.float32(1 / 256)
    assert limit.check(off, known)[0].endswith("logits by 0.0 of their steps (at most 2)")
    off[1] = np.nan
    assert limit.check(off, known)[1] is False


def test_two_digits_within_two_steps_of_each_other_may_change_places_and_no_others():
    known = np.zeros((1, 10), np.float32)
    known[0, [3, 8]] = 127 / 256, 129 / 256
    swapped, limit = known.copy(), Limit(0.05, close=2 / 256)
    swapped[0, [3, 8]] = known[0, [8, 3]]
    assert limit.check(swapped, known)[1]
    assert not Limit(0.05).check(swapped, known)[1]
    known[0, [3, 8]] = 126 / 256, 130 / 256
    assert not limit.check(swapped, known)[1]


def test_where_the_scale_of_logits_cannot_be_read_the_limit_is_that_of_the_probe(monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.schema_py_generated", None)
    limit, known = shipped_limit("int8")
    assert limit == Limit(16 / 256, None, close=2 / 256)
    assert limit.check(known, known) == ("64 of 64 the same, difference 0 (at most 0.062)", True)


@pytest.mark.parametrize(("format", "most"), [("float32", 1e-4), ("npz", 1e-4), ("int16x8", 16 / 32768)])
def test_other_formats_are_bounded_by_a_probability(format, most):
    limit, known = shipped_limit(format)
    assert limit == Limit(most)
    for share, right in ((0.9, True), (1.1, False)):
        assert limit.check(known + np.float32(share * most), known)[1] is right


def test_the_command_says_it_to_people_and_exits_with_0_or_1(folder):
    result = run(folder)
    assert result.exit_code == 0, result.output
    assert "ok     model.npz        digest" in result.stdout
    assert "is whole and answers as it did" in result.stdout.splitlines()[-1]
    (folder / "README.md").write_text("changed")
    result = run(folder)
    assert result.exit_code == 1
    assert "WRONG  README.md        digest    SHA-256 is not the one in SHA256SUMS" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("do not use ")


def test_the_command_says_it_to_programs(folder):
    (folder / "README.md").write_text("changed")
    content = json.loads(run(folder, "--json").stdout)
    assert content["passed"] is False
    assert {"subject": "README.md", "check": "digest", "passed": False} in [
        {key: check[key] for key in ("subject", "check", "passed")} for check in content["checks"]
    ]


@pytest.mark.parametrize("name", ["none", "file", "empty"])
def test_what_is_no_bundle_is_one_line(tmp_path, name):
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    result = run(tmp_path / name)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "name a folder that `edgedigits export` wrote" in result.stderr


def test_digests_are_written_as_sha256sum_does(folder):
    digests = read_sums(folder)
    assert set(digests) == set(files_of(folder)) == set(FILES) - {"SHA256SUMS"}
    assert digests["README.md"] == sha256(folder / "README.md")
    (folder / "later.txt").touch()
    write_sums(folder)
    assert "later.txt" in read_sums(folder)


def test_the_tie_holds_for_a_judge_that_comes_later_and_breaks_with_the_network(folder):
    bundle = Bundle.read(folder)
    tie = manifest_sha256(bundle.content())
    assert manifest_sha256(replace(bundle, judge_sha256="0", rejection={"least": 1}).content()) == tie
    assert manifest_sha256(replace(bundle, artifacts=()).content()) == tie
    assert manifest_sha256(replace(bundle, training={"recipe": "other"}).content()) != tie
    assert manifest_sha256(json.loads((folder / "manifest.json").read_text())) == tie


def test_the_command_in_a_folder_that_holds_other_modules_is_not_led_astray(folder, tmp_path, monkeypatch):
    (tmp_path / "numpy.py").write_text("raise SystemExit('led astray')")
    monkeypatch.chdir(tmp_path)
    assert verify_bundle(folder).passed


@pytest.fixture
def detecting(detecting_bundle, tmp_path):
    """A copy of a bundle with a detector."""
    return shutil.copytree(detecting_bundle, tmp_path / "detecting")


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


@pytest.fixture
def shipped(tmp_path):
    """A copy of the shipped bundle with what NumPy runs, quick to verify."""
    pytest.importorskip("cv2")
    folder = shutil.copytree(default_bundle(), tmp_path / "shipped")
    bundle = Bundle.read(folder)
    detector = replace(bundle.detector, files=(bundle.detector.file("npz"),))
    replace(bundle, artifacts=(bundle.artifact("npz"),), detector=detector).save()
    return folder


def with_judge(folder, change):
    """Rewrite the judge after ``change`` was called with its arrays, and the manifest with it."""
    with np.load(folder / "judge.npz") as arrays:
        judge = dict(arrays)
    change(judge)
    np.savez(folder / "judge.npz", **judge)
    replace(Bundle.read(folder), judge_sha256=sha256(folder / "judge.npz")).save()


def test_a_page_is_read_with_the_judge(shipped):
    result = verify_bundle(shipped)
    assert result.passed
    (page,) = [check for check in result.checks if check.check == "page"]
    assert (page.subject, page.passed) == ("judge.npz", True)
    assert "of 32 digits read on a page" in page.found
    assert "4 of 22 signs read as digits (at most 50%)" in page.found


def older(judge):
    """Leave out the golden rows, which judges that were fitted before have not."""
    for name in ("golden", "golden_scores"):
        del judge[name]


def test_a_judge_without_golden_rows_is_asked_to_read_the_page(shipped):
    with_judge(shipped, older)
    assert verify_bundle(shipped).passed


@pytest.mark.parametrize(
    "change",
    [
        lambda judge: judge.update(bias=np.array(20.0)),
        lambda judge: judge.update(bias=np.array(-20.0)),
        lambda judge: judge.update(threshold=np.array(1e-6)),
        lambda judge: judge.update(leaf=-judge["leaf"]),
    ],
    ids=["always yes", "never", "no threshold to speak of", "turned round"],
)
def test_a_judge_that_tells_nothing_apart_is_found_by_the_page_although_it_was_never_otherwise(shipped, change):
    with_judge(shipped, lambda judge: (older(judge), change(judge)))
    assert wrong(shipped) == {("judge.npz", "page")}
    (page,) = [check for check in verify_bundle(shipped).checks if check.check == "page"]
    assert "signs read as digits" in page.found


@pytest.mark.parametrize(
    "change",
    [
        lambda judge: judge.update(threshold=np.array(np.nan)),
        lambda judge: judge.update(leaf=np.full_like(judge["leaf"], np.nan)),
        lambda judge: judge.update({name: judge[name][:0] for name in ("feature", "cut", "leaf")}),
        lambda judge: judge.update(leaf=-judge["leaf"]),
        lambda judge: judge.update(bias=np.array(-20.0)),
        lambda judge: judge.update(bias=np.array(20.0)),
        lambda judge: judge.pop("features"),
    ],
    ids=["no threshold", "no numbers", "no trees", "turned round", "never sure", "always sure", "no columns"],
)
def test_a_judge_that_reads_nothing_is_found_although_every_file_is_whole(shipped, change):
    with_judge(shipped, change)
    assert wrong(shipped) == {("judge.npz", "page")}


def test_a_page_is_not_read_where_the_camera_cannot_be_loaded(shipped, monkeypatch):
    monkeypatch.setitem(sys.modules, "edgedigits_camera.digits.judge", None)
    result = verify_bundle(shipped)
    assert result.passed
    (page,) = [check for check in result.checks if check.check == "page"]
    assert (page.passed, page.found[:8]) == (None, "not read")


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


def test_a_file_that_may_not_be_read_is_a_failed_check(folder, monkeypatch):
    whole = Path.open

    def forbidden(path, *arguments, **options):
        if path.name == "model.npz":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return whole(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", forbidden)
    (check,) = [check for check in verify_digests(folder) if check.passed is False]
    assert (check.subject, check.found) == ("model.npz", "cannot be read (Permission denied)")


def test_weights_that_are_none_are_a_failed_check_although_every_file_is_whole(shipped):
    np.savez(shipped / "model.npz", **{"conv1/kernel": np.array([None], object)})
    bundle = Bundle.read(shipped)
    artifact = replace(bundle.artifact("npz"), sha256=sha256(shipped / "model.npz"))
    replace(bundle, artifacts=(artifact,)).save()
    assert ("npz in numpy", "answers") in wrong(shipped)
