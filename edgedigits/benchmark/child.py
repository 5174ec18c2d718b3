"""The child's side: one case, measured in a process that does nothing else.

``python -m edgedigits.benchmark.child ORDER DURATIONS`` takes an ``Order`` as JSON, writes the nanoseconds of each call
as a NumPy file, and prints a ``Trial`` as JSON. Nothing heavy is imported at module level, so that the start is timed.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from edgedigits.apart.timing import time_each
from edgedigits.benchmark.trial import Order, Start, Trial, failing_in_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

# What each runtime is imported as.
RUNTIMES = {
    "litert": "ai_edge_litert.interpreter",
    "tflite-runtime": "tflite_runtime.interpreter",
    "onnxruntime": "onnxruntime",
    "opencv": "cv2",
    "numpy": "numpy",
}


def measure(order: Order) -> tuple[Trial, NDArray[np.int64]]:
    """Measure one case; the start is right in a fresh process only.

    Returns:
        What was found, and the nanoseconds (N,) of each call.

    Raises:
        BundleError: the bundle is broken.
        BackendError: the runtime cannot run the file, or gives wrong answers, before the measurement or in it.

    """
    laps_ms = {"python_ms": 1000 * (time.monotonic() - order.spawned_s)}
    with lap(laps_ms, "import_ms"):
        from edgedigits.benchmark.subjects import Finding, Naming, Subject  # and with them NumPy
        from edgedigits.bundle import Bundle
        from edgedigits.machine import peak_memory_mb, resident_memory_mb

        with contextlib.suppress(ImportError):  # opening the file says what is missing
            importlib.import_module(RUNTIMES[order.backend])
    bundle = Bundle.read(Path(order.folder))
    subject: Subject = Naming(bundle, order) if order.network == "naming" else Finding(bundle, order)
    with lap(laps_ms, "load_ms"):
        ask = subject.open()
    with lap(laps_ms, "first_ms"):
        ask(subject.questions[0])
    subject.check({number: ask(question) for number, question in enumerate(subject.questions)})
    time_each(ask, subject.questions, enough=lambda asked, _: asked == order.warm_up)
    began_s = time.monotonic()
    durations_ns, answers = time_each(ask, subject.questions, enough=order.enough)
    ended_s, resident_mb, peak_mb = time.monotonic(), resident_memory_mb(), peak_memory_mb()  # the peak may yet rise
    subject.check(answers)
    return Trial(Start(**laps_ms), began_s, ended_s, peak_mb, resident_mb), durations_ns


@contextlib.contextmanager
def lap(laps_ms: dict[str, float], name: str) -> Iterator[None]:
    """Keep how long something takes by its name."""
    began_s = time.monotonic()
    yield
    laps_ms[name] = 1000 * (time.monotonic() - began_s)


def main(order: str, durations: str) -> None:
    """Measure, write and print; a failure is one line on stderr and exit code 1."""
    with failing_in_one_line():
        trial, durations_ns = measure(Order(**json.loads(order)))
    import numpy as np

    np.save(durations, durations_ns)
    sys.stdout.write(json.dumps(asdict(trial)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
