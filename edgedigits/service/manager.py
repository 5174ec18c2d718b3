"""What systemd is asked to do with a service, and what it says of one."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from dataclasses import dataclass

from edgedigits.errors import ServiceError, WriteError
from edgedigits.files import write_text, writing
from edgedigits.service.unit import MARK, Command, Service, unit_text

ASKED = ("LoadState", "ActiveState", "SubState", "StatusText", "MainPID", "NRestarts", "ActiveEnterTimestamp", "Result")


@dataclass(frozen=True, slots=True)
class Status:
    """What systemd says of a service; ``text`` is what the camera says of itself."""

    active: bool
    state: str
    text: str
    since: str
    pid: int
    restarts: int


def install(service: Service, command: Command) -> None:
    """Write the unit file, have it started now and at every boot; where that fails, all is as it was.

    Raises:
        ServiceError: there is no systemd, or the camera does not start.
        WriteError: the unit file cannot be written, or is somebody else's.

    """
    check_manager(service)
    before = own_text(service)
    with writing(service.path):
        write_text(service.path, unit_text(service, command))
    try:
        start(service)
    except ServiceError:
        take_back(service, before)
        raise


def start(service: Service) -> None:
    """Start a service anew, and at every boot.

    Raises:
        ServiceError: it does not start; the message holds the last thing that it said.

    """
    ask(service, "daemon-reload")
    ask(service, "enable", service.unit)
    try:
        ask(service, "restart", service.unit)
    except ServiceError as error:
        raise ServiceError(f"{service.unit} does not start: {last_words(service) or error}") from error


def take_back(service: Service, before: str | None) -> None:
    """Leave a service as it was before, with this unit file or none."""
    if before is None:
        erase(service)
        return
    with suppress(ServiceError):
        write_text(service.path, before)
        ask(service, "daemon-reload")
        ask(service, "restart", service.unit)


def remove(service: Service) -> None:
    """Stop a service for good.

    Raises:
        ServiceError: there is none, or no systemd.
        WriteError: its unit file is somebody else's, or cannot be removed.

    """
    check_installed(service)
    check_manager(service)
    erase(service)


def erase(service: Service) -> None:
    """Stop a service and remove its unit file; what systemd does not find any more is no fault."""
    with suppress(ServiceError):
        ask(service, "disable", "--now", service.unit)
    with writing(service.path):
        service.path.unlink(missing_ok=True)
    with suppress(ServiceError):
        ask(service, "daemon-reload")
        ask(service, "reset-failed", service.unit)


def status(service: Service) -> Status:
    """Ask systemd how a service is.

    Raises:
        ServiceError: there is none, or no systemd.

    """
    check_installed(service)
    answer = ask(service, "show", service.unit, *(f"--property={name}" for name in ASKED))
    found = dict(line.partition("=")[::2] for line in answer.splitlines())
    result = found.get("Result", "")
    why = f", {result}" if result not in ("", "success") else ""
    return Status(
        active=found.get("ActiveState") == "active",
        state=f"{found.get('ActiveState', 'unknown')} ({found.get('SubState', 'unknown')}{why})",
        text=found.get("StatusText", ""),
        since=found.get("ActiveEnterTimestamp", ""),
        pid=whole(found.get("MainPID", "")),
        restarts=whole(found.get("NRestarts", "")),
    )


def whole(text: str) -> int:
    """The number that a text is, else 0."""
    return int(text) if text.isdecimal() else 0


def check_installed(service: Service) -> None:
    """Look for the unit file.

    Raises:
        ServiceError: there is none.
        WriteError: it is somebody else's.

    """
    if own_text(service) is None:
        other = Service(service.name, system=not service.system)
        where = " ".join(["edgedigits service status", *other.arguments()])
        hint = (
            f"there is {other.path}, see: {where}" if other.path.exists() else "install one: edgedigits service install"
        )
        raise ServiceError(f"there is no {service.path}; {hint}")


def own_text(service: Service) -> str | None:
    """The unit file, None where there is none.

    Raises:
        WriteError: it was not written by this program.

    """
    try:
        text = service.path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    if not text.startswith(MARK):
        raise WriteError(f"{service.path} was not written by edgedigits; move it away, or choose another --name")
    return text


def check_manager(service: Service) -> None:
    """Find out whether a systemd is there to run the service.

    Raises:
        ServiceError: there is none.

    """
    state = run_systemctl(service, "is-system-running")
    if state.stdout.strip() in ("", "offline", "unknown"):
        reason = one_line(state.stderr) or "the machine was not started by it"
        cure = "start `edgedigits camera` by what starts programs here"
        if not service.system and "bus" in reason:
            cure = "log in as this user (sudo -u and su do not), or use --system"
        raise ServiceError(f"systemd does not answer ({reason}); {cure}")


def ask(service: Service, *arguments: str) -> str:
    """Have systemctl do something, and return what it prints.

    Raises:
        ServiceError: it fails, or is not there.

    """
    result = run_systemctl(service, *arguments)
    if result.returncode:
        raise ServiceError(f"systemctl {arguments[0]}: {one_line(result.stderr) or f'exit code {result.returncode}'}")
    return result.stdout


def run_systemctl(service: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run systemctl for the system or the user.

    Raises:
        ServiceError: it is not there.

    """
    line = ["systemctl", *([] if service.system else ["--user"]), *arguments]
    try:
        return subprocess.run(line, capture_output=True, text=True, errors="replace", check=False)
    except FileNotFoundError:
        raise ServiceError(
            "there is no systemctl here, so no systemd; start `edgedigits camera` by what starts programs here"
        ) from None


def journal(service: Service, *arguments: str) -> list[str]:
    """The command line that shows what a service wrote."""
    return ["journalctl", *([] if service.system else ["--user"]), "-u", service.unit, "--no-pager", *arguments]


def last_words(service: Service) -> str:
    """The last error that the camera told, empty where it told none."""
    try:
        line = journal(service, "-n", "20", "-o", "cat")
        result = subprocess.run(line, capture_output=True, text=True, errors="replace", check=False)
    except FileNotFoundError:
        return ""
    errors = [text for text in result.stdout.splitlines() if text.startswith("edgedigits: ")]
    return errors[-1].removeprefix("edgedigits: ") if errors else ""


def one_line(text: str) -> str:
    """The first line that says something."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
