"""The C compiler of this computer."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from edgedigits.errors import BackendError

if TYPE_CHECKING:
    from pathlib import Path

COMPILERS = ("cc", "gcc", "clang")
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic")
# The network by itself, without the file for TensorFlow Lite Micro, the known answers and the demo.
NETWORK = ("edgedigits_net.c", "edgedigits_weights.c")


def find_compiler() -> str:
    """Path of the compiler.

    Raises:
        BackendError: there is none.

    """
    found = next(filter(None, map(shutil.which, COMPILERS)), None)
    if found is None:
        raise BackendError(f"no C compiler ({', '.join(COMPILERS)}); the C code was not compiled here")
    return found


def compile_network(folder: Path, *flags: str, out: Path) -> None:
    """Compile the network in a folder that the exporter wrote.

    Args:
        folder: of the sources.
        flags: added to the strict ones, further sources too.
        out: what the compiler writes; its folder where it writes several files.

    Raises:
        BackendError: there is no compiler.
        RuntimeError: it takes exception to the sources.

    """
    sources = [str(folder.resolve() / name) for name in NETWORK]
    target, where = (["-o", str(out.resolve())], None) if not out.is_dir() else ([], out)
    command = [find_compiler(), *STRICT, *flags, f"-I{folder.resolve()}", *sources, *target]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=where)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines()
        raise RuntimeError(f"the C code does not compile: {errors[0] if errors else 'no reason given'}")
