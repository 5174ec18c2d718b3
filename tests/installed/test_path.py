"""What is imported on the way from a picture to its digits, and what is not."""

import json

import pytest

HEAVY = {
    "tensorflow", "keras", "cv2", "PIL", "ai_edge_litert", "tflite_runtime", "onnxruntime", "onnx", "sklearn",
    "matplotlib", "edgedigits_camera", "edgedigits_export",
}  # fmt: skip
pytestmark = pytest.mark.slow
# The host's side: none of it may be needed to read a picture.
HOST = {"tensorflow", "keras", "onnx", "tf2onnx", "sklearn", "matplotlib", "edgedigits_export"}
READ = """
import sys
from edgedigits.cli import main
sys.argv = ["edgedigits", "recognize", "page.png", "--json"]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print(*sorted({name.partition(".")[0] for name in sys.modules}))
print(*sorted(name for name in sys.modules if name.startswith("edgedigits.")))
"""


def imported(done):
    """Top-level packages that ``-X importtime`` reports."""
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip().partition(".")[0] for line in lines}


@pytest.mark.parametrize("arguments", [(), ("recognize",), ("camera",), ("train",)])
def test_help_imports_neither_tensorflow_nor_opencv_nor_a_runtime(python, arguments):
    done = python("-X", "importtime", "-m", "edgedigits", *arguments, "--help")
    found = imported(done)
    assert "typer" in found
    assert "edgedigits" in found
    assert not found & HEAVY


def test_the_look_at_imports_sees_one_that_is_there(python):
    assert "cv2" in imported(python("-X", "importtime", "-c", "import edgedigits_camera.reader"))


def test_a_picture_is_read_without_what_trains_and_exports(python):
    done = python("-c", READ)
    assert done.returncode == 0, done.stderr
    page, packages, modules = done.stdout.splitlines()
    assert json.loads(page)["lines"] == ["3507"]
    assert {"cv2", "numpy", "edgedigits_camera"} <= set(packages.split())
    assert not set(packages.split()) & HOST
    assert not [name for name in modules.split() if name.startswith("edgedigits.training")]
