"""What is found of cameras."""

import subprocess
from pathlib import Path

import pytest

from edgedigits.doctor import eyes
from edgedigits.doctor.finding import State
from edgedigits_camera.live.cameras import Camera
from edgedigits_camera.live.v4l2 import Device, Format, Size

VIDEO0 = Path("/dev/video0")


def camera(*, driver="uvcvideo", trouble="", command="", **sizes):
    """A camera whose sizes, written s640x480=30, have these rates."""
    offered = [
        Size(px, px, rates=(fps,)) for name, fps in sizes.items() for px in [tuple(map(int, name[1:].split("x")))]
    ]
    formats = (Format("YUYV", "", compressed=False, sizes=tuple(offered)),)
    return Camera(VIDEO0, Device(VIDEO0, "webcam", "usb-1", driver, formats), trouble, command)


def test_no_camera_is_no_fault():
    (found,) = eyes.cameras([])
    assert found.state is State.NOTE


def test_a_camera_is_told_with_what_is_asked_of_it():
    (found,) = eyes.cameras([camera(s640x480=30)])
    assert (found.state, found.found) == (State.OK, "webcam, YUYV 640x480 at 30 frames a second")


def test_one_that_is_held_or_forbidden_comes_with_the_command():
    (found,) = eyes.cameras([camera(s640x480=30, trouble="another program reads it: motion (9)", command="kill 9")])
    assert (found.state, found.command) == (State.WARNING, "kill 9")


def test_one_that_cannot_be_asked_is_told():
    (found,) = eyes.cameras([Camera(VIDEO0, None, "it was unplugged")])
    assert (found.state, found.found) == (State.WARNING, "it was unplugged")


def test_a_slow_one_is_told_with_a_size_that_is_fast_enough():
    (found,) = eyes.cameras([camera(s640x480=10, s320x240=30, s160x120=30, s1280x720=5)])
    assert found.state is State.WARNING
    assert found.command == "edgedigits camera --source /dev/video0 --size 320x240"


def test_one_that_is_slow_in_every_size_has_no_command():
    (found,) = eyes.cameras([camera(s640x480=10, s1280x720=5)])
    assert (found.state, found.command) == (State.WARNING, "")
    assert "in every size" in found.found


def test_a_machine_without_a_place_for_a_csi_camera_is_not_asked():
    assert eyes.libcamera([camera(s640x480=30)], model="a PC", importable=False) is None


@pytest.mark.parametrize(("model", "found"), [("Raspberry Pi 5", []), ("a board", [camera(driver="rp1-cfe")])])
def test_picamera2_is_missed_where_there_may_be_a_csi_camera(model, found, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    told = eyes.libcamera(found, model=model, packages=tmp_path, importable=False)
    assert (told.state, told.command) == (State.NOTE, "sudo apt-get install -y python3-picamera2")
    assert "rpicam" not in told.found
    (tmp_path / "rpicam-vid").touch(mode=0o755)
    assert "--source rpicam" in eyes.libcamera(found, model=model, packages=tmp_path, importable=False).found
    assert eyes.libcamera(found, model=model, packages=tmp_path, importable=True).state is State.OK


def test_one_that_the_environment_hides_is_shown_by_the_command(tmp_path, monkeypatch):
    (tmp_path / "picamera2").mkdir()
    config = tmp_path / "my venv" / "pyvenv.cfg"
    config.parent.mkdir()
    config.write_text("home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.2\n")
    command = eyes.show_system_packages(config.parent, base="/usr")
    monkeypatch.setattr(eyes, "show_system_packages", lambda _prefix: command)
    found = eyes.libcamera([], model="Raspberry Pi 4", packages=tmp_path, importable=False)
    assert found.state is State.WARNING
    subprocess.run(found.command, shell=True, check=True)  # noqa: S602 - as a user would
    assert config.read_text() == "home = /usr/bin\ninclude-system-site-packages = true\nversion = 3.11.2\n"


def test_an_environment_of_another_python_is_made_anew(tmp_path):
    assert eyes.show_system_packages(tmp_path, base="/opt/python") == (
        "/usr/bin/python3 -m venv --system-site-packages ~/edgedigits-venv"
    )
