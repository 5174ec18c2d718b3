"""What is measured, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# With what Python itself takes, a whole command stays within a minute.
TIME_S = 50.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How to measure.

    Attributes:
        backend: ``"auto"`` for all runtimes, or the name of one.
        threads: numbers of threads, for the runtimes that take it.
        time_s: for all cases and the camera's path together.
        sustained_s: for how long the fastest case is run on all cores after that.
        power: CSV file of a USB meter that runs along.

    """

    backend: str = "auto"
    threads: tuple[int, ...] = (1,)
    time_s: float = TIME_S
    sustained_s: float = 0.0
    power: Path | None = None
