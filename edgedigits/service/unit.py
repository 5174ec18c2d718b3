"""The unit file of a service of systemd that runs the live camera."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edgedigits.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Sequence

SYSTEM_UNITS = Path("/etc/systemd/system")
MARK = "# Written by `edgedigits service install`, which writes it anew; `edgedigits service remove` takes it away."
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
PLAIN = re.compile(r"[A-Za-z0-9_./:=,+@-]+")
ESCAPES = {"\\": "\\\\", '"': '\\"', "%": "%%", "$": "$$", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
# A frame takes a small device a second at most; loading the networks from a slow card takes it half a minute.
WATCHDOG_S, START_S, STOP_S, PAUSE_S = 20, 90, 2, 3


@dataclass(frozen=True, slots=True)
class Service:
    """A service by its name, of the whole system or of one user.

    Attributes:
        name: tells several cameras apart; empty for the only one.
        system: started by the system's systemd, as root installs it, not by the user's.

    """

    name: str = ""
    system: bool = False

    def __post_init__(self) -> None:
        if self.name and not NAME.fullmatch(self.name):
            raise ServiceError(f"{self.name!r} is no name of a service; expected letters, digits, - and _")

    @property
    def unit(self) -> str:
        """Its name among systemd's units; one that no other program's service has."""
        return f"edgedigits-{self.name}.service" if self.name else "edgedigits.service"

    @property
    def path(self) -> Path:
        """Its unit file."""
        if self.system:
            return SYSTEM_UNITS / self.unit
        return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user" / self.unit

    def arguments(self) -> list[str]:
        """What names this service to ``edgedigits service``."""
        return [*(["--system"] if self.system else []), *(["--name", self.name] if self.name else [])]


@dataclass(frozen=True, slots=True)
class Command:
    """What a service runs.

    Attributes:
        arguments: of ``edgedigits camera``.
        folder: where relative paths among them begin.
        user: who runs it; empty for whoever owns the service manager.
        environment: file with lines NAME=value, for what must not be seen in a process list.

    """

    arguments: Sequence[str]
    folder: Path
    user: str = ""
    environment: Path | None = None


def unit_text(service: Service, command: Command) -> str:
    """The unit file.

    Raises:
        ServiceError: a path holds what systemd does not take.

    """
    line = [sys.executable, "-P", "-m", "edgedigits", "camera", *command.arguments]
    entries = [
        MARK,
        "[Unit]",
        "Description=edgedigits reads digits from a camera",
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        "Type=notify",
        f"ExecStart={' '.join(map(quoted, line))}",
        f"WorkingDirectory={one_path(command.folder)}",
        *([f"EnvironmentFile={one_path(command.environment)}"] if command.environment else []),
        *([f"User={command.user}"] if command.user else []),
        "Restart=always",
        f"RestartSec={PAUSE_S}",
        "RestartPreventExitStatus=2",  # an option that does not exist will not exist next time
        f"TimeoutStartSec={START_S}",
        f"TimeoutStopSec={STOP_S}",
        "KillMode=mixed",  # a program that it reads from is ended by the camera, and by systemd after it
        f"WatchdogSec={WATCHDOG_S}",
        "WatchdogSignal=SIGKILL",
        "NoNewPrivileges=yes",
        "",
        "[Install]",
        f"WantedBy={'multi-user.target' if service.system else 'default.target'}",
    ]
    return "\n".join(entries) + "\n"


def quoted(argument: str) -> str:
    """An argument as systemd reads it back; see systemd.syntax(7)."""
    if PLAIN.fullmatch(argument):
        return argument
    return f'"{"".join(ESCAPES.get(sign, sign) for sign in argument)}"'


def one_path(path: Path) -> str:
    """An absolute path as the value of a setting, which takes no quotes.

    Raises:
        ServiceError: it holds a sign that ends a line or a path.

    """
    text = str(path.absolute())
    if not text.isprintable() or text != text.strip() or "\\" in text:
        raise ServiceError(f"{text!r} cannot be named in a unit file; choose a path without such signs")
    return text.replace("%", "%%")
