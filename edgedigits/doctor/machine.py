"""The machine itself: its system, its Python, free disk, temperature, power."""

from __future__ import annotations

import platform
import shutil
import struct
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from edgedigits.doctor.finding import Finding, State
from edgedigits.doctor.pip import Pip, is_32_bit_on_64
from edgedigits.machine import SLOWED, model_name, temperature_c, throttled

if TYPE_CHECKING:
    from collections.abc import Callable

# Recordings, snapshots and what the system itself writes; below that, updates and logs begin to fail.
LEAST_FREE_BYTES = 300_000_000
# A Pi slows down at 80 degrees, and more at 85.
HOT_C = 80.0
BEFORE = {16: "too little voltage", 17: "a lower clock", 18: "throttling", 19: "heat"}
LAST_TFLITE = (3, 11)


def system(
    pip: Pip, *, pointer_bytes: int = struct.calcsize("P"), machine: str | None = None, model: str | None = None
) -> Finding:
    """Is it a 32-bit or a 64-bit system, and does its kernel say the same?"""
    machine = machine or platform.machine()
    told = f"{model or model_name()}, {machine}, {8 * pointer_bytes}-bit"
    if is_32_bit_on_64(pointer_bytes=pointer_bytes, machine=machine):
        found = f"{told} under a 64-bit kernel: pip looks for packages of the wrong kind unless it runs under linux32"
        return Finding("system", State.NOTE, found, pip.command([pip.with_extra("headless")]))
    return Finding("system", State.OK, told)


def python(
    pip: Pip, *, version: tuple[int, int] = sys.version_info[:2], pointer_bytes: int = struct.calcsize("P")
) -> Finding:
    """Is there a runtime for this Python, and may pip install it?"""
    told = f"{'.'.join(map(str, version))}, {pip.python}"
    if pip.managed:
        return Finding("python", State.NOTE, f"{told}: the system's own, pip installs nothing here", pip.command())
    if pointer_bytes == 4 and version > LAST_TFLITE:
        return Finding(
            "python", State.NOTE, f"{told}: no runtime has 32-bit packages for it, so NumPy runs the network"
        )
    return Finding("python", State.OK, told)


def disk(pip: Pip, *, free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free) -> Finding:
    """Is there room for recordings and for what the system writes?"""
    free = {path: free_bytes(path) for path in (Path.cwd(), Path(tempfile.gettempdir()))}
    path, least = min(free.items(), key=lambda entry: entry[1])
    found = f"{least / 1e9:.1f} GB free in {path}"
    if least >= LEAST_FREE_BYTES:
        return Finding("disk", State.OK, found)
    cache = "uv cache clean" if pip.uv and not pip.has_pip else f"{pip.python} -m pip cache purge"
    return Finding("disk", State.WARNING, found, f"sudo apt-get clean && {cache}")


def temperature(read: Callable[[], float | None] = temperature_c) -> Finding | None:
    """Is it hot? None where there is no sensor."""
    found = read()
    if found is None:
        return None
    if found >= HOT_C:
        return Finding("temperature", State.WARNING, f"{found:.0f} C: it slows down; give it air or a fan")
    return Finding("temperature", State.OK, f"{found:.0f} C")


def power(bits: Callable[[], int | None] | None = None) -> Finding | None:
    """Was a Raspberry Pi slowed down, and by what? None on other machines."""
    found = (bits or throttled)()
    if found is None:
        return None
    now = [words for bit, words in SLOWED.items() if found >> bit & 1]
    before = [words for bit, words in BEFORE.items() if found >> bit & 1]
    if not now and not before:
        return Finding("power", State.OK, "never slowed down since it was started")
    told = ", ".join(now) or f"since it was started there was {', '.join(before)}"
    cure = "; use the power supply made for it, and a short cable" if found & 0x10001 else "; give it air or a fan"
    return Finding("power", State.WARNING if now else State.NOTE, told + cure)
