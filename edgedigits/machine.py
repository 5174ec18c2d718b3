"""What a measurement was made on."""

from __future__ import annotations

import os
import platform
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

RUNTIMES = ("numpy", "ai-edge-litert", "tflite-runtime", "onnxruntime", "opencv-python", "opencv-python-headless")
# The first is what a Raspberry Pi calls itself, the second what a PC's processor does.
DEVICE_TREE = Path("/proc/device-tree/model")
CPU_INFO = Path("/proc/cpuinfo")
THERMAL = Path("/sys/class/thermal")
STATUS = Path("/proc/self/status")
THROTTLED = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")
# Products of eight bits added up in one instruction, or vectors at all; the best first.
FEATURES = ("avx512_vnni", "avx_vnni", "avx2", "i8mm", "asimddp", "asimd", "neon")
# Bits of a Raspberry Pi's firmware: why it is slowed down now; 16 further on, that it was since it was started.
SLOWED = {0: "its power supply gives too little voltage", 1: "it runs slower", 2: "it is throttled", 3: "it is hot"}


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


def usable_cores() -> int:
    """How many cores this process may use: fewer than there are under ``taskset`` and in some containers."""
    affinity = getattr(os, "sched_getaffinity", None)  # of Linux alone
    return len(affinity(0)) if affinity else os.cpu_count() or 1


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


def processor_kind(*, cpu_info: Path = CPU_INFO) -> str:
    """Architecture, and what decides there which format is fastest, as in ``x86_64 avx512_vnni``."""
    try:
        lines = cpu_info.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    told = next((line for line in lines if line.startswith(("flags", "Features"))), "").split()
    return " ".join([platform.machine(), *[feature for feature in FEATURES if feature in told][:1]])


def user_name() -> str:
    """Who runs this program."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # of a container that knows numbers alone
        return str(os.getuid())


def installed_versions() -> dict[str, str]:
    """Versions of the runtimes that are installed."""
    from importlib.metadata import PackageNotFoundError, version  # takes longer than all else that starts with this

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


def peak_memory_mb(*, status: Path = STATUS) -> float | None:
    """Largest resident memory of this process so far, in MB of 1e6 bytes; None where the system does not tell.

    Not ``getrusage``: its figure starts with that of the process which started this one.
    """
    return _status_mb("VmHWM", status)


def resident_memory_mb(*, status: Path = STATUS) -> float | None:
    """Resident memory of this process now, in the same way."""
    return _status_mb("VmRSS", status)


def _status_mb(name: str, status: Path) -> float | None:
    try:
        lines = status.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{name}:")), None)


def throttled(file: Path = THROTTLED) -> int | None:
    """The bits in which a Pi's firmware says why it slows down; None where there is no such firmware."""
    try:
        return int(file.read_text(encoding="ascii"), 16)
    except (OSError, ValueError):
        pass
    try:
        line = ["vcgencmd", "get_throttled"]
        answer = subprocess.run(line, capture_output=True, text=True, check=False, timeout=5).stdout
        return int(answer.partition("=")[2], 16)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
