"""What a measurement was made on."""

from __future__ import annotations

import os
import platform
import pwd
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RUNTIMES = ("numpy", "ai-edge-litert", "tflite-runtime", "onnxruntime", "opencv-python", "opencv-python-headless")
# The first is what a Raspberry Pi calls itself, the second what a PC's processor does.
DEVICE_TREE = Path("/proc/device-tree/model")
CPU_INFO = Path("/proc/cpuinfo")
THERMAL = Path("/sys/class/thermal")


@dataclass(frozen=True, slots=True)
class Device:
    """A machine and the software on it that decides about speed."""

    model: str
    machine: str
    cores: int
    system: str
    python: str
    versions: dict[str, str]

    @classmethod
    def here(cls) -> Device:
        """Describe this machine."""
        return cls(
            model=model_name(),
            machine=platform.machine(),
            cores=os.cpu_count() or 1,
            system=platform.platform(terse=True),
            python=platform.python_version(),
            versions=installed_versions(),
        )


def model_name(*, device_tree: Path = DEVICE_TREE, cpu_info: Path = CPU_INFO) -> str:
    """Name of the board, else of the processor, else of its architecture."""
    try:
        return device_tree.read_text(encoding="utf-8").strip("\0\n ")
    except OSError:
        pass
    try:
        lines = cpu_info.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def user_name() -> str:
    """Who runs this program."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # of a container that knows numbers alone
        return str(os.getuid())


def installed_versions() -> dict[str, str]:
    """Versions of the runtimes that are installed."""
    found: dict[str, str] = {}
    for name in RUNTIMES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def temperature_c(*, thermal: Path = THERMAL) -> float | None:
    """Temperature of the hottest sensor in degrees Celsius, None where there is none."""
    found: list[float] = []
    for sensor in thermal.glob("thermal_zone*/temp"):
        try:
            found.append(int(sensor.read_text(encoding="ascii")) / 1000)
        except (OSError, ValueError):  # some sensors cannot be read while they sleep
            continue
    return max(found, default=None)


def peak_memory_mb(*, status: Path = Path("/proc/self/status")) -> float:
    """Largest resident memory of this process so far, in MB of 1e6 bytes; NaN where the system does not tell.

    Not ``getrusage``: its figure starts with that of the process which started this one.
    """
    try:
        lines = status.read_text(encoding="ascii").splitlines()
    except OSError:
        return float("nan")
    peaks_kib = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return peaks_kib[0] * 1024 / 1e6 if peaks_kib else float("nan")
