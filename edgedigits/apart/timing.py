"""How long one call takes, over and over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits.backends import Backend

# Caches, branch predictors and lazily made buffers have settled after far fewer.
WARM_UP = 100
RUNS = 1000


def time_images(
    backend: Backend,
    patches: NDArray[np.uint8],
    *,
    runs: int = RUNS,
    warm_up: int = WARM_UP,
    clock_ns: Callable[[], int] = time.perf_counter_ns,
) -> NDArray[np.int64]:
    """Nanoseconds (runs,) that single images take, which are the patches (N, 28, 28) in turn.

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
    """Nanoseconds (runs,) that questions take, asked in turn, after some for warming up."""
    import numpy as np

    durations_ns = np.empty(warm_up + runs, np.int64)
    for index in range(warm_up + runs):
        question = questions[index % len(questions)]
        start_ns = clock_ns()
        ask(question)
        durations_ns[index] = clock_ns() - start_ns
    return durations_ns[warm_up:]


def percentiles_us(durations_ns: NDArray[np.int64]) -> dict[str, float]:
    """Median, 90th and 99th percentile of durations (N,), in microseconds, by the report's names for them."""
    import numpy as np

    values = np.percentile(durations_ns, (50, 90, 99)) / 1000
    return {name: round(float(value), 2) for name, value in zip(("p50_us", "p90_us", "p99_us"), values, strict=True)}
