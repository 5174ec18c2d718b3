"""``SHA256SUMS``: the digest of every file of a bundle, the manifest and the reports too.

It is written as ``sha256sum`` writes it, so ``sha256sum --check SHA256SUMS`` checks a bundle without Python. Its last
line, a comment, is the digest of those before: a damaged list is told from a damaged file.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from edgedigits.errors import BundleError
from edgedigits.files import sha256, write_text

if TYPE_CHECKING:
    from pathlib import Path

SUMS = "SHA256SUMS"


def lies_in(folder: Path, name: str) -> bool:
    """Whether a path that a bundle names stays inside its folder, links followed."""
    try:
        return (folder / name).resolve().is_relative_to(folder.resolve())
    except (ValueError, OSError, RuntimeError):  # a zero byte, a name that is too long, links in a circle
        return False


def files_of(folder: Path) -> list[str]:
    """Paths of all files in a folder and the folders in it, relative to it, in order, without ``SHA256SUMS``."""
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(path for path in paths if path != SUMS)


def write_sums(folder: Path) -> None:
    """Write down the digests of all files as they are now."""
    lines = "".join(f"{sha256(folder / path)}  {path}\n" for path in files_of(folder))
    write_text(folder / SUMS, lines + _seal(lines))


def _seal(lines: str) -> str:
    return f"# SHA-256 of the lines above: {hashlib.sha256(lines.encode()).hexdigest()}\n"


def read_sums(folder: Path) -> dict[str, str]:
    """SHA-256 of each file by its path relative to the folder.

    Raises:
        BundleError: the list is missing or damaged, or names a file outside of the folder.

    """
    path = folder / SUMS
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise BundleError(f"{path} is missing; copy or export the bundle again") from None
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} cannot be read ({error}); copy or export the bundle again") from error
    lines, comment, _ = text.rpartition("# ")
    entries = [re.fullmatch(r"([0-9a-f]{64})  ([^\0]+)", line) for line in lines.split("\n")[:-1]]
    found = {entry[2]: entry[1] for entry in entries if entry}
    if not comment or text != lines + _seal(lines) or len(found) != len(entries):
        raise BundleError(f"{path} is damaged; copy or export the bundle again")
    for name in found:
        if not lies_in(folder, name):
            raise BundleError(f"{path} names {name!r}, which lies outside the bundle's folder")
    return found
