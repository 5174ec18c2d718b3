"""One thing that was looked at on a device, and the command that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"
    """Nothing is wrong; more is possible."""
    WARNING = "warning"
    """Something is wrong, and digits can be read all the same."""
    FAULT = "fault"
    """No digit can be read."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found; ``command`` mends it, and is empty where none can."""

    name: str
    state: State
    found: str
    command: str = ""
