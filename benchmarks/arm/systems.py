"""Userlands of Raspberry Pis, and their Python run without one: see ``install`` for how they come to be."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CHECKOUT = Path(__file__).resolve().parents[2]
WORK = CHECKOUT / ".arm"
"""All that is downloaded and unpacked; to be deleted at any time."""
MACHINES = {"arm64": "aarch64", "armhf": "armv7l"}
CPUS = {"Pi 3": "cortex-a53", "Pi 4": "cortex-a72", "Pi 5": "cortex-a76"}


@dataclass(frozen=True, slots=True)
class System:
    """A userland: Debian's Python, and wheels from PyPI.

    Attributes:
        name: of its folder.
        suite: Debian's.
        arch: Debian's word for the architecture.
        python: version.
        cpu: which qemu runs it on if none is named.
        runtime: which is to answer.
        wheels: with all that they need; the project's own comes besides.
        constraints: file of their versions.
        bare: wheels without what they need, where that is Debian's.
        packages: Debian's, besides Python.

    """

    name: str
    suite: str
    arch: str
    python: str
    cpu: str
    runtime: str
    wheels: tuple[str, ...]
    constraints: str
    bare: tuple[str, ...] = ()
    packages: tuple[str, ...] = ("libstdc++6",)

    @property
    def machine(self) -> str:
        """What uname calls the architecture."""
        return MACHINES[self.arch]

    @property
    def folder(self) -> Path:
        """Where its wheels and launchers lie."""
        return WORK / self.name

    @property
    def root(self) -> Path:
        """Where Debian's files lie."""
        return WORK / f"{self.suite}-{self.arch}"

    def launcher(self, cpu: str | None = None) -> Path:
        """What starts its Python."""
        return self.folder / f"python-{cpu or self.cpu}"

    def run(
        self, *arguments: str | Path, cpu: str | None = None, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run its Python, and return what it printed; what it says on stderr is shown."""
        line, variables = [self.launcher(cpu), *arguments], os.environ | (environment or {})
        # Elsewhere than in the checkout, whose packages would come before the wheel's.
        return subprocess.run(line, check=False, stdout=subprocess.PIPE, text=True, cwd=self.folder, env=variables)


PI_64 = System(
    name="pi64",
    suite="bookworm",
    arch="arm64",
    python="3.11",
    cpu="cortex-a72",
    runtime="litert",
    wheels=("ai-edge-litert", "numpy", "opencv-python-headless", "pillow", "pillow-heif", "rich", "typer"),
    constraints="constraints.txt",
)
PI_64_TRIXIE = replace(PI_64, name="pi64-trixie", suite="trixie", python="3.13", cpu="cortex-a76")
PI_32 = System(
    name="pi32",
    suite="bookworm",
    arch="armhf",
    python="3.11",
    cpu="cortex-a7",
    runtime="tflite-runtime",
    wheels=("rich", "typer"),
    constraints="constraints-bookworm.txt",
    bare=("tflite-runtime",),
    packages=("python3-numpy", "python3-opencv", "python3-pil"),
)
PI_32_NUMPY = replace(PI_32, name="pi32-numpy", runtime="numpy", bare=())
SYSTEMS = {system.name: system for system in (PI_64, PI_64_TRIXIE, PI_32, PI_32_NUMPY)}
