"""Files that are whole or not there: written to a temporary name beside the target, then renamed."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgedigits.errors import WriteError

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG}


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in one line why ``path`` could not be written; what it says of files elsewhere comes through.

    Raises:
        WriteError: the disk is full, or the system does not let it be written.

    """
    try:
        yield
    except OSError as error:
        # Of a folder, the file inside that was being written is called by a temporary name: tell of the folder.
        reason = error.__cause__ if isinstance(error, WriteError) else error
        number = reason.errno if isinstance(reason, OSError) else None
        if number is None or not (number in FULL | REFUSED or concerns(reason, path)):
            raise
        cure = f"free space there or in {tempfile.gettempdir()}" if number in FULL else "choose another place"
        raise WriteError(f"{path} cannot be written ({os.strerror(number).lower()}); {cure}") from reason


def check_place(path: Path, *, inside: bool = False) -> None:
    """Make sure that a file or folder can be written, before time is spent on what goes there; nothing is left.

    Args:
        path: what will take the place of what is there.
        inside: it is a folder that stays, and files are written into it.

    Raises:
        WriteError: the disk is full, or the system does not let it be written.

    """
    folder = path if inside else target_of(path).parent
    new = [each for each in (folder, *folder.parents) if not each.exists()]
    with writing(path):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder, prefix=f".{path.stem}.").close()
        finally:
            for each in new:
                with contextlib.suppress(OSError):  # it could not be made
                    each.rmdir()


def target_of(path: Path) -> Path:
    """Where a file or folder is written: at the end of links, and never in the place of a device or a pipe.

    Raises:
        WriteError: it is one.

    """
    target = Path(os.path.realpath(path)) if path.is_symlink() else path  # which bears links that go in circles
    if target.exists() and not (target.is_file() or target.is_dir()):
        raise WriteError(f"{path} is no file, but a device or pipe; choose another name")
    return target


def concerns(error: BaseException | None, path: Path) -> bool:
    """Whether an error of the system is about a path: itself, a folder above it, or what stands in for it there."""
    if not isinstance(error, OSError) or not isinstance(error.filename, str):
        return False
    named, wanted = Path(error.filename).absolute(), path.absolute()
    beside = [each.name for each in (named, *named.parents) if each.parent == wanted.parent]
    return wanted.is_relative_to(named) or any(name.startswith(f".{path.stem}.") for name in beside)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path with the same suffix; it takes the place of ``path`` on success, and goes on failure.

    Raises:
        WriteError: the disk is full, the system does not let it be written, or it is no file.

    """
    with writing(path), _replacing(target_of(path)) as temporary:
        yield temporary


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[Path]:
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

    Raises:
        WriteError: the disk is full, or the system does not let it be written.

    """
    with writing(path), _replacing_folder(target_of(path)) as temporary:
        yield temporary


@contextlib.contextmanager
def _replacing_folder(path: Path) -> Iterator[Path]:
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


def cache_folder() -> Path | None:
    """Where this user's programs keep what they can find out again; None where there is no such folder."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "edgedigits"
    except RuntimeError:  # nobody's home is known
        return None


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
