"""How long one call takes, over and over."""

from __future__ import annotations

import itertools
import time
from array import array
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
    """Nanoseconds (runs,) for each of so many single images, taken from the patches (N, 28, 28) in turn."""
    durations_ns, _ = time_each(
        backend.predict, singles(patches), enough=lambda asked, _: asked == warm_up + runs, clock_ns=clock_ns
    )
    return durations_ns[warm_up:]


def singles(patches: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Each of the patches (N, 28, 28) as (1, 28, 28).

    Raises:
        ValueError: fewer than two: the same image again and again flatters caches and branch predictors.

    """
    if len(patches) < 2:
        raise ValueError(f"at least 2 different patches are needed, got {len(patches)}")
    return [patches[index : index + 1] for index in range(len(patches))]


def time_each(
    ask: Callable[[Any], Any],
    questions: Sequence[Any],
    *,
    enough: Callable[[int, int], bool],
    clock_ns: Callable[[], int] = time.perf_counter_ns,
) -> tuple[NDArray[np.int64], dict[int, Any]]:
    """Ask questions in turn.

    Args:
        ask: what is timed.
        questions: one after the other, again and again.
        enough: whether to end, after so many questions and nanoseconds.
        clock_ns: monotonic.

    Returns:
        Nanoseconds (N,) of each call, and the last answer to each question by its number.

    """
    import numpy as np

    durations_ns, answers, begin_ns = array("q"), {}, clock_ns()
    for asked in itertools.count(1):
        which = (asked - 1) % len(questions)
        start_ns = clock_ns()
        answer = ask(questions[which])
        end_ns = clock_ns()
        durations_ns.append(end_ns - start_ns)
        answers[which] = answer
        if enough(asked, end_ns - begin_ns):
            break
    return np.array(durations_ns, np.int64), answers
