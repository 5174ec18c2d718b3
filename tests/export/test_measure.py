import subprocess
import sys

import numpy as np
import pytest

from edgedigits.errors import BackendError, ParityError
from edgedigits_export.measure import measure


def test_answers_come_back_from_the_other_process(exported, questions):
    folder = exported.bundle.folder
    answers = measure(folder / "model.npz", questions.golden, backend="numpy")
    assert np.array_equal(answers, exported.bundle.golden["npz"])


def test_a_damaged_file_is_a_failed_check(tmp_path, questions):
    path = tmp_path / "model.npz"
    path.write_bytes(b"damaged")
    with pytest.raises(ParityError, match="numpy ended with exit code 1: "):
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
        "import sys; from edgedigits_export.measure import main; main(*sys.argv[1:]);"
        "assert not {'tensorflow', 'keras', 'onnx'} & set(sys.modules)"
    )
    patches = tmp_path / "patches.npy"
    np.save(patches, exported.bundle.golden["patches"])
    arguments = "litert", exported.bundle.folder / "model_float32.tflite", patches, tmp_path / "answers.npy"
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    subprocess.run([sys.executable, "-c", code, *arguments], env=environment, check=True)
