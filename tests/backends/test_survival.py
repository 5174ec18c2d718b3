"""A runtime that ends the process it answers in: it is tried in another one first."""

import os
import shutil
import sys
from dataclasses import replace

import pytest

from edgedigits.backends import open_backend, open_detector, survival
from edgedigits.backends.survival import require_survival
from edgedigits.bundle import Bundle, default_bundle
from edgedigits.errors import BackendError, CrashError

DEADLY = "import os; os.abort()"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """A cache folder that nothing has been written to."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(survival, "_DEADLY", {})
    return tmp_path / "cache"


@pytest.fixture
def deadly(tmp_path, monkeypatch):
    """An onnxruntime that can be found and ends whoever imports it."""
    (tmp_path / "onnxruntime.py").write_text(DEADLY)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.fixture
def bundle(tmp_path):
    """The shipped bundle with ONNX and NumPy files alone."""
    folder = shutil.copytree(default_bundle(), tmp_path / "bundle")
    whole = Bundle.read(folder)
    detector = replace(whole.detector, files=tuple(whole.detector.file(name) for name in ("onnx", "npz")))
    replace(whole, artifacts=(whole.artifact("onnx"), whole.artifact("npz")), detector=detector).save()
    return Bundle.load(folder)


@pytest.mark.parametrize("opening", [open_backend, open_detector])
def test_a_runtime_that_ends_the_process_is_refused_and_the_next_one_serves(bundle, deadly, opening):
    opened = opening(bundle)
    (refused, why), *_ = opened.refused
    assert (refused.backend, refused.format) == ("onnxruntime", "onnx")
    assert why.startswith("onnxruntime ended with SIGABRT")
    assert opened.candidate.backend in ("opencv", "numpy")


def test_a_runtime_that_died_is_not_tried_with_its_other_files(bundle, deadly):
    open_backend(bundle)
    with pytest.raises(BackendError, match="onnxruntime ended with SIGABRT"):
        require_survival("onnxruntime", digest="another", ask=lambda: pytest.fail("it was asked"))


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Has an onnxruntime asked that is there, and tells for which files it was."""
    (tmp_path / "onnxruntime.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)  # the real one, if another test has used it
    digests = []

    def ask(digest, answer=None):
        require_survival("onnxruntime", digest=digest, ask=lambda: digests.append(digest) or answer)
        return digests

    return ask


def test_who_survived_is_not_asked_again_before_its_file_or_the_runtime_changes(asked, tmp_path):
    assert asked("a") == ["a"]
    assert asked("a") == ["a"]
    assert asked("b") == ["a", "b"]
    runtime = tmp_path / "onnxruntime.py"
    os.utime(runtime, ns=(0, runtime.stat().st_mtime_ns + 10**9))
    assert asked("a") == ["a", "b", "a"]


def test_who_died_is_asked_again_by_the_next_process(asked, monkeypatch):
    with pytest.raises(BackendError, match="SIGILL"):
        asked("a", CrashError("onnxruntime ended with SIGILL: without a word"))
    monkeypatch.setattr(survival, "_DEADLY", {})
    assert asked("a") == ["a", "a"]


def test_who_fails_without_dying_has_survived(asked):
    asked("a", BackendError("it cannot load the file"))
    assert asked("a") == ["a"]


def test_a_folder_that_cannot_be_entered_is_no_place_to_remember(asked, monkeypatch):
    # As root may enter all, a name that no folder can have stands for one that may not be entered.
    monkeypatch.setenv("XDG_CACHE_HOME", "/" + 300 * "x")
    asked("a")
    assert asked("a") == ["a", "a"]


def test_without_a_place_to_remember_it_is_asked_each_time(asked, own_cache):
    own_cache.write_text("no folder")
    asked("a")
    assert asked("a") == ["a", "a"]


@pytest.mark.parametrize("backend", ["numpy", "litert"])
def test_what_is_not_installed_and_numpy_are_not_asked(monkeypatch, backend):
    monkeypatch.setitem(survival.MODULES, "litert", "a_module_that_nobody_has")
    require_survival(backend, digest="a", ask=lambda: pytest.fail("it was asked"))


def test_a_frozen_program_does_not_start_itself(asked, monkeypatch):
    monkeypatch.setattr("sys.frozen", True, raising=False)
    assert asked("a", CrashError("SIGSEGV")) == []
