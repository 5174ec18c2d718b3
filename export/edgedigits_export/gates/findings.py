"""What a check found: one measured value beside its limit, and what is likely behind a failure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from edgedigits.errors import ContentsError, GateError, ParityError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Stage(StrEnum):
    """What a check looks at, in the order of the checks."""

    FILE = "file"
    NAMES = "names"
    SHAPES = "shapes"
    TYPES = "types"
    VALUES = "values"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of one file."""

    check: str
    measured: str
    limit: str
    passed: bool
    cause: str = ""
    stage: Stage = Stage.VALUES

    def __str__(self) -> str:
        """For instance ``agreement 99.95 % (at least 99.90 %)``; a failure is marked, its likely cause follows."""
        text = f"{self.check} {self.measured} ({self.limit})"
        return text if self.passed else f"FAILED {text}" + (f", likely {self.cause}" if self.cause else "")

    @property
    def error(self) -> type[GateError]:
        """The error that a failure raises."""
        return ParityError if self.stage is Stage.VALUES else ContentsError


def require_passed(findings: Iterable[Finding], *, subject: str) -> None:
    """Raise if any of them failed.

    Raises:
        ContentsError: the first that failed is about what the file holds.
        ParityError: it is about the answers; either message holds every finding, the passed ones too.

    """
    findings = tuple(findings)
    failed = next((finding for finding in findings if not finding.passed), None)
    if failed:
        raise failed.error(f"{subject}: {'; '.join(map(str, findings))}")
