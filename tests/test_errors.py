"""What is missing or torn is one line, with the command that mends it."""

import importlib
import sys
import types

import pytest

from edgedigits.errors import MissingExtraError, require

ANEW = "pip uninstall -y opencv-python opencv-python-headless && pip install 'edgedigits[{}]'"


def test_what_is_not_installed_is_installed_with_its_extra():
    with pytest.raises(MissingExtraError) as caught:
        require("no_such_library", extra="export")
    assert str(caught.value).endswith("install it with: pip install 'edgedigits[export]'")


@pytest.mark.parametrize("module", ["cv2", "edgedigits_camera.formats"])
def test_an_opencv_that_lost_its_files_to_another_one_is_installed_anew(monkeypatch, module):
    monkeypatch.setitem(sys.modules, "cv2", types.ModuleType("cv2"))
    with pytest.raises(MissingExtraError) as caught:
        require(module, extra="camera")
    assert str(caught.value).endswith(f"install it anew: {ANEW.format('camera')}")


def test_an_opencv_that_lacks_a_library_of_the_system_gives_way_to_one_that_needs_none(monkeypatch):
    def broken(name):
        raise ImportError("libGL.so.1: cannot open shared object file")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(MissingExtraError, match="libGL") as caught:
        require("cv2", extra="camera")
    assert str(caught.value).endswith(ANEW.format("headless"))


def test_a_library_that_ends_its_import_without_a_word_is_said_to_be_damaged_or_of_another_numpy(monkeypatch):
    def broken(name):
        raise ImportError

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(MissingExtraError, match=r"\(it is damaged, or was built for another NumPy\); install it with"):
        require("onnxruntime", extra="export")


def test_what_is_whole_is_returned():
    assert require("json", extra="camera").loads("1") == 1
