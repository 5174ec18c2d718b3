"""Bytes that the network takes on a device, as this computer's compiler and ``size`` tell them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edgedigits.errors import BackendError
from edgedigits_export.c.compiler import compile_network
from edgedigits_export.gates.findings import Finding, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

# Half of the 16 KiB and a tenth of the megabyte that small boards have.
MOST_RAM_BYTES = 8 * 1024
MOST_FLASH_BYTES = 100_000
# What findings about it are called; the last one where it could not be measured.
CHECKS = FLASH, RAM, NEITHER = "flash", "RAM", "flash and RAM"
# As for a microcontroller: small, at a fixed place, without tables for exceptions.
FLAGS = ("-Os", "-c", "-fno-pic", "-fno-asynchronous-unwind-tables")


@dataclass(frozen=True, slots=True)
class Footprint:
    """Flash: code and numbers; RAM: static buffers, without the stack."""

    code_bytes: int
    numbers_bytes: int
    ram_bytes: int

    @property
    def flash_bytes(self) -> int:
        """All that does not change."""
        return self.code_bytes + self.numbers_bytes


def measure_footprint(folder: Path) -> Footprint:
    """Compile the network in this folder and add up its sections.

    Raises:
        BackendError: there is no C compiler, or no ``size`` beside it.
        RuntimeError: the sources do not compile.

    """
    size = shutil.which("size")
    if size is None:
        raise BackendError("no program `size`; flash and RAM were not measured here")
    with tempfile.TemporaryDirectory() as name:
        compile_network(folder, *FLAGS, out=Path(name))
        objects = [str(Path(name, file)) for file in ("edgedigits_net.o", "edgedigits_weights.o")]
        done = subprocess.run([size, *objects], capture_output=True, text=True, check=True)
    (code, data, ram), (numbers, more_data, more_ram) = (
        tuple(map(int, line.split()[:3])) for line in done.stdout.splitlines()[1:]
    )
    return Footprint(code, numbers + data + more_data, ram + more_ram + data + more_data)


def check_footprint(path: Path) -> Iterator[Finding]:
    """Compare the network beside this file with its budget."""
    try:
        found = measure_footprint(path.parent)
    except BackendError as error:
        yield Finding(NEITHER, f"not measured: {error}", "where there is a C compiler", passed=True)
        return
    except RuntimeError as error:
        cause = "a source that was changed or cut off, or a compiler that does not know C99"
        yield Finding("compilation", str(error), "must succeed", passed=False, cause=cause, stage=Stage.FILE)
        return
    flash = f"{found.flash_bytes:,} bytes, {found.code_bytes:,} of them code"
    fits = found.flash_bytes <= MOST_FLASH_BYTES
    yield Finding(FLASH, flash, f"at most {MOST_FLASH_BYTES:,} bytes", fits, "a larger network", Stage.FILE)
    ram, limit = f"{found.ram_bytes:,} bytes, static", f"at most {MOST_RAM_BYTES:,} bytes"
    yield Finding(RAM, ram, limit, found.ram_bytes <= MOST_RAM_BYTES, "larger buffers", Stage.FILE)
