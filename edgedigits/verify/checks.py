"""One thing that was looked at in a bundle, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; ``passed`` is None where it could not be checked here, and ``found`` says why."""

    subject: str
    check: str
    found: str
    passed: bool | None = field(kw_only=True)
    slow: bool = field(kw_only=True, default=False)
    """It was given up because it took too long, which a busy device may be to blame for."""


def brief(error: BaseException) -> str:
    """What is missing, without the command that installs it: a device needs one runtime, not all."""
    return str(error).partition(";")[0]
