"""Latency of a bundle on this device: every artifact in every runtime that is here, each in a process of its own.

So no runtime disturbs another, each start is a real one, and a runtime that crashes costs one row.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from edgedigits.apart.child import THREAD_VARIABLES
from edgedigits.apart.timing import RUNS
from edgedigits.backends.detectors.selection import detector_candidates
from edgedigits.backends.selection import candidates
from edgedigits.benchmark.latency import LatencyReport
from edgedigits.errors import BackendError
from edgedigits.machine import Device

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from edgedigits.backends import Candidate
    from edgedigits.bundle import Bundle

LIMIT_S = 600.0
# The detector is timed on one canvas for every twenty images, and on five at least.
IMAGES_PER_CANVAS, LEAST_CANVASES = 20, 5


@dataclass(frozen=True, slots=True)
class Failure:
    """A runtime that could not be measured, and why."""

    backend: str
    format: str
    reason: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What was measured, on what, and when (UTC, ISO 8601)."""

    bundle: str
    device: Device
    measured_at: str
    reports: tuple[LatencyReport, ...]
    failures: tuple[Failure, ...]
    detector_reports: tuple[LatencyReport, ...] = ()
    """Of the detector's files; each time is for one canvas of a frame of 640 x 480."""
    detector_failures: tuple[Failure, ...] = ()


def run_benchmark(
    bundle: Bundle,
    *,
    backend: str = "auto",
    runs: int = RUNS,
    threads: int = 1,
    on_start: Callable[[Candidate], None] | None = None,
) -> Benchmark:
    """Measure a bundle's artifacts.

    Args:
        bundle: what to measure.
        backend: ``"auto"`` for all runtimes, or the name of one.
        runs: single images per artifact and runtime.
        threads: for the runtimes that take it.
        on_start: told what is measured next.

    Raises:
        BackendError: the backend is unknown, or none could be measured; the message says why for each.

    """

    def measured(
        found: Iterable[Candidate], module: str, runs: int
    ) -> tuple[tuple[LatencyReport, ...], tuple[Failure, ...]]:
        results: list[LatencyReport | Failure] = []
        for candidate in found:
            if on_start:
                on_start(candidate)
            results.append(measure_apart(bundle.folder, candidate, module=module, runs=runs, threads=threads))
        return (
            tuple(result for result in results if isinstance(result, LatencyReport)),
            tuple(result for result in results if isinstance(result, Failure)),
        )

    reports, failures = measured(candidates(bundle, backend=backend), "edgedigits.benchmark.latency", runs)
    if not reports:
        reasons = "; ".join(f"{failure.backend} {failure.format}: {failure.reason}" for failure in failures)
        raise BackendError(f"nothing could be measured: {reasons}")
    detecting = detector_candidates(bundle, backend=backend) if bundle.detector else ()
    maps = measured(detecting, "edgedigits.benchmark.latency_maps", max(LEAST_CANVASES, runs // IMAGES_PER_CANVAS))
    measured_at = datetime.now(UTC).isoformat(timespec="seconds")
    return Benchmark(bundle.name, Device.here(), measured_at, reports, failures, *maps)


def measure_apart(
    folder: Path, candidate: Candidate, *, module: str, runs: int, threads: int
) -> LatencyReport | Failure:
    """Measure in a fresh process that runs this module."""
    command = [sys.executable, "-P", "-m", module, str(folder), candidate.backend, candidate.format]
    return run_apart([*command, str(runs), str(threads)], candidate, threads=threads)


def run_apart(command: list[str], candidate: Candidate, *, threads: int) -> LatencyReport | Failure:
    """Run a command that prints a report as its last line."""
    # The child finds edgedigits where this process did, installed or not; -P keeps the current folder out of it.
    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, str(threads)) | {"PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return Failure(candidate.backend, candidate.format, f"did not end within {LIMIT_S:g} s")
    if result.returncode:
        return Failure(candidate.backend, candidate.format, reason(result))
    return LatencyReport(**json.loads(result.stdout.splitlines()[-1]))


def reason(result: subprocess.CompletedProcess[str]) -> str:
    """Why a process failed, in one line."""
    if result.returncode < 0:
        return f"crashed with {signal.Signals(-result.returncode).name}"
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    return lines[-1][:200] if lines else f"ended with exit code {result.returncode}"
