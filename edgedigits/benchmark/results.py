"""What a benchmark found, as ``--json`` prints it and ``--compare`` reads it; docs/json.md describes every field."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from edgedigits.benchmark.trial import Start  # noqa: TC001 - fields are read by annotation
from edgedigits.errors import ResultsError, WriteError
from edgedigits.machine import Device  # noqa: TC001
from edgedigits.typed import read_as

if TYPE_CHECKING:
    from pathlib import Path

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One file in one runtime; times are for one image, of the detector for one canvas."""

    network: str
    backend: str
    format: str
    threads: int
    size_bytes: int
    sha256: str
    warm_up: int
    runs: int
    p50_us: float
    p90_us: float | None
    p99_us: float | None
    mean_us: float
    interval_us: dict[str, tuple[float, ...]]
    """95 %, (low, high) of p50, p90, p99 and mean."""
    per_s: float
    start: Start
    """Medians over the processes."""
    peak_mb: float | None
    resident_mb: float | None
    energy_mj: float | None
    others_cores: float | None
    histogram: dict[str, tuple[float, ...]]
    p50_blocks_us: tuple[tuple[float, ...], ...]
    """For each process, medians of blocks of consecutive runs."""
    mean_blocks_us: tuple[tuple[float, ...], ...]

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What makes it the same case in another file."""
        return self.network, self.backend, self.format, self.threads


@dataclass(frozen=True, slots=True)
class Failure:
    """What could not be measured, and why."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the camera's path, in milliseconds for each frame that was read."""

    name: str
    mean_ms: float
    p50_ms: float
    p90_ms: float


@dataclass(frozen=True, slots=True)
class CameraPath:
    """From a frame to its answer, on drawn pages of this size; the stages' means add up to the whole."""

    network: str
    detector: str
    width_px: int
    height_px: int
    frames: int
    digits: float
    """Read in a frame, in the mean."""
    stages: tuple[Stage, ...]
    frame_to_answer: Stage


@dataclass(frozen=True, slots=True)
class Course:
    """The machine meanwhile: what it told at each time since the beginning."""

    at_s: tuple[float, ...]
    temperature_c: tuple[float | None, ...]
    clock_mhz: tuple[float | None, ...]
    watts: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """What was measured on, and how it was meanwhile."""

    device: Device
    os: str
    governor: str | None
    throttled: tuple[str, ...] | None
    """Why it was slowed down; None where it does not tell."""
    others_cores: float | None
    """How many cores other programs kept busy."""
    energy: str
    """What tells the power, or why nothing does."""
    course: Course


@dataclass(frozen=True, slots=True)
class Sustained:
    """One case again and again for a long time, in several processes at once."""

    network: str
    backend: str
    format: str
    threads: int
    processes: int
    at_s: tuple[float, ...]
    p50_us: tuple[float, ...]
    p99_us: tuple[float, ...]
    temperature_c: tuple[float | None, ...]
    clock_mhz: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """A whole benchmark."""

    version: int
    edgedigits: str
    measured_at: str
    """UTC, ISO 8601."""
    duration_s: float
    bundle: str
    bundle_sha256: str
    """Of its manifest, which holds the digests of all its files."""
    warnings: tuple[str, ...]
    """What makes the figures doubtful."""
    machine: Machine
    cases: tuple[Measured, ...]
    failures: tuple[Failure, ...]
    camera: CameraPath | None = None
    sustained: Sustained | None = None

    def named(self, network: str) -> list[Measured]:
        """The cases of one network, the fastest first."""
        return sorted((case for case in self.cases if case.network == network), key=lambda case: case.p50_us)


def as_json(results: Any) -> str:
    """JSON, indented, a list of numbers on one line."""
    text = json.dumps(asdict(results), indent=2, allow_nan=False)
    return re.sub(r"\[\n\s+([-+.\deE,\snul]+?)\n\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)


def load(path: Path) -> Results:
    """Read a file that ``edgedigits benchmark`` wrote.

    Raises:
        ResultsError: it holds something else.

    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version = content.get("version") if isinstance(content, dict) else None
        if version == VERSION:
            results: Results = read_as(Results, content, at="results")
            return results
        why = f"its version is {version!r:.40}, not {VERSION}"
    except (ValueError, RecursionError) as error:
        why = f"{error}"[:100]
    raise ResultsError(f"{path} holds no results ({why}); expected what `edgedigits benchmark --out FILE` wrote")


def require_results(path: Path) -> None:
    """Make sure that nothing is lost when results are written here.

    Raises:
        WriteError: a file lies there that holds something else.

    """
    try:
        if path.exists() and path.stat().st_size:
            load(path)
    except ResultsError as error:
        raise WriteError(f"{path} exists and holds no benchmark; choose another file") from error
