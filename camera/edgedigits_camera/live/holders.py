"""Which programs have a device open, as far as this user may see, and the command that makes each let go."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROC = Path("/proc")
SYSTEM_UNIT = re.compile(r"/system\.slice/(?:.*/)?([^/]+\.service)$")
USER_UNIT = re.compile(r"/user@(\d+)\.service/(?:.*/)?([^/]+\.service)$")


@dataclass(frozen=True, slots=True)
class Holder:
    """A program that has a device open.

    Attributes:
        pid: its number.
        name: of the program.
        uid: its user's number.
        streams: it takes frames, not only has the device open as sound servers do; False where that cannot be seen.
        group: its control group.

    """

    pid: int
    name: str
    uid: int
    streams: bool = False
    group: str = ""

    @property
    def unit(self) -> str:
        """The systemd service that it belongs to, empty where it was started otherwise."""
        match = USER_UNIT.search(self.group) or SYSTEM_UNIT.search(self.group)
        return match[match.lastindex or 0] if match else ""

    def stop_command(self, *, uid: int | None = None) -> str:
        """What ends it: its service where it belongs to one, which would start it anew, else the program itself."""
        mine = self.uid == (os.getuid() if uid is None else uid)
        if match := USER_UNIT.search(self.group):
            manager = "--user" if mine else f"--user --machine={match[1]}@.host"
            return f"{'' if mine else 'sudo '}systemctl {manager} stop {match[2]}"
        if self.unit:
            return f"sudo systemctl stop {self.unit}"
        return f"{'' if mine else 'sudo '}kill {self.pid}"

    def __str__(self) -> str:
        return f"{self.name} ({self.pid})"


def holders(device: Path, *, proc: Path = PROC) -> list[Holder]:
    """Programs other than this one that have a device open; those of other users are seen by root alone."""
    target = str(device.resolve())
    found: list[Holder] = []
    for process in sorted(proc.glob("[0-9]*"), key=lambda path: int(path.name)):
        if int(process.name) != os.getpid() and target in _open_files(process):
            with suppress(OSError):  # it has ended meanwhile
                found.append(_holder(process, target))
    return found


def _open_files(process: Path) -> Iterator[str]:
    with suppress(OSError):
        for link in (process / "fd").iterdir():
            with suppress(OSError):
                yield str(link.readlink())


def _holder(process: Path, target: str) -> Holder:
    name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    streams, group = False, ""
    with suppress(OSError):  # buffers for frames are mapped into the program that takes them
        maps = (process / "maps").read_text(encoding="utf-8", errors="replace").splitlines()
        streams = any(line.endswith(f" {target}") for line in maps)
    with suppress(OSError):
        # With version 2 there is one line; with version 1 the one that systemd keeps names the service as well.
        lines = (process / "cgroup").read_text(encoding="utf-8").splitlines()
        group = next((line.split(":", 2)[2] for line in lines if line.split(":", 2)[1] in ("", "name=systemd")), "")
    return Holder(int(process.name), name, process.stat().st_uid, streams, group)
