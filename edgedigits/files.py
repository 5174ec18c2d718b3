"""Files that are whole or not there: written to a temporary name beside the target, then renamed."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path with the same suffix; it takes the place of ``path`` on success, and goes on failure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.tmp{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder; on success it takes the place of the folder ``path``, on failure it is removed.

    A process that is killed leaves the old content or the new one, and a temporary folder beside it; the next one
    removes that, or puts it back where the kill came between the two renames of a file system that cannot exchange.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    clear_stale(path)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.{os.getpid()}.", dir=path.parent))
    temporary.chmod(0o755)
    old = temporary.with_name(f"{temporary.name}.old")
    try:
        yield temporary
        if path.exists() and not exchange(temporary, path):
            path.rename(old)
        if not path.exists():
            temporary.rename(path)
    except BaseException:
        if old.exists() and not path.exists():
            old.rename(path)
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def clear_stale(path: Path) -> None:
    """Remove what :func:`replacing_folder` left of ``path`` in processes that are gone; others are at work still."""
    pattern = re.compile(rf"\.{re.escape(path.name)}\.(\d+)\.\w+(\.old)?")
    for left in list(path.parent.iterdir()):
        match = pattern.fullmatch(left.name)
        if not match or is_running(int(match[1])):
            continue
        if match[2] and not path.exists():
            left.rename(path)
        else:
            shutil.rmtree(left, ignore_errors=True)


def is_running(process: int) -> bool:
    """True if there is a process of this number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # somebody else's, or no number of ours
        return True
    return True


def exchange(first: Path, second: Path) -> bool:
    """Give two folders each other's name in one step, so that there is no moment without either; False if not here."""
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        rename = libc.renameat2  # Linux; glibc since 2.28
    except AttributeError:
        return False
    here, exchanged = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    result: int = rename(here, os.fsencode(first), here, os.fsencode(second), exchanged)
    return result == 0


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text whole."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Any) -> None:
    """Write JSON whole, indented, keys in the given order."""
    write_text(path, json.dumps(content, indent=2) + "\n")


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
