"""Bundles that are verified: small ones, and a copy of the shipped one."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.files import sha256


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


@pytest.fixture
def detecting(detecting_bundle, tmp_path):
    """A copy of a bundle with a detector."""
    return shutil.copytree(detecting_bundle, tmp_path / "detecting")


@pytest.fixture
def shipped(tmp_path):
    """A copy of the shipped bundle with what NumPy runs, quick to verify."""
    pytest.importorskip("cv2")
    folder = shutil.copytree(default_bundle(), tmp_path / "shipped")
    bundle = Bundle.read(folder)
    detector = replace(bundle.detector, files=(bundle.detector.file("npz"),))
    replace(bundle, artifacts=(bundle.artifact("npz"),), detector=detector).save()
    return folder
