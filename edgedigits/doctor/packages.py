"""Packages that do not get on with each other, and what OpenCV can do here."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from edgedigits.doctor.finding import Finding, State
from edgedigits.machine import RUNTIMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgedigits.doctor.pip import Pip

OPENCV = ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless")
# Debian's packages of libraries that OpenCV's own package takes from the system.
LIBRARIES = {"libGL.so.1": "libgl1", "libxcb.so.1": "libxcb1", "libSM.so.6": "libsm6", "libICE.so.6": "libice6"}
MISSING_LIBRARY = re.compile(r"(lib[\w+-]+\.so[.\d]*): cannot open shared object file")
# In a process of its own: OpenCV ends the process where it finds no screen, or a library of another version.
PROBE = """
import json, sys
try:
    import cv2
except ImportError as error:
    print(json.dumps({"error": str(error), "absent": isinstance(error, ModuleNotFoundError) and error.name == "cv2"}))
    sys.exit()
whole = all(hasattr(cv2, name) for name in ("getStructuringElement", "VideoCapture", "getBuildInformation"))
if not whole:
    print(json.dumps({"whole": False}))
    sys.exit()
lines = [line.strip() for line in cv2.getBuildInformation().splitlines()]
gui = next((line.partition(":")[2].strip() for line in lines if line.startswith("GUI:")), "NONE")
readers = [cv2.videoio_registry.getBackendName(backend) for backend in cv2.videoio_registry.getBackends()]
print(json.dumps({"version": cv2.__version__, "whole": True, "windows": gui != "NONE", "readers": readers}))
"""
PROBE_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class OpenCV:
    """What OpenCV says of itself.

    Attributes:
        version: empty where it cannot be imported.
        error: why that is.
        slow: it was not imported in time, which says nothing of whether it works.
        absent: it is not installed at all.
        whole: it has what every build has; what uninstalling one of two packages leaves has nothing.
        windows: it can open windows.
        readers: what it reads cameras and streams with.

    """

    version: str = ""
    error: str = ""
    slow: bool = False
    absent: bool = False
    whole: bool = False
    windows: bool = False
    readers: tuple[str, ...] = ()

    @classmethod
    def here(cls) -> OpenCV:
        """Ask it, in a process of its own."""
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        line = [sys.executable, "-P", "-c", PROBE]
        try:
            result = subprocess.run(
                line, capture_output=True, text=True, check=False, timeout=PROBE_LIMIT_S, env=environment
            )
        except subprocess.TimeoutExpired:
            return cls(error=f"it is not imported within {PROBE_LIMIT_S:g} s; ask again when less runs here", slow=True)
        if result.returncode:
            lines = result.stderr.strip().splitlines()
            return cls(error=lines[-1] if lines else f"it ends Python with exit code {result.returncode}")
        answer = json.loads(result.stdout)
        return cls(**answer | {"readers": tuple(answer.get("readers", ()))})


def installed_versions() -> dict[str, str]:
    """Versions of the packages that matter here, by their names."""
    found: dict[str, str] = {}
    for name in {*RUNTIMES, *OPENCV}:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def extra_for(environment: Mapping[str, str]) -> str:
    """The extra of this project that suits a device with or without a screen."""
    return "camera" if has_screen(environment) else "headless"


def has_screen(environment: Mapping[str, str]) -> bool:
    """Whether a session with a screen is what this runs in."""
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def opencv(pip: Pip, opencv: OpenCV, versions: Mapping[str, str], environment: Mapping[str, str]) -> Finding:
    """Can OpenCV be imported, and is it one alone?"""
    installed = [name for name in OPENCV if name in versions]
    wanted = "opencv-python" if has_screen(environment) else "opencv-python-headless"
    anew = pip.command([f"{wanted}>=4.11"], uninstall=installed or [wanted])
    if opencv.absent and not installed:
        return Finding("opencv", State.FAULT, "it is not installed", missing_opencv(pip, environment))
    if library := MISSING_LIBRARY.search(opencv.error):
        package = LIBRARIES.get(library[1], "")
        mend = f"sudo apt-get install -y {package}" if package and has_screen(environment) else anew
        return Finding("opencv", State.FAULT, f"the system has no {library[1]}, which it needs", mend)
    if not opencv.whole:
        why = opencv.error or "most of it is gone, as after uninstalling one of two packages"
        return Finding("opencv", State.FAULT, why, "" if opencv.slow else anew)
    if len(installed) > 1:
        found = f"{' and '.join(installed)} are installed into the same folder: one breaks the other"
        return Finding("opencv", State.WARNING, found, anew)
    return Finding("opencv", State.OK, opencv.version)


def missing_opencv(pip: Pip, environment: Mapping[str, str], *, bits: int = 64 if sys.maxsize > 2**32 else 32) -> str:
    """What installs OpenCV; on 32 bits Debian has it, PyPI does not."""
    if bits == 32:
        return "sudo apt-get install -y python3-numpy python3-opencv python3-pil"
    return pip.command([pip.with_extra(extra_for(environment))])


def video(pip: Pip, opencv: OpenCV, versions: Mapping[str, str]) -> Finding | None:
    """Can OpenCV read cameras and streams? None where there is no OpenCV to be asked."""
    if not opencv.whole:
        return None
    missing = [name for name in ("FFMPEG", "V4L2") if name not in opencv.readers]
    if not missing:
        return Finding("video", State.OK, "cameras by V4L2, clips and streams by FFmpeg")
    lost = {"FFMPEG": "clips and streams (FFmpeg)", "V4L2": "cameras (V4L2)"}
    found = f"this OpenCV was built without what reads {' and '.join(lost[name] for name in missing)}"
    installed = [name for name in OPENCV if name in versions]
    wanted = (installed or ["opencv-python-headless"])[0]
    return Finding("video", State.WARNING, found, pip.command([f"{wanted}>=4.11"], uninstall=installed))


def window(pip: Pip, opencv: OpenCV, versions: Mapping[str, str], environment: Mapping[str, str]) -> Finding | None:
    """Can a window be opened? None where there is no OpenCV to be asked."""
    if not opencv.whole:
        return None
    if not has_screen(environment):
        return Finding("window", State.OK, "no screen; the camera prints lines")
    if not opencv.windows:
        installed = [name for name in OPENCV if name in versions]
        found = "there is a screen, and this OpenCV has no windows"
        return Finding("window", State.WARNING, found, pip.command(["opencv-python>=4.11"], uninstall=installed))
    from edgedigits.errors import DisplayError
    from edgedigits_camera.live.window import check_screen

    try:
        check_screen()
    except DisplayError as error:
        return Finding("window", State.WARNING, str(error))
    return Finding("window", State.OK, environment.get("WAYLAND_DISPLAY") or environment["DISPLAY"])


def numpy_and_tflite_runtime(pip: Pip, versions: Mapping[str, str]) -> Finding | None:
    """Do NumPy and tflite-runtime get on with each other? None where there is no tflite-runtime."""
    if "tflite-runtime" not in versions:
        return None
    numpy = versions.get("numpy", "")
    if not numpy or int(numpy.partition(".")[0]) < 2:
        return Finding("numpy", State.OK, f"{numpy or 'of the system'}, which tflite-runtime can use")
    found = f"{numpy} is installed, and tflite-runtime {versions['tflite-runtime']} was built for NumPy 1 and crashes"
    if "ai-edge-litert" in versions:  # which is what it was called later; faster, and for NumPy 2
        return Finding("numpy", State.WARNING, found, pip.command(uninstall=["tflite-runtime"]))
    # OpenCV from 4.12 on takes NumPy 2 alone.
    others = [f"{name}>=4.11,<4.12" for name in OPENCV if name in versions]
    return Finding("numpy", State.WARNING, found, pip.command(["numpy<2", *others]))
