"""``edgedigits verify``: is a bundle whole, and does it answer here as it should?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgedigits.cli.notes import printable

if TYPE_CHECKING:
    from edgedigits.verify.checks import Check

WORDS = {True: "ok", False: "WRONG", None: "-"}


def verify(
    bundle: Annotated[
        Path | None, typer.Argument(help="Bundle to check; the shipped one by default.", metavar="BUNDLE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check every file of a bundle and its known answers in every runtime that is here; exit with 1 if one is wrong."""
    from edgedigits.bundle import default_bundle
    from edgedigits.cli.consoles import plain_console
    from edgedigits.verify.bundle import verify_bundle

    with plain_console(stderr=True).status("verifying") as status:
        result = verify_bundle(bundle or default_bundle(), on_step=lambda step: status.update(f"verifying {step}"))
    if as_json:
        content = {"bundle": str(result.folder), "passed": result.passed, "verdict": result.verdict()}
        typer.echo(json.dumps(content | {"checks": [asdict(check) for check in result.checks]}, indent=2))
    else:
        typer.echo("\n".join(map(printable, [*lines(result.checks), result.verdict()])))
    raise typer.Exit(int(not result.passed))


def lines(checks: tuple[Check, ...]) -> list[str]:
    """One for each check, in columns."""
    width = max(len(check.subject) for check in checks)
    return [f"{WORDS[check.passed]:5}  {check.subject:{width}}  {check.check:8}  {check.found}" for check in checks]
