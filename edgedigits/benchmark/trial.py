"""What a child process is told to measure, and what it says."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to measure, and for how long.

    Attributes:
        folder: of the bundle, whose digests have been checked.
        network: which of its networks.
        backend: the runtime.
        format: of the file.
        threads: for the runtimes that take it.
        warm_up: calls before the measured ones.
        least_runs: calls that are measured at the least ...
        least_s: ... and for how long at the least ...
        most_s: ... unless they take longer than this.
        spawned_s: when the process was started, on the monotonic clock.

    """

    folder: str
    network: str
    backend: str
    format: str
    threads: int
    warm_up: int
    least_runs: int
    least_s: float
    most_s: float
    spawned_s: float

    def enough(self, runs: int, elapsed_ns: int) -> bool:
        """Whether to end after so many measured calls."""
        elapsed_s = elapsed_ns / 1e9
        return (runs >= self.least_runs and elapsed_s >= self.least_s) or elapsed_s >= self.most_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The start of a fresh process, in milliseconds.

    Attributes:
        python_ms: the interpreter itself.
        import_ms: NumPy and the runtime.
        load_ms: the file.
        first_ms: the first answer.

    """

    python_ms: float
    import_ms: float
    load_ms: float
    first_ms: float

    @property
    def whole_ms(self) -> float:
        """From nothing to the first answer."""
        return self.python_ms + self.import_ms + self.load_ms + self.first_ms


@dataclass(frozen=True, slots=True)
class Trial:
    """One process's word.

    Attributes:
        start: of it.
        began_s: when the measured calls began, on the monotonic clock.
        ended_s: when they ended.
        peak_mb: largest resident memory of the process, in 1e6 bytes.
        resident_mb: resident memory after the last call.

    """

    start: Start
    began_s: float
    ended_s: float
    peak_mb: float | None
    resident_mb: float | None


@contextlib.contextmanager
def failing_in_one_line() -> Iterator[None]:
    """End the process with one line on stderr and exit code 1 where something fails."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - native runtimes raise anything: SystemError, ValueError, cv2.error
        sys.exit(" ".join(str(error).split()) or type(error).__name__)
