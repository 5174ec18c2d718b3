"""What is measured: each file of a bundle in each runtime that runs it, with each number of threads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from edgedigits.backends.detectors.selection import detector_candidates
from edgedigits.backends.selection import candidates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgedigits.bundle import Bundle


class Network(StrEnum):
    """Which of a bundle's two networks."""

    NAMING = "naming"
    DETECTOR = "detector"


@dataclass(frozen=True, slots=True)
class Case:
    """One file in one runtime with so many threads."""

    network: str
    backend: str
    format: str
    threads: int = 1

    def __str__(self) -> str:
        threads = f", {self.threads} threads" if self.threads > 1 else ""
        return f"{'detector ' if self.network == Network.DETECTOR else ''}{self.format} in {self.backend}{threads}"


def cases_of(bundle: Bundle, *, backend: str = "auto", threads: Sequence[int] = (1,)) -> list[Case]:
    """All cases of a bundle, those of the naming network first; ``"auto"`` stands for every runtime.

    Raises:
        BackendError: an unknown runtime, or one that runs no file of the bundle.

    """
    found = [(Network.NAMING, each) for each in candidates(bundle, backend=backend)]
    if bundle.detector:
        found += [(Network.DETECTOR, each) for each in detector_candidates(bundle, backend=backend)]
    return [Case(network, each.backend, each.format, count) for network, each in found for count in sorted({*threads})]
