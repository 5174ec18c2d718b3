"""How cameras are, who holds them, and the commands that mend what is wrong."""

import errno
import grp
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edgedigits_camera.live import cameras
from edgedigits_camera.live.cameras import look_at, survey
from edgedigits_camera.live.holders import Holder, holders

SYSTEM = "0::/system.slice/motion.service"
OF_USER = "0::/user.slice/user-1000.slice/user@1000.service/session.slice/pipewire.service"
SESSION = "0::/user.slice/user-1000.slice/session-3.scope"


@pytest.fixture
def proc(tmp_path):
    """A folder as /proc is; add processes that have a device open."""

    class Proc:
        folder = tmp_path / "proc"

        def add(self, pid, name, device, *, streams=False, cgroup=SESSION):
            process = self.folder / str(pid)
            (process / "fd").mkdir(parents=True)
            (process / "fd" / "3").symlink_to(device)
            (process / "comm").write_text(f"{name}\n")
            (process / "maps").write_text(f"7f00-7f01 rw-s 00000000 00:05 123    {device}\n" if streams else "")
            (process / "cgroup").write_text(f"12:cpu:/\n{cgroup}\n")

    (tmp_path / "proc").mkdir()
    return Proc()


@pytest.fixture
def seen(kernel, proc):
    """Look at all cameras."""
    return lambda: survey(folder=kernel.folder, ioctl=kernel.ioctl, proc=proc.folder)


def test_a_camera_that_can_be_read_has_no_trouble(kernel, webcam, seen):
    kernel.plug(offers=webcam)
    (camera,) = seen()
    assert (camera.device.card, camera.trouble, camera.command) == ("Lab UVC webcam", "", "")


def test_nodes_that_are_no_cameras_are_left_out(kernel, webcam, seen):
    kernel.plug("video1", bits=0x04800000)
    kernel.plug("video14", driver="bcm2835-isp", offers=webcam)
    assert seen() == []


def test_one_that_only_has_it_open_is_told_and_no_trouble(kernel, webcam, proc, seen):
    proc.add(812, "wireplumber", kernel.plug(offers=webcam), cgroup=OF_USER)
    (camera,) = seen()
    assert [str(holder) for holder in camera.holders] == ["wireplumber (812)"]
    assert camera.trouble == ""


def test_the_program_that_reads_it_is_the_one_to_end(kernel, webcam, proc, seen):
    path = kernel.plug(offers=webcam, busy=True)
    proc.add(812, "wireplumber", path, cgroup=OF_USER)
    proc.add(900, "motion", path, streams=True, cgroup=SYSTEM)
    (camera,) = seen()
    assert camera.trouble == "another program reads it: motion (900)"
    assert camera.command == "sudo systemctl stop motion.service"


def test_a_reader_that_cannot_be_seen_is_looked_for_as_root(kernel, webcam, seen, monkeypatch):
    kernel.plug(offers=webcam, busy=True)
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    (camera,) = seen()
    assert camera.trouble == "another program reads it"
    assert camera.command == f"sudo {sys.executable} -P -m edgedigits cameras"


@pytest.mark.parametrize(
    ("group", "uid", "command"),
    [
        (SESSION, 1000, "kill 812"),
        (SESSION, 0, "sudo kill 812"),
        (SYSTEM, 0, "sudo systemctl stop motion.service"),
        (OF_USER, 1000, "systemctl --user stop pipewire.service"),
        (OF_USER, 1001, "sudo systemctl --user --machine=1000@.host stop pipewire.service"),
        ("", 1000, "kill 812"),
    ],
)
def test_what_holds_a_camera_is_ended_by(group, uid, command):
    holder = Holder(812, "program", uid, group=group.partition("::")[2])
    assert holder.stop_command(uid=1000) == command


def test_a_real_process_that_has_a_file_open_is_found(tmp_path):
    (tmp_path / "video0").touch()
    waits = "import sys; held = open(sys.argv[1]); print(flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", waits, str(tmp_path / "video0")], **pipes) as process:
        process.stdout.readline()
        (found,) = holders(tmp_path / "video0")
        process.stdin.close()
    assert (found.pid, found.uid, found.streams) == (process.pid, os.getuid(), False)
    assert holders(tmp_path / "video0") == []


def test_one_that_was_unplugged_meanwhile_is_told(kernel, seen):
    kernel.plug(open_error=errno.ENODEV)
    (camera,) = seen()
    assert (camera.device, camera.trouble, camera.command) == (None, "it was unplugged", "")


@pytest.mark.parametrize("about", [{"driver": "unicam"}, {"bits": 0x24000001, "driver": "imx-capture"}])
def test_a_csi_camera_is_read_another_way(about, kernel, webcam, seen):
    kernel.plug(offers=webcam, **about)
    kernel.plug("video1", offers=webcam, **about)  # another step of its pipeline
    (camera,) = seen()
    assert camera.trouble == "its frames come through libcamera alone"
    assert camera.command == "edgedigits camera --source picamera2"


def test_one_whose_formats_nobody_reads_says_which(kernel, seen):
    kernel.plug(offers={"H264": {(640, 480): [(1, 30)]}})
    (camera,) = seen()
    assert camera.trouble == "OpenCV reads none of its formats (H264)"


@pytest.fixture
def forbidden(tmp_path, monkeypatch):
    """Look at a device that user pi, who is in these groups, may not open."""

    def look(*, mode=0o660, gid=44, members=(), groups=()):
        class Status:
            st_gid, st_mode = gid, 0o020000 | mode

        def refuse(*_arguments, **_options):
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr(cameras.v4l2, "read_device", refuse)
        monkeypatch.setattr(Path, "stat", lambda *_a, **_o: Status)
        monkeypatch.setattr(grp, "getgrgid", lambda _gid: grp.struct_group(("video", "x", 44, list(members))))
        monkeypatch.setattr(os, "getgroups", lambda: list(groups))
        monkeypatch.setattr(cameras, "user_name", lambda: "pi")
        monkeypatch.setattr(cameras, "holders", lambda *_a, **_o: [])
        camera = look_at(Path("/dev/video0"))
        return camera.trouble, camera.command

    return look


def test_who_is_in_no_group_of_it_is_added(forbidden):
    trouble, command = forbidden()
    assert trouble == "pi may not open it; members of group video may, from their next login on"
    assert command == "sudo usermod -aG video pi"


def test_who_was_added_during_this_session_begins_another(forbidden):
    assert forbidden(members=["pi"])[1] == "newgrp video"


def test_a_device_that_no_group_may_open_is_given_to_one(forbidden):
    assert forbidden(mode=0o600, gid=0)[1] == "sudo chgrp video /dev/video0 && sudo chmod g+rw /dev/video0"
    assert forbidden(mode=0o600)[1] == "sudo chgrp video /dev/video0 && sudo chmod g+rw /dev/video0"


def test_any_other_refusal_gives_the_group_its_right(forbidden):
    assert forbidden(groups=[44])[1] == "sudo chmod g+rw /dev/video0"
