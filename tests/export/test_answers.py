import subprocess
import sys

import numpy as np
import pytest

from edgedigits.apart.answers import measure, measure_files
from edgedigits.errors import BackendError, ParityError, SlowError


def test_answers_come_back_from_the_other_process(exported, questions):
    folder = exported.bundle.folder
    answers = measure(folder / "model.npz", questions.golden, backend="numpy")
    # Exact on many processors; on others, matrix products depend on an image's place in its batch.
    assert answers == pytest.approx(exported.bundle.golden["npz"], abs=1e-6)


def test_a_damaged_file_is_a_failed_check(tmp_path, questions):
    path = tmp_path / "model.npz"
    path.write_bytes(b"damaged")
    with pytest.raises(ParityError, match=r"model\.npz is damaged: "):
        measure(path, questions.golden, backend="numpy")


def test_a_file_that_gives_something_else_than_ten_numbers_is_a_failed_check(exported, tmp_path, questions):
    with np.load(exported.bundle.folder / "model.npz") as arrays:
        weights = dict(arrays)
    for part in ("kernel", "bias"):
        weights[f"dense2/{part}"] = weights[f"dense2/{part}"][..., :9]
    np.savez(tmp_path / "model.npz", **weights)
    with pytest.raises(ParityError, match=r"shape \(64, 9\), expected \(64, 10\)"):
        measure(tmp_path / "model.npz", questions.golden, backend="numpy")


@pytest.mark.skipif(int(np.__version__[0]) < 2, reason="with NumPy 1 tflite-runtime may work")
def test_a_runtime_that_cannot_work_here_says_so(exported, questions):
    with pytest.raises(BackendError, match="tflite-runtime needs numpy<2"):
        measure(exported.bundle.folder / "model_float32.tflite", questions.golden, backend="tflite-runtime")


def test_the_other_process_does_not_load_tensorflow(exported, tmp_path):
    code = (
        "import sys; from edgedigits.backends.answering import main; main(*sys.argv[1:]);"
        "assert not {'tensorflow', 'keras', 'onnx'} & set(sys.modules)"
    )
    np.save(tmp_path / "patches.npy", exported.bundle.golden["patches"])
    arguments = "litert", "0", tmp_path, exported.bundle.folder / "model_float32.tflite"
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    subprocess.run([sys.executable, "-c", code, *arguments], env=environment, check=True)
    assert np.load(tmp_path / "0.npy").shape == (64, 10)


def test_one_process_answers_several_files_and_says_how_long_an_image_took(exported, questions):
    files = {name: exported.bundle.folder / exported.bundle.artifact(name).path for name in ("float32", "int8")}
    done = []
    results = measure_files(files, questions.golden, backend="litert", runs=20, on_file=done.append)
    assert done == ["float32", "int8"]
    for name, result in results.items():
        assert np.array_equal(result.answers, exported.bundle.golden[name])
        assert result.p50_us > 0


def test_a_file_that_brings_the_process_down_costs_its_own_answers_only(exported, questions, tmp_path, monkeypatch):
    package = tmp_path / "ai_edge_litert"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "interpreter.py").write_text(
        "import os\nclass Interpreter:\n    def __init__(self, model_path, **_):\n"
        "        if 'bad' in model_path:\n            os.abort()\n        raise ValueError(model_path)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    files = {name: tmp_path / f"{name}.tflite" for name in ("first", "bad", "last")}
    results = measure_files(files, questions.golden, backend="litert")
    assert list(results) == ["first", "bad", "last"]
    assert "litert raised ValueError" in str(results["first"])
    assert "litert ended with SIGABRT" in str(results["bad"])
    assert "litert raised ValueError" in str(results["last"])


def test_a_runtime_that_hangs_is_a_failed_check_that_says_its_limit(exported, questions, tmp_path, monkeypatch):
    package = tmp_path / "ai_edge_litert"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "interpreter.py").write_text("import signal\nsignal.pause()\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("edgedigits.apart.answers.START_S", 3)
    expected = r"litert gave no answer within [\d.]+ s, its limit, and was ended; is the device busy\? ask again"
    with pytest.raises(SlowError, match=expected):
        measure(exported.bundle.folder / "model_float32.tflite", questions.golden, backend="litert")
