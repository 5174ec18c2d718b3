"""How long one image takes in one runtime, measured in a process that does nothing else.

``python -m edgedigits.benchmark.latency FOLDER BACKEND FORMAT RUNS THREADS`` prints a :class:`LatencyReport` as JSON.
Nothing heavy is imported at module level, so that the start can be timed.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


from edgedigits.apart.timing import RUNS, WARM_UP, percentiles_us, time_images


@dataclass(frozen=True, slots=True)
class LatencyReport:
    """Latency of one model file in one runtime.

    Attributes:
        backend: the runtime.
        format: of the file.
        threads: that the runtime was given.
        warm_up: images before the measured ones.
        runs: measured images, one at a time, never the same twice in a row.
        p50_us: median time for one image, from uint8 pixels to probabilities; of the detector, for one canvas.
        p90_us: 90 % were faster.
        p99_us: 99 % were faster.
        start_ms: from a fresh interpreter to the first answer: importing NumPy and the runtime, loading the file.
        memory_mb: largest resident memory of the process, in 1e6 bytes.
        before_c: temperature of the device before; None where it has no sensor.
        after_c: temperature after.

    """

    backend: str
    format: str
    threads: int
    warm_up: int
    runs: int
    p50_us: float
    p90_us: float
    p99_us: float
    start_ms: float
    memory_mb: float
    before_c: float | None
    after_c: float | None


def measure(folder: Path, *, backend: str, format: str, runs: int = RUNS, threads: int = 1) -> LatencyReport:
    """Measure one artifact of a bundle in one runtime; the start is right in a fresh process only.

    Raises:
        BackendError: the runtime cannot run it, or gives wrong answers.

    """
    start_s = time.perf_counter()
    from edgedigits.backends import Candidate, open_file, probe
    from edgedigits.bundle import Bundle
    from edgedigits.machine import peak_memory_mb, temperature_c

    bundle = Bundle.load(folder)
    patches = bundle.golden["patches"]
    with open_file(folder / bundle.artifact(format).path, backend=backend, threads=threads) as opened:
        opened.predict(patches[:1])
        start_ms = 1000 * (time.perf_counter() - start_s)
        before_c = temperature_c()
        durations_ns = time_images(opened, patches, runs=runs)
        memory_mb, after_c = peak_memory_mb(), temperature_c()
    probe(bundle, Candidate(backend, format), threads=threads)  # a wrong answer is no answer, however fast
    return LatencyReport(
        backend=backend,
        format=format,
        threads=threads,
        warm_up=WARM_UP,
        runs=runs,
        **percentiles_us(durations_ns),
        start_ms=round(start_ms, 1),
        memory_mb=round(memory_mb, 1),
        before_c=before_c,
        after_c=after_c,
    )


def main(arguments: list[str]) -> None:
    """Print a report as JSON; a failure is one line on stderr and exit code 1."""
    print_report(measure, arguments)


def print_report(measure: Callable[..., LatencyReport], arguments: list[str]) -> None:
    """Measure what the arguments say, and print it."""
    folder, backend, artifact, runs, threads = arguments
    try:
        report = measure(Path(folder), backend=backend, format=artifact, runs=int(runs), threads=int(threads))
    except Exception as error:  # noqa: BLE001 - native runtimes raise anything: SystemError, ValueError, cv2.error
        sys.exit(" ".join(str(error).split()) or type(error).__name__)
    sys.stdout.write(json.dumps(asdict(report)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
