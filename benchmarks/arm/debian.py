"""Debian packages of any architecture, unpacked into a folder, without root and without this system's own apt."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
DPKG = "/usr/bin/dpkg-deb"
MERGED = ("bin", "sbin", "lib")


def unpack(folder: Path, *, suite: str, arch: str, packages: Sequence[str]) -> Path:
    """Unpack packages with all that they depend on, unless the folder holds just these; return the folder.

    Nothing is configured: what maintainer scripts would do is up to the caller.

    Raises:
        FileNotFoundError: apt or Debian's keys are not here.
        CalledProcessError: apt does not find a package, or the mirror.

    """
    note, wanted = folder / ".packages", f"{suite} {arch} {' '.join(packages)}\n"
    if note.exists() and note.read_text(encoding="utf-8") == wanted:
        return folder
    if not KEYRING.exists():
        raise FileNotFoundError(f"{KEYRING} is not here; run: apt-get install debian-archive-keyring")
    shutil.rmtree(folder, ignore_errors=True)
    for name in MERGED:
        (folder / "usr" / name).mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(f"usr/{name}")
    with tempfile.TemporaryDirectory() as private:
        for package in downloaded(Path(private), suite=suite, arch=arch, packages=packages):
            extract(package, folder)
    note.write_text(wanted, encoding="utf-8")
    return folder


def downloaded(private: Path, *, suite: str, arch: str, packages: Sequence[str]) -> list[Path]:
    """The files of packages and all that they depend on, fetched by an apt that knows nothing of this system."""
    for name in ("etc/apt/apt.conf.d", "etc/apt/preferences.d", "lists/partial", "cache/archives/partial"):
        (private / name).mkdir(parents=True)
    (private / "status").touch()
    source = f"deb [signed-by={KEYRING}] {MIRROR} {suite} main\n"
    (private / "etc/apt/sources.list").write_text(source, encoding="utf-8")
    settings = {
        "Dir::Etc": private / "etc/apt",
        "Dir::State::lists": private / "lists",
        "Dir::State::status": private / "status",
        "Dir::Cache": private / "cache",
        "APT::Architecture": arch,
        "APT::Architectures": arch,
        "APT::Install-Recommends": "0",
        "APT::Sandbox::User": "",
        "Acquire::Languages": "none",
        "Debug::NoLocking": "1",
    }
    apt = ["apt-get", "-qq", *(word for name, value in settings.items() for word in ("-o", f"{name}={value}"))]
    subprocess.run([*apt, "update"], check=True)
    subprocess.run([*apt, "--yes", "--download-only", "install", *packages], check=True, stdout=subprocess.DEVNULL)
    return sorted((private / "cache/archives").glob("*.deb"))


def extract(package: Path, folder: Path) -> None:
    """Lay the files of a package over a folder, whose links to folders stay."""
    with subprocess.Popen([DPKG, "--fsys-tarfile", package], stdout=subprocess.PIPE) as archive:
        tar = ["tar", "--extract", "--keep-directory-symlink", "--no-same-owner", f"--directory={folder}"]
        subprocess.run(tar, check=True, stdin=archive.stdout)
    if archive.returncode:
        raise subprocess.CalledProcessError(archive.returncode, DPKG)
