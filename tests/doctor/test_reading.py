"""Whether digits are read."""

import shutil
import subprocess
from pathlib import Path

import pytest

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.doctor import reading
from edgedigits.doctor.finding import State

PIP = "/venv/bin/python -m pip"


@pytest.fixture
def folder(random_bundle, tmp_path):
    return shutil.copytree(random_bundle, tmp_path / "mine")


def test_a_whole_bundle_is_right(pip, folder):
    found, loaded = reading.bundle(pip, folder)
    assert found.state is State.OK
    assert loaded.folder == folder


def test_a_changed_file_is_a_fault_and_the_command_exports_it_anew(pip, folder):
    (folder / "model.npz").write_bytes(b"other")
    found, loaded = reading.bundle(pip, folder)
    assert (found.state, loaded) == (State.FAULT, None)
    assert "model.npz has SHA-256" in found.found
    assert found.command == f"edgedigits export RUN --out {folder}"


def test_the_shipped_bundle_comes_back_from_git_in_a_checkout(pip, tmp_path, monkeypatch):
    model = tmp_path / "models" / "mnist-cnn" / "model"
    model.parent.mkdir(parents=True)
    model.write_text("right")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    for line in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run([*git, *line], check=True)
    model.write_text("wrong")
    monkeypatch.setattr("edgedigits.bundle.default_bundle", lambda: model.parent)
    command = reading.restore(pip, model.parent)
    subprocess.run(command, shell=True, check=True)  # noqa: S602 - as a user would
    assert model.read_text() == "right"


def test_the_shipped_bundle_of_an_installed_package_comes_with_the_package(pip, tmp_path, monkeypatch):
    monkeypatch.setattr("edgedigits.bundle.default_bundle", lambda: tmp_path / "models" / "mnist-cnn")
    command = reading.restore(pip, tmp_path / "models" / "mnist-cnn")
    assert command == f"{PIP} install --force-reinstall --no-deps /src/edgedigits"


def test_each_runtime_is_proven_by_an_answer(pip, folder):
    (found,) = reading.runtimes(pip, Bundle.load(folder), {"numpy": "2.4.6"})
    assert (found.name, found.state) == ("runtime numpy", State.OK)
    assert "12 of 12 the same" in found.found


def test_where_none_answers_right_nothing_can_be_read(pip, folder):
    loaded = Bundle.load(folder)
    loaded.golden["npz"] = loaded.golden["npz"][:, ::-1]
    wrong, none = reading.runtimes(pip, loaded, {"numpy": "2.4.6"})
    assert (wrong.name, wrong.state) == ("runtime numpy", State.WARNING)
    assert (none.state, none.command) == (State.FAULT, f"{PIP} install '/src/edgedigits[headless]'")


def test_a_runtime_that_took_too_long_is_asked_again_and_not_reinstalled(pip, folder, monkeypatch):
    monkeypatch.setattr("edgedigits.apart.answers.START_S", 0)
    monkeypatch.setattr("edgedigits.apart.answers.IMAGE_S", 0.001)
    slow, none = reading.runtimes(pip, Bundle.load(folder), {"numpy": "2.4.6"})
    assert (slow.state, slow.command) == (State.WARNING, "")
    assert "numpy gave no answer within 0.012 s, its limit, and was ended; is the device busy?" in slow.found
    assert (none.state, none.command) == (State.FAULT, "")
    assert none.found.endswith("in time")


@pytest.mark.parametrize(
    ("name", "passed", "versions", "state_and_command"),
    [
        ("litert", None, {}, (State.NOTE, "")),
        ("litert", None, {"ai-edge-litert": "2.3.0"}, (State.WARNING, "ai-edge-litert")),
        ("litert", False, {"ai-edge-litert": "2.3.0"}, (State.WARNING, "ai-edge-litert")),
        ("tflite-runtime", False, {"tflite-runtime": "2.14.0", "numpy": "2.4"}, (State.WARNING, "")),
        ("tflite-runtime", False, {"tflite-runtime": "2.14.0", "numpy": "1.26"}, (State.WARNING, "tflite-runtime")),
    ],
)
def test_a_runtime_that_does_not_answer_right_is(name, passed, versions, state_and_command, pip):
    found = reading.runtime(pip, name, passed=passed, found="what came of asking", versions=versions)
    state, command = state_and_command
    assert found.state is state
    assert found.command == (f"{PIP} install --force-reinstall --no-deps {command}" if command else "")


@pytest.mark.parametrize("versions", [{}, {"opencv-python-headless": "4.6.0.66"}], ids=["Debian's", "pip's"])
def test_an_opencv_that_is_too_old_for_a_file_is_told_so_and_not_reinstalled(versions, pip):
    found = reading.runtime(pip, "opencv", passed=None, found="OpenCV 4.6.0 cannot load it", versions=versions)
    assert (found.state, found.found, found.command) == (State.NOTE, "OpenCV 4.6.0 cannot load it", "")


def test_a_page_is_read_with_the_shipped_bundle(pip):
    pytest.importorskip("cv2")
    assert reading.page(pip, Bundle.load(default_bundle())).state is State.OK


def test_a_bundle_that_reads_no_page_is_a_fault(pip, folder):
    pytest.importorskip("cv2")
    found = reading.page(pip, Bundle.load(folder))
    assert found.state is State.FAULT
    assert "no detector" in found.found
    assert Path(folder).is_dir()
