"""``edgedigits doctor``: what is wrong with this device, and what mends it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from edgedigits.cli import options
from edgedigits.cli.notes import printable

if TYPE_CHECKING:
    from edgedigits.doctor import Finding

WORDS = {"ok": "ok", "note": "-", "warning": "WRONG", "fault": "FAULT"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    bundle: options.Bundle = None,
) -> None:
    """Look at the whole device; print what is wrong and what mends it. Exit with 1 if no digit can be read.

    FAULT: no digit can be read. WRONG: something else is not as it should be. -: nothing is wrong, more is possible.
    """
    from rich.console import Console

    from edgedigits.doctor import State, examine

    found: list[Finding] = []
    with Console(stderr=True, markup=False).status("looking") as status:
        for finding in examine(bundle, on_step=lambda step: status.update(f"looking at {step}")):
            found.append(finding)
            if not as_json:
                typer.echo("\n".join(lines(finding)))
    reads = not any(finding.state is State.FAULT for finding in found)
    if as_json:
        content = {"version": 1, "reads": reads, "findings": [asdict(finding) for finding in found]}
        typer.echo(json.dumps(content, indent=2))
    else:
        typer.echo("this device can read digits" if reads else "this device cannot read digits, see FAULT")
    raise typer.Exit(int(not reads))


def lines(finding: Finding) -> list[str]:
    """What was found, and below it what to run."""
    told = [f"{WORDS[finding.state]:5}  {finding.name:22}  {finding.found}"]
    if finding.command:
        told.append(f"       run: {finding.command}")
    return [printable(line) for line in told]
