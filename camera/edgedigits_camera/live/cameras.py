"""All cameras of a machine: whether each can be read, by whom it is held, and the command that mends what is wrong."""

from __future__ import annotations

import errno
import fcntl
import grp
import os
import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgedigits.machine import user_name
from edgedigits_camera.live import v4l2
from edgedigits_camera.live.holders import PROC, Holder, holders

if TYPE_CHECKING:
    from pathlib import Path

    from edgedigits_camera.live.ioctls import Ioctl
    from edgedigits_camera.live.v4l2 import Device

# Nodes of the Pi's image processor, which look like cameras and send nothing by themselves.
PROCESSORS = ("bcm2835-isp", "pispbe", "bcm2835-codec", "rpi-hevc-dec")
CSI_DRIVERS = ("unicam", "rp1-cfe")


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera and how it is.

    Attributes:
        path: its node.
        device: what it offers; None where it cannot be asked.
        trouble: what is wrong with it; empty where it can be read.
        command: what mends that.
        holders: programs that have it open, as far as this user may see.

    """

    path: Path
    device: Device | None
    trouble: str = ""
    command: str = ""
    holders: tuple[Holder, ...] = ()


def survey(*, folder: Path = v4l2.DEV, ioctl: Ioctl = fcntl.ioctl, proc: Path = PROC) -> list[Camera]:
    """Every camera, and every video device that cannot be asked whether it is one, by number."""
    found: dict[object, Camera] = {}
    for path in v4l2.nodes(folder):
        if camera := look_at(path, ioctl=ioctl, proc=proc):
            # A CSI camera has many nodes, one for each step of its pipeline.
            one = camera.device.bus if camera.device and is_csi(camera.device) else path
            found.setdefault(one, camera)
    return list(found.values())


def look_at(path: Path, *, ioctl: Ioctl = fcntl.ioctl, proc: Path = PROC) -> Camera | None:
    """Ask one device; None where it is no camera."""
    try:
        device = v4l2.read_device(path, ioctl=ioctl)
    except OSError as error:
        trouble, command = why_not(path, error)
        return Camera(path, None, trouble, command, tuple(holders(path, proc=proc)))
    if device is None or device.driver in PROCESSORS:
        return None
    held = tuple(holders(path, proc=proc))
    trouble, command = what_hinders(device, held)
    return Camera(path, device, trouble, command, held)


def why_not(path: Path, error: OSError) -> tuple[str, str]:
    """What keeps a device from being opened, and the command that mends it."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return refused(path)
    if error.errno == errno.EBUSY:
        return "another program has it for itself", ask_as_root()
    if error.errno in (errno.ENODEV, errno.ENXIO, errno.ENOENT):
        return "it was unplugged", ""
    return f"it cannot be asked: {(error.strerror or str(error)).lower()}", ""


def refused(path: Path) -> tuple[str, str]:
    """Why this user may not open a device, and the command that changes that."""
    try:
        status = path.stat()
        group = grp.getgrgid(status.st_gid)
    except (OSError, KeyError):
        return "you may not open it", f"sudo chmod a+rw {shlex.quote(str(path))}"
    user = user_name()
    if status.st_gid == 0 or status.st_mode & 0o060 != 0o060:
        return f"{user} may not open it, nor may a group", f"sudo chgrp video {path} && sudo chmod g+rw {path}"
    if status.st_gid in os.getgroups():
        return f"{user} may not open it, although in group {group.gr_name}", f"sudo chmod g+rw {path}"
    if user in group.gr_mem:
        return f"{user} is in group {group.gr_name}, but was not when this session began", f"newgrp {group.gr_name}"
    return (
        f"{user} may not open it; members of group {group.gr_name} may, from their next login on",
        f"sudo usermod -aG {group.gr_name} {user}",
    )


def is_csi(device: Device) -> bool:
    """Whether a camera hangs on the board itself, and needs libcamera."""
    return device.piped or device.driver in CSI_DRIVERS


def what_hinders(device: Device, held: tuple[Holder, ...]) -> tuple[str, str]:
    """What keeps a device that could be asked from being read, and the command that mends it; both empty if nothing."""
    if is_csi(device):
        return "its frames come through libcamera alone", "edgedigits camera --source picamera2"
    if device.busy:
        readers = [holder for holder in held if holder.streams] or held
        named = f": {', '.join(map(str, readers))}" if readers else ""
        command = " && ".join(dict.fromkeys(holder.stop_command() for holder in readers))
        return f"another program reads it{named}", command or ask_as_root()
    if device.formats and not any(form.fourcc in v4l2.READABLE for form in device.formats):
        return f"OpenCV reads none of its formats ({', '.join(form.fourcc for form in device.formats)})", ""
    return "", ""


def ask_as_root() -> str:
    """The command that shows which program of another user has a camera; empty for root, who sees them all."""
    return f"sudo {shlex.quote(sys.executable)} -P -m edgedigits cameras" if os.getuid() else ""
