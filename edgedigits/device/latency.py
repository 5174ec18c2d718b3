"""How long one image takes in one runtime, measured in a process that does nothing else.

``python -m edgedigits.device.latency FOLDER BACKEND FORMAT RUNS THREADS`` prints a :class:`LatencyReport` as JSON.
Nothing heavy is imported at module level, so that the start can be timed.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits.backends import Backend

# Caches, branch predictors and lazily made buffers have settled after far fewer.
WARM_UP = 100
RUNS = 1000


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


def time_images(
    backend: Backend,
    patches: NDArray[np.uint8],
    *,
    runs: int = RUNS,
    warm_up: int = WARM_UP,
    clock_ns: Callable[[], int] = time.perf_counter_ns,
) -> NDArray[np.int64]:
    """Nanoseconds (runs,) for each of so many single images, taken from the patches (N, 28, 28) in turn.

    Raises:
        ValueError: fewer than two patches: the same image again and again flatters caches and branch predictors.

    """
    if len(patches) < 2:
        raise ValueError(f"at least 2 different patches are needed, got {len(patches)}")
    single = [patches[index : index + 1] for index in range(len(patches))]
    return time_each(backend.predict, single, runs=runs, warm_up=warm_up, clock_ns=clock_ns)


def time_each(
    ask: Callable[[Any], Any],
    questions: Sequence[Any],
    *,
    runs: int,
    warm_up: int,
    clock_ns: Callable[[], int] = time.perf_counter_ns,
) -> NDArray[np.int64]:
    """Nanoseconds (runs,) for each of so many questions, taken in turn, after some for warming up."""
    import numpy as np

    durations_ns = np.empty(warm_up + runs, np.int64)
    for index in range(warm_up + runs):
        question = questions[index % len(questions)]
        start_ns = clock_ns()
        ask(question)
        durations_ns[index] = clock_ns() - start_ns
    return durations_ns[warm_up:]


def measure(folder: Path, *, backend: str, format: str, runs: int = RUNS, threads: int = 1) -> LatencyReport:
    """Measure one artifact of a bundle in one runtime; the start is right in a fresh process only.

    Raises:
        BackendError: the runtime cannot run it, or gives wrong answers.

    """
    start_s = time.perf_counter()
    from edgedigits.backends import Candidate, open_file, probe
    from edgedigits.bundle import Bundle
    from edgedigits.device.machine import peak_memory_mb, temperature_c

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


def percentiles_us(durations_ns: NDArray[np.int64]) -> dict[str, float]:
    """Median, 90th and 99th percentile of durations (N,), in microseconds, by the report's names for them."""
    import numpy as np

    values = np.percentile(durations_ns, (50, 90, 99)) / 1000
    return {name: round(float(value), 2) for name, value in zip(("p50_us", "p90_us", "p99_us"), values, strict=True)}


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
