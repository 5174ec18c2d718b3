"""The package as it is installed on a device, and its shipped bundle."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import edgedigits
from edgedigits.bundle import Bundle, default_bundle
from edgedigits.errors import BundleError

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).resolve().parents[2]
IN_CHECKOUT = Path(edgedigits.__file__).resolve().is_relative_to(CHECKOUT / "edgedigits")
PACKAGES = ("edgedigits", "edgedigits_camera", "edgedigits_export")


@pytest.mark.skipif(
    IN_CHECKOUT and "EDGEDIGITS_EXPECT_WHEEL" not in os.environ, reason="the package of the checkout is tested"
)
@pytest.mark.parametrize("name", PACKAGES)
def test_the_package_is_the_installed_one(name):
    found = importlib.util.find_spec(name)
    assert Path(found.origin).resolve().is_relative_to(Path(sysconfig.get_paths()["purelib"]).resolve())
    assert default_bundle().is_relative_to(Path(edgedigits.__file__).resolve().parent)


@pytest.mark.skipif("EDGEDIGITS_EXPECT_WHEEL" not in os.environ, reason="not an environment with the wheel alone")
@pytest.mark.parametrize("name", ["tensorflow", "keras", "sklearn", "onnx", "matplotlib"])
def test_a_device_needs_nothing_that_trains_or_exports(name):
    assert importlib.util.find_spec(name) is None


def test_the_shipped_bundle_is_found_and_every_file_has_its_sha256():
    folder = default_bundle()
    bundle = Bundle.load(folder)
    digests = {artifact.path: artifact.sha256 for artifact in bundle.artifacts}
    digests |= {"golden.npz": bundle.golden_sha256, "judge.npz": bundle.judge_sha256}
    assert {artifact.format for artifact in bundle.artifacts} >= {"int8", "float32", "onnx", "npz", "c"}
    digests |= {path: digest for artifact in bundle.artifacts for path, digest in artifact.files.items()}
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in digests} == digests


@pytest.mark.parametrize("name", ["model_int8.tflite", "model_float32.onnx", "judge.npz", "golden.npz"])
def test_a_file_with_one_bit_turned_is_refused(name, tmp_path):
    folder = shutil.copytree(default_bundle(), tmp_path / "bundle")
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(BundleError, match=f"{name} has SHA-256"):
        Bundle.load(folder)


def test_the_command_is_installed_beside_python(page_path):
    command = Path(sys.executable).with_name("edgedigits")
    if not command.exists() and "EDGEDIGITS_EXPECT_WHEEL" not in os.environ:
        pytest.skip("the package is not installed in this environment")
    line = [command, "recognize", page_path.name, "--json"]
    done = subprocess.run(line, cwd=page_path.parent, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["lines"] == ["3507"]


def test_the_shipped_bundle_passes_its_own_verification(python):
    done = python("-m", "edgedigits", "verify", "--json")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
