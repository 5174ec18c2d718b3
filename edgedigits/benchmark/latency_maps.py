"""How long the detector takes for one canvas in one runtime, measured in a process that does nothing else.

``python -m edgedigits.benchmark.latency_maps FOLDER BACKEND FORMAT RUNS THREADS`` prints a ``LatencyReport`` as JSON.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from edgedigits.apart.timing import percentiles_us, time_each
from edgedigits.benchmark.latency import LatencyReport, print_report

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits.bundle import Bundle

# Height and width of a canvas with all levels on which the camera's profile looks at a frame of 640 x 480.
CANVAS_PX = (624, 384)
# A canvas takes as long as some hundred patches.
WARM_UP, RUNS = 3, 50


def measure(folder: Path, *, backend: str, format: str, runs: int = RUNS, threads: int = 1) -> LatencyReport:
    """Measure one file of a bundle's detector in one runtime; the start is right in a fresh process only.

    Raises:
        BundleError: the bundle has no detector, or not in this format.
        BackendError: the runtime cannot run it, or gives wrong maps.

    """
    start_s = time.perf_counter()
    from edgedigits.backends import Candidate
    from edgedigits.backends.detectors import open_detector_file, probe_detector
    from edgedigits.bundle import Bundle
    from edgedigits.machine import peak_memory_mb, temperature_c

    bundle = Bundle.load(folder)
    canvases = canvases_of(bundle)
    path = folder / bundle.its_detector().file(format).path
    with open_detector_file(path, backend=backend, threads=threads) as opened:
        opened.maps(canvases[0])
        start_ms = 1000 * (time.perf_counter() - start_s)
        before_c = temperature_c()
        durations_ns = time_each(opened.maps, canvases, runs=runs, warm_up=WARM_UP)
        memory_mb, after_c = peak_memory_mb(), temperature_c()
    probe_detector(bundle, Candidate(backend, format), threads=threads)  # a wrong answer is no answer, however fast
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


def canvases_of(bundle: Bundle) -> list[NDArray[np.uint8]]:
    """Two different canvases of :data:`CANVAS_PX`, the golden ones again and again."""
    import numpy as np

    height, width = CANVAS_PX
    return [
        np.ascontiguousarray(np.tile(each, (height // each.shape[0] + 1, width // each.shape[1] + 1))[:height, :width])
        for each in bundle.known_maps.canvases[:2]
    ]


if __name__ == "__main__":
    print_report(measure, sys.argv[1:])
