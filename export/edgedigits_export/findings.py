"""What a check found: one measured value beside its limit, and what is likely behind a failure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgedigits.errors import ParityError

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of one file."""

    check: str
    measured: str
    limit: str
    passed: bool
    cause: str = ""

    def __str__(self) -> str:
        """For instance ``agreement 99.95 % (at least 99.90 %)``; a failure is marked, its likely cause follows."""
        text = f"{self.check} {self.measured} ({self.limit})"
        return text if self.passed else f"FAILED {text}" + (f", likely {self.cause}" if self.cause else "")


def require_passed(findings: Iterable[Finding], *, subject: str) -> None:
    """Raise if any of them failed.

    Raises:
        ParityError: the message holds every finding, the passed ones too.

    """
    findings = tuple(findings)
    if not all(finding.passed for finding in findings):
        raise ParityError(f"{subject}: {'; '.join(map(str, findings))}")
