"""Cameras: whether one can be read, how fast, and what a Raspberry Pi's own camera needs."""

from __future__ import annotations

import importlib.util
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from edgedigits.doctor.finding import Finding, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgedigits_camera.live.cameras import Camera
    from edgedigits_camera.live.v4l2 import Device

LEAST_FPS = 15.0
SYSTEM_PACKAGES = Path("/usr/lib/python3/dist-packages")


def cameras(found: Sequence[Camera]) -> Iterator[Finding]:
    """Is there a camera, and can each be read? What holds one is named."""
    from edgedigits_camera.live.v4l2 import best_mode

    if not found:
        yield Finding("camera", State.NOTE, "none is plugged in; photos, clips and network streams need none")
    for camera in found:
        name = f"camera {camera.path}"
        mode = best_mode(camera.device) if camera.device else None
        if camera.trouble:
            yield Finding(name, State.WARNING, camera.trouble, camera.command)
        elif camera.device and mode and 0 < mode.frames_per_s < LEAST_FPS:
            yield slow(name, camera.device)
        else:
            card = camera.device.card if camera.device else ""
            yield Finding(name, State.OK, f"{card}, {mode}" if mode else card)


def slow(name: str, device: Device) -> Finding:
    """Which size of a camera that is slow in the usual one is fast enough?"""
    from edgedigits_camera.live.v4l2 import USUAL_PX, best_mode, distance

    modes = [best_mode(device, size.most_px) for form in device.formats for size in form.sizes]
    fast = [mode for mode in modes if mode and mode.frames_per_s >= LEAST_FPS]
    found = f"{device.card} sends less than {LEAST_FPS:g} frames a second"
    if not fast:
        return Finding(name, State.WARNING, f"{found} in every size; movements are missed")
    width, height = min(fast, key=lambda mode: distance(mode.size_px, USUAL_PX)).size_px
    usual = "x".join(map(str, USUAL_PX))
    command = f"edgedigits camera --source {device.path} --size {width}x{height}"
    return Finding(name, State.WARNING, f"{found} at {usual}", command)


def libcamera(
    found: Sequence[Camera],
    *,
    model: str,
    packages: Path = SYSTEM_PACKAGES,
    prefix: Path | None = None,
    importable: bool | None = None,
) -> Finding | None:
    """Can a CSI camera be read? None where there is none, on a machine that has no place for one."""
    from edgedigits_camera.live.cameras import is_csi

    if not any(camera.device and is_csi(camera.device) for camera in found) and "Raspberry Pi" not in model:
        return None
    if importlib.util.find_spec("picamera2") is not None if importable is None else importable:
        return Finding("libcamera", State.OK, "picamera2 is there")
    if (packages / "picamera2").is_dir():
        why = "picamera2 is installed, and hidden from this environment, which was made without --system-site-packages"
        return Finding("libcamera", State.WARNING, why, show_system_packages(prefix or Path(sys.prefix)))
    command = "sudo apt-get install -y python3-picamera2"
    if shutil.which("rpicam-vid"):
        return Finding("libcamera", State.NOTE, "no picamera2; --source rpicam reads the camera", command)
    return Finding("libcamera", State.NOTE, "no picamera2, which reads a CSI camera", command)


def show_system_packages(prefix: Path, *, base: str = sys.base_prefix) -> str:
    """What lets an environment see the system's packages; one of another Python is made anew."""
    config = prefix / "pyvenv.cfg"
    if base == "/usr" and config.is_file():
        change = "s/^include-system-site-packages = false/include-system-site-packages = true/"
        return shlex.join(["sed", "-i", change, str(config)])
    return "/usr/bin/python3 -m venv --system-site-packages ~/edgedigits-venv"
