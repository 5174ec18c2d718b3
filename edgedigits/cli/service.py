"""``edgedigits service``: the live camera as a service that starts at boot and comes back."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgedigits.cli import arguments
from edgedigits.cli.commands import COMMANDS, OnDemand
from edgedigits.cli.notes import Notes, printable
from edgedigits.errors import ServiceError
from edgedigits.machine import user_name

if TYPE_CHECKING:
    from edgedigits.service import Service

LINGERING = Path("/var/lib/systemd/linger")
PASSWORD = re.compile(r"://[^/\s]*:[^/\s]+@")

service = typer.Typer(
    help=COMMANDS["service"],
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
System = Annotated[bool, typer.Option("--system", help="A service of the system, not of this user; for root.")]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="Tells the services of several cameras apart.")]


@service.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def install(
    context: typer.Context,
    system: System = False,
    name: Name = "",
    run_as: Annotated[
        str, typer.Option(metavar="USER", help="Who runs a service of the system; by default who called sudo.")
    ] = "",
    environment: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Lines NAME=value for what must stay secret; the command line of a service can be read by all.",
        ),
    ] = None,
) -> None:
    """Install and start a service that runs `edgedigits camera` with the other options given here.

    Relative paths among them begin in the folder that this is called in. The service shows no window unless --display
    asks for one.
    """
    from edgedigits.service import Command
    from edgedigits.service import install as install_service

    wanted = chosen(system=system, name=name)
    if wanted.system:
        need_root("install", *wanted.arguments(), *context.args)
    if environment:
        check_secret(environment)
    given = check_arguments(context.args)
    user = (run_as or os.environ.get("SUDO_USER", "")) if wanted.system else ""
    install_service(wanted, Command(given, Path.cwd(), user=user, environment=environment))
    notes = Notes()
    notes.say(
        f"{wanted.unit} runs, and starts at boot; see: edgedigits service status {shlex.join(wanted.arguments())}"
    )
    if not wanted.system and not lingers():
        notes.say(f"it ends when you log out; to keep it, run: sudo loginctl enable-linger {user_name()}")


@service.command(cls=arguments.Command)
def status(
    system: System = False,
    name: Name = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say whether the service runs and what it sees; exit with 1 if it does not run."""
    from edgedigits.service import status as status_of

    wanted = chosen(system=system, name=name)
    found = status_of(wanted)
    if as_json:
        typer.echo(json.dumps({"version": 1, "unit": wanted.unit, **asdict(found)}, indent=2))
    else:
        started = f" since {found.since}, process {found.pid}" if found.active else ""
        typer.echo(f"{wanted.unit}: {found.state}{started}, started again {found.restarts} times")
        if found.text:
            typer.echo(printable(found.text))
    raise typer.Exit(int(not found.active))


@service.command(cls=arguments.Command)
def logs(
    system: System = False,
    name: Name = "",
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, metavar="N", help="How many of the last lines.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines until Ctrl-C.")] = False,
) -> None:
    """Show what the service wrote."""
    from edgedigits.service import journal

    line = journal(chosen(system=system, name=name), "-n", str(lines), *(["-f"] if follow else []))
    sys.stdout.flush()
    try:
        raise typer.Exit(subprocess.run(line, check=False).returncode)
    except FileNotFoundError:
        raise ServiceError("there is no journalctl here, so no systemd that keeps what a service writes") from None


@service.command(cls=arguments.Command)
def remove(system: System = False, name: Name = "") -> None:
    """Stop the service for good and remove its unit file."""
    from edgedigits.service import remove as remove_service

    wanted = chosen(system=system, name=name)
    if wanted.system:
        need_root("remove", *wanted.arguments())
    remove_service(wanted)
    Notes().say(f"{wanted.unit} is stopped, and {wanted.path} is gone")


def chosen(*, system: bool, name: str) -> Service:
    """The service that is meant; root's own is one of the system."""
    from edgedigits.service import Service

    return Service(name, system=system or os.getuid() == 0)


def need_root(*arguments: str) -> None:
    """Refuse what root alone may do.

    Raises:
        ServiceError: this is not root.

    """
    if os.getuid():
        line = shlex.join([sys.executable, "-P", "-m", "edgedigits", "service", *arguments])
        raise ServiceError(f"a service of the system is root's; run: sudo {line}")


def check_arguments(arguments: list[str]) -> list[str]:
    """Have the options read as `edgedigits camera` will; a service opens no window by itself.

    Raises:
        ServiceError: one holds a password.
        click.UsageError: `edgedigits camera` would not take them.

    """
    camera = OnDemand()["camera"]
    with camera.make_context("edgedigits camera", list(arguments)) as parsed:
        for option in camera.params:
            value = parsed.params.get(option.name)
            if isinstance(value, str) and PASSWORD.search(value) and any(value in each for each in arguments):
                refuse_password(option)
    shown = any(each.partition("=")[0] == "--display" for each in arguments)
    return arguments if shown else [*arguments, "--display", "none"]


def refuse_password(option: Any) -> None:
    """Say where a password belongs.

    Raises:
        ServiceError: always.

    """
    variable = option.envvar if isinstance(option.envvar, str) else ""
    cure = f"write {variable}=... into a file of yours, chmod 600 it, and name it with --environment FILE"
    raise ServiceError(
        f"the password in --{option.name.replace('_', '-')} could be read by all who see the process list; "
        + (cure if variable else "leave it out")
    )


def check_secret(file: Path) -> None:
    """Refuse a file of secrets that others may read.

    Raises:
        ServiceError: others may.

    """
    if file.stat().st_mode & 0o077:
        raise ServiceError(f"{file} can be read by others; run: chmod 600 {shlex.quote(str(file))}")


def lingers() -> bool:
    """Whether this user's services run without a login."""
    return (LINGERING / user_name()).exists()
