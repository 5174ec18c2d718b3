"""Brings a userland about: Debian's Python of that architecture, the wheels that pip takes there, and a launcher.

Nothing is configured, and neither root, chroot nor binfmt is needed. The launcher starts the Python in qemu-user; the
Python takes the launcher for itself, so that the processes which it starts run there as well.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

from benchmarks.arm.debian import unpack
from benchmarks.arm.systems import CHECKOUT, CPUS, WORK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.arm.systems import System

GLIBC_MINOR = {"bookworm": 36, "trixie": 41}
# A runtime looks into /proc/cpuinfo, and litert crashes on that of another architecture, which qemu 7.2 would show.
FEATURES = {
    "cortex-a7": ("0xc07", "half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae"),
    "cortex-a53": ("0xd03", "fp asimd evtstrm crc32 cpuid"),
    "cortex-a72": ("0xd08", "fp asimd evtstrm crc32 cpuid"),
    "cortex-a76": (
        "0xd0b",
        "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp",
    ),
}
CORES = 4
COMPILER = "/usr/bin/gcc"


def install(system: System, own: Path) -> None:
    """Download and unpack what is not there yet; the project's own wheel is laid in anew each time."""
    python = (f"python{system.python}-minimal", f"libpython{system.python}-stdlib")
    unpack(system.root, suite=system.suite, arch=system.arch, packages=[*python, *system.packages])
    # Of Debian 12 for all: the interface for plugins is another in newer ones.
    qemu = unpack(WORK / "qemu", suite="bookworm", arch="amd64", packages=["qemu-user"])
    plugin = compiled(CHECKOUT / "benchmarks/arm/count.c")
    lay_wheels(system, own)
    for cpu in [system.cpu] if system.arch == "armhf" else CPUS.values():
        prefix = prefix_for(system, cpu)
        write_launcher(system.launcher(cpu), emulated(system, qemu, prefix, plugin=plugin, cpu=cpu))


def compiled(source: Path) -> Path:
    """The plugin that counts instructions."""
    library = WORK / f"{source.stem}.so"
    subprocess.run([COMPILER, "-O2", "-Wall", "-shared", "-fPIC", source, "-o", library], check=True)
    return library


def built() -> Path:
    """The project's wheel."""
    folder = WORK / "dist"
    shutil.rmtree(folder, ignore_errors=True)
    pip("wheel", "--no-deps", "--wheel-dir", folder, CHECKOUT)
    return next(folder.glob("*.whl"))


def lay_wheels(system: System, own: Path) -> None:
    """Lay what pip takes for the system, the project's wheel, and what makes the launcher its Python, into a folder."""
    constraints = CHECKOUT / system.constraints
    wanted = f"{system.wheels} {system.bare} {constraints.read_text(encoding='utf-8')}"
    site, note = system.folder / "site", system.folder / "wheels.txt"
    if not note.exists() or note.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(site, ignore_errors=True)
        into = (
            "--target",
            str(site),
            "--only-binary",
            ":all:",
            "--implementation",
            "cp",
            "--python-version",
            system.python,
        )
        pinned = (*into, *platforms(system), "--constraint", str(constraints))
        pip("install", *pinned, *system.wheels)
        if system.bare:
            pip("install", *pinned, "--no-deps", *system.bare)
        note.write_text(wanted, encoding="utf-8")
    for folder in site.glob("edgedigits*"):
        shutil.rmtree(folder)
    ZipFile(own).extractall(site)
    itself = 'import os, sys\nsys.executable = os.environ["EMULATED_PYTHON"]\n'
    (site / "sitecustomize.py").write_text(itself, encoding="utf-8")


def platforms(system: System) -> list[str]:
    """The platforms of wheels that its glibc runs."""
    names = [f"manylinux_2_{minor}_{system.machine}" for minor in range(GLIBC_MINOR[system.suite], 16, -1)]
    return [word for name in [*names, f"manylinux2014_{system.machine}"] for word in ("--platform", name)]


def pip(*arguments: str | Path) -> None:
    """Run pip of this Python."""
    line = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(line, check=True)


def prefix_for(system: System, cpu: str) -> Path:
    """The root, with the /proc/cpuinfo of a processor."""
    prefix, (part, features) = system.folder / cpu, FEATURES[cpu]
    (prefix / "proc").mkdir(parents=True, exist_ok=True)
    for name in ("bin", "lib", "usr"):
        (prefix / name).unlink(missing_ok=True)
        (prefix / name).symlink_to(system.root / name)
    core = f"Features\t: {features}\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: {part}\n"
    cores = "".join(f"processor\t: {number}\n{core}\n" for number in range(CORES))
    (prefix / "proc/cpuinfo").write_text(cores, encoding="ascii")
    return prefix


def emulated(system: System, qemu: Path, prefix: Path, *, plugin: Path, cpu: str) -> list[str]:
    """The command that runs the system's Python; with COUNTS, a folder, in the environment it counts instructions."""
    libraries = qemu / "usr/lib/x86_64-linux-gnu"
    program = {"arm64": "qemu-aarch64", "armhf": "qemu-arm"}[system.arch]
    environment = {
        "EMULATED_PYTHON": system.launcher(cpu),
        "HOME": system.folder,
        "LD_LIBRARY_PATH": ":".join(
            str(path) for path in sorted(system.root.glob("usr/lib/*/*")) if path.name in ("blas", "lapack")
        ),
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONHOME": system.root / "usr",
        # The wheel is found before the checkout, which has the benchmarks.
        "PYTHONPATH": f"{system.folder / 'site'}:{system.root / 'usr/lib/python3/dist-packages'}:{CHECKOUT}",
    }
    settings = [word for name, value in environment.items() for word in ("-E", f"{name}={value}")]
    loader = [libraries / "ld-linux-x86-64.so.2", "--library-path", libraries, qemu / "usr/bin" / program]
    line = [*loader, "-cpu", cpu, "-L", prefix, *settings]
    counting = f"${{COUNTS:+-plugin {shlex.quote(str(plugin))},folder=$COUNTS}}"
    return [*(shlex.quote(str(word)) for word in line), counting, str(system.root / f"usr/bin/python{system.python}")]


def write_launcher(path: Path, words: Sequence[str]) -> None:
    """Write a script that runs a command with the arguments that it is given."""
    path.write_text(f'#!/bin/sh\nexec {" ".join(words)} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
