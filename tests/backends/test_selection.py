import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from edgedigits.backends import BACKENDS, Candidate, open_backend, probe
from edgedigits.backends.selection import SECOND_OPINIONS, candidates
from edgedigits.bundle import Bundle
from edgedigits.errors import BackendError, BundleError
from edgedigits.files import sha256

RUNTIMES = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter", "onnxruntime", "cv2")


@pytest.fixture(autouse=True)
def with_products_of_bytes(monkeypatch):
    """A processor on which the order of the table holds."""
    monkeypatch.setattr("edgedigits.backends.choice.processor_kind", lambda: "x86_64 avx512_vnni")


@pytest.fixture
def uninstalled(monkeypatch):
    """A function that makes packages as good as not installed."""
    return lambda *modules: [monkeypatch.setitem(sys.modules, module, None) for module in modules]


def rewritten(folder, format, content):
    """The bundle with other content in one of its files, and a manifest that knows it."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    entry = next(entry for entry in manifest["artifacts"] if entry["format"] == format)
    (folder / entry["path"]).write_bytes(content)
    entry["sha256"] = sha256(folder / entry["path"])
    path.write_text(json.dumps(manifest))
    return Bundle.load(folder)


def test_candidates_come_in_the_order_of_speed(shipped):
    few = [shipped.artifact(name) for name in ("float32", "int8", "onnx", "npz", "c")]
    assert list(candidates(replace(shipped, artifacts=tuple(few)))) == [
        Candidate("litert", "int8"),
        Candidate("litert", "float32"),
        Candidate("tflite-runtime", "int8"),
        Candidate("tflite-runtime", "float32"),
        Candidate("onnxruntime", "onnx"),
        Candidate("opencv", "onnx"),
        Candidate("numpy", "npz"),
    ]


def test_of_all_formats_int8_and_float32_come_first_in_every_tflite_runtime(shipped):
    formats = sorted({name for adapted in BACKENDS.values() for name in adapted.formats})
    whole = replace(shipped, artifacts=tuple(replace(shipped.artifacts[0], format=name) for name in formats))
    for backend in ("litert", "tflite-runtime"):
        found = [candidate.format for candidate in candidates(whole, backend=backend)]
        assert found[:2] == ["int8", "float32"]
        assert set(found[2:]) == {"uint8", "dynamic", "float16", "int16x8"}
    assert next(candidates(whole)) == Candidate("litert", "int8")


def test_a_second_opinion_is_never_chosen(shipped):
    assert not {candidate.backend for candidate in candidates(shipped)} & set(SECOND_OPINIONS)
    with pytest.raises(BackendError, match="unknown backend 'litert-builtin'"):
        list(candidates(shipped, backend="litert-builtin"))


def test_a_format_or_a_backend_narrows_the_candidates(shipped):
    assert {candidate.format for candidate in candidates(shipped, format="float32")} == {"float32"}
    assert list(candidates(shipped, backend="opencv")) == [Candidate("opencv", "onnx")]
    assert list(candidates(shipped, backend="litert", format="float32")) == [Candidate("litert", "float32")]


def test_an_unknown_backend_is_refused_with_those_there_are(shipped):
    with pytest.raises(BackendError, match="unknown backend 'tensorrt'; choose auto, litert, tflite-runtime"):
        list(candidates(shipped, backend="tensorrt"))


def test_a_backend_that_does_not_run_the_format_is_refused(shipped):
    with pytest.raises(BackendError, match="backend numpy does not run int8"):
        list(candidates(shipped, backend="numpy", format="int8"))


def test_choosing_imports_no_runtime(shipped):
    code = (
        "import sys; from pathlib import Path; from edgedigits.bundle import Bundle;"
        "from edgedigits.backends.selection import candidates; from edgedigits.recognizer import Recognizer;"
        "assert list(candidates(Bundle.load(Path(sys.argv[1]))));"
        "assert not {'ai_edge_litert', 'tflite_runtime', 'onnxruntime', 'cv2', 'tensorflow'} & set(sys.modules)"
    )
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    subprocess.run([sys.executable, "-c", code, str(shipped.folder)], env=environment, check=True)


def test_with_no_runtime_installed_numpy_serves_and_says_why_the_others_did_not(shipped, uninstalled):
    uninstalled(*RUNTIMES)
    opened = open_backend(shipped)
    assert opened.candidate == Candidate("numpy", "npz")
    line = opened.explain()
    assert line.startswith("backend numpy with npz (not litert int8: ai_edge_litert.interpreter cannot be imported")
    for name in BACKENDS:
        assert name in line
    assert "\n" not in line


def test_the_first_that_works_is_chosen_without_a_word_about_those_after_it(shipped):
    pytest.importorskip("ai_edge_litert")
    assert open_backend(shipped).explain() == "backend litert with int8"


def test_when_nothing_serves_every_reason_is_given(shipped, uninstalled):
    uninstalled(*RUNTIMES)
    with pytest.raises(BackendError, match=r"no runtime can run .*onnxruntime onnx: .*pip install.*opencv onnx: .*cv2"):
        open_backend(shipped, format="onnx")


def test_a_model_that_answers_wrongly_is_refused_by_the_probe(copied):
    with np.load(copied / "model.npz") as arrays:
        weights = dict(arrays)
    weights["dense2/bias"] = weights["dense2/bias"][::-1]
    np.savez(copied / "wrong.npz", **weights)
    bundle = rewritten(copied, "npz", (copied / "wrong.npz").read_bytes())
    with pytest.raises(BackendError, match=r"answers differ by .* from the known ones, at most 0\.0001 is right"):
        probe(bundle, Candidate("numpy", "npz"))


def test_a_model_that_answers_nan_is_refused_by_the_probe(copied):
    with np.load(copied / "model.npz") as arrays:
        weights = dict(arrays)
    weights["conv1/bias"] = np.full_like(weights["conv1/bias"], np.nan)
    np.savez(copied / "wrong.npz", **weights)
    bundle = rewritten(copied, "npz", (copied / "wrong.npz").read_bytes())
    with pytest.raises(BackendError, match="answers differ by nan"):
        probe(bundle, Candidate("numpy", "npz"))


def test_a_damaged_file_is_passed_over_for_the_next_candidate(copied):
    pytest.importorskip("ai_edge_litert")
    opened = open_backend(rewritten(copied, "int8", b"damaged"))
    assert opened.candidate == Candidate("litert", "float32")
    assert opened.explain().startswith("backend litert with float32 (not litert int8: ")


def test_damaged_known_answers_are_one_error_and_no_reason_for_each_runtime(copied):
    (copied / "golden.npz").write_bytes(b"")
    with pytest.raises(BundleError, match=r"golden\.npz is damaged") as refused:
        open_backend(Bundle.read(copied))
    assert str(refused.value).count("golden.npz") == 1
