"""Packages that do not get on with each other."""

import sys

import pytest

from edgedigits.doctor import packages
from edgedigits.doctor.finding import State
from edgedigits.doctor.packages import OpenCV
from edgedigits.errors import DisplayError

PIP = "/venv/bin/python -m pip"
WHOLE = OpenCV(version="5.0.0", whole=True, windows=True, readers=("FFMPEG", "V4L2"))
SCREEN, NO_SCREEN = {"DISPLAY": ":0"}, {}
HEADLESS = {"opencv-python-headless": "5.0"}


def test_one_whole_opencv_is_right(pip):
    assert packages.opencv(pip, WHOLE, HEADLESS, NO_SCREEN).state is State.OK


def test_debians_opencv_which_pip_does_not_know_is_right(pip):
    assert packages.opencv(pip, WHOLE, {}, NO_SCREEN).state is State.OK


def test_none_is_installed_as_the_screen_asks_for(pip):
    absent = OpenCV(error="No module named 'cv2'", absent=True)
    found = packages.opencv(pip, absent, {}, NO_SCREEN)
    assert (found.state, found.command) == (State.FAULT, f"{PIP} install '/src/edgedigits[headless]'")
    assert packages.opencv(pip, absent, {}, SCREEN).command == f"{PIP} install '/src/edgedigits[camera]'"
    assert packages.missing_opencv(pip, {}, bits=32).startswith("sudo apt-get install -y python3-numpy python3-opencv")


def test_two_are_both_removed_before_one_is_installed(pip):
    versions = HEADLESS | {"opencv-python": "5.0"}
    found = packages.opencv(pip, WHOLE, versions, NO_SCREEN)
    assert found.state is State.WARNING
    assert found.command == (
        f"{PIP} uninstall -y opencv-python opencv-python-headless && {PIP} install 'opencv-python-headless>=4.11'"
    )


def test_what_uninstalling_one_of_two_leaves_is_a_fault(pip):
    found = packages.opencv(pip, OpenCV(), {"opencv-python": "5.0"}, SCREEN)
    assert found.state is State.FAULT
    assert found.command == f"{PIP} uninstall -y opencv-python && {PIP} install 'opencv-python>=4.11'"


def test_a_library_that_the_system_lacks_is_installed_or_not_needed(pip):
    lacking = OpenCV(error="libGL.so.1: cannot open shared object file: No such file or directory")
    found = packages.opencv(pip, lacking, {"opencv-python": "5.0"}, SCREEN)
    assert (found.state, found.command) == (State.FAULT, "sudo apt-get install -y libgl1")
    found = packages.opencv(pip, lacking, {"opencv-python": "5.0"}, NO_SCREEN)
    assert found.command == f"{PIP} uninstall -y opencv-python && {PIP} install 'opencv-python-headless>=4.11'"


def test_one_that_reads_no_cameras_or_streams_is_told(pip):
    assert packages.video(pip, WHOLE, HEADLESS).state is State.OK
    assert packages.video(pip, OpenCV(), HEADLESS) is None
    found = packages.video(pip, OpenCV(version="5", whole=True, readers=("V4L2",)), HEADLESS)
    assert (found.state, "clips and streams (FFmpeg)" in found.found) == (State.WARNING, True)
    assert "cameras (V4L2)" not in found.found
    assert found.command.endswith(f"{PIP} install 'opencv-python-headless>=4.11'")


def test_a_screen_wants_an_opencv_with_windows(pip):
    without = OpenCV(version="5", whole=True)
    assert packages.window(pip, without, HEADLESS, NO_SCREEN).state is State.OK
    assert packages.window(pip, OpenCV(), HEADLESS, SCREEN) is None
    found = packages.window(pip, without, HEADLESS, SCREEN)
    assert found.state is State.WARNING
    assert found.command == f"{PIP} uninstall -y opencv-python-headless && {PIP} install 'opencv-python>=4.11'"


def test_a_screen_on_which_no_window_opens_is_told(pip, monkeypatch):
    def refuse():
        raise DisplayError("no window can be opened on screen :0; use --display none")

    monkeypatch.setattr("edgedigits_camera.live.window.check_screen", refuse)
    found = packages.window(pip, WHOLE, {"opencv-python": "5.0"}, SCREEN)
    assert (found.state, found.found) == (State.WARNING, "no window can be opened on screen :0; use --display none")
    monkeypatch.setattr("edgedigits_camera.live.window.check_screen", lambda: None)
    assert packages.window(pip, WHOLE, {"opencv-python": "5.0"}, SCREEN).state is State.OK


def test_numpy_2_under_tflite_runtime_is_told(pip):
    assert packages.numpy_and_tflite_runtime(pip, {"numpy": "2.4.6"}) is None
    assert packages.numpy_and_tflite_runtime(pip, {"numpy": "1.26.4", "tflite-runtime": "2.14.0"}).state is State.OK
    both = {"numpy": "2.4.6", "tflite-runtime": "2.14.0"}
    found = packages.numpy_and_tflite_runtime(pip, both | HEADLESS)
    assert found.state is State.WARNING
    assert found.command == f"{PIP} install 'numpy<2' 'opencv-python-headless>=4.11,<4.12'"
    found = packages.numpy_and_tflite_runtime(pip, both | {"ai-edge-litert": "2.3.0"})
    assert found.command == f"{PIP} uninstall -y tflite-runtime"


def test_an_opencv_that_takes_too_long_is_not_installed_anew(pip, monkeypatch):
    monkeypatch.setattr(packages, "PROBE", "import time; time.sleep(60)")
    monkeypatch.setattr(packages, "PROBE_LIMIT_S", 0.2)
    found = packages.opencv(pip, OpenCV.here(), {"opencv-python": "5.0"}, SCREEN)
    assert found.state is State.FAULT
    assert "not imported within 0.2 s" in found.found
    assert not found.command


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("", OpenCV()),
        ("raise ImportError('libGL.so.1: cannot open')", OpenCV(error="libGL.so.1: cannot open")),
        ("raise ModuleNotFoundError('none', name='cv2')", OpenCV(error="none", absent=True)),
        ("raise RuntimeError('built for another NumPy')", OpenCV(error="RuntimeError: built for another NumPy")),
        ("import os; os._exit(3)", OpenCV(error="it ends Python with exit code 3")),
    ],
    ids=["gutted", "lacks a library", "absent", "fails", "crashes"],
)
def test_opencv_is_asked_in_a_process_of_its_own(content, found, tmp_path, monkeypatch):
    (tmp_path / "cv2").mkdir()
    (tmp_path / "cv2" / "__init__.py").write_text(content)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert OpenCV.here() == found


def test_the_opencv_that_is_here_reads_cameras_and_streams():
    pytest.importorskip("cv2")
    here = OpenCV.here()
    assert here.whole
    assert {"FFMPEG", "V4L2"} <= set(here.readers)
