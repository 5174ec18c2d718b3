"""How far two runtimes may lie apart on the same file, and how far they do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.backends.selection import BACKENDS, SECOND_OPINIONS
from edgedigits.verify.steps import HALF, LOGIT_STEPS, STEP, WIDE_LIMIT, XNNPACK, XNNPACK_LOGIT_STEPS, logit_steps
from edgedigits_export.gates.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    Comparison = Callable[[str, NDArray[np.float32], NDArray[np.float32]], Finding]

CAUSE = "a runtime's fault: believe the one whose answers agree with Keras's"


@dataclass(frozen=True, slots=True)
class Spread:
    """Largest difference of a probability between two runtimes; ``by_logits``: of logits, where kernels differ.

    ``deep``: of a network with any number of operators, over which the steps of logits add up.
    """

    limit: float
    by_logits: bool = False
    deep: bool = False


# Of the files that the limits on steps of logits were measured on. Each operator rounds by itself: errors add up as the
# root of their number.
MEASURED_OPERATORS = 9
# Another order of the same additions: measured up to 2e-6.
FLOAT = Spread(1e-5)
# litert's XNNPACK and TFLite's kernels quantise activations differently; measured 0.0012 over the 10,000 test images.
DYNAMIC = Spread(0.005)
# TFLite's kernels in litert and in tflite-runtime give the same bits.
BYTES = Spread(STEP, by_logits=True)
# One arithmetic, written down three times.
EQUAL = Spread(0.0)
WIDE = Spread(WIDE_LIMIT)


def kernels_of(backend: str) -> str:
    """Whose arithmetic a runtime uses."""
    return (BACKENDS | SECOND_OPINIONS)[backend].kernels


def check_spread(
    answers: Mapping[str, NDArray[np.float32]], spread: Spread, *, logit_scale: float | None, operators: int = 0
) -> Iterator[Finding]:
    """Compare every two runtimes' answers (N, 10) to the same images, by the runtime's name.

    Args:
        answers: to compare.
        spread: how far they may lie apart.
        logit_scale: of the file's logits, where it quantises them.
        operators: of the file, where more than the documented network has let logits lie further apart.

    """
    for first, second in combinations(answers, 2):
        apart = _apart(first, second, spread=spread, logit_scale=logit_scale, operators=operators)
        yield apart(f"{first} and {second}", answers[first], answers[second])


def check_twin(
    answers: Mapping[str, NDArray[np.float32]],
    twin: Mapping[str, NDArray[np.float32]],
    *,
    name: str,
    logit_scale: float | None,
    operators: int = 0,
) -> Iterator[Finding]:
    """Compare every runtime's answers with every runtime's to another file of the same integers."""
    for first, second in product(answers, twin):
        apart = _apart(first, second, spread=BYTES, logit_scale=logit_scale, operators=operators)
        yield apart(f"{first} and {name} in {second}", answers[first], twin[second])


def _apart(first: str, second: str, *, spread: Spread, logit_scale: float | None, operators: int) -> Comparison:
    """How to compare two runtimes."""
    kernels = {kernels_of(first), kernels_of(second)}
    if not spread.by_logits or logit_scale is None or len(kernels) == 1:
        return partial(_probabilities_apart, limit=spread.limit)
    steps = XNNPACK_LOGIT_STEPS if XNNPACK in kernels else LOGIT_STEPS
    limit = steps * max(1.0, math.sqrt(operators / MEASURED_OPERATORS))
    return partial(_logits_apart, limit=limit, scale=logit_scale)


def _probabilities_apart(
    pair: str, first: NDArray[np.float32], second: NDArray[np.float32], *, limit: float
) -> Finding:
    most = float(np.abs(first - second).max())
    if not (256 * limit).is_integer():
        return Finding(f"{pair} apart", f"{most:.2g}", f"at most {limit:.2g}", most <= limit, CAUSE)
    allowed = f"at most {round(256 * limit)} of 1/256"
    return Finding(f"{pair} apart", _steps(most), allowed, most <= limit + HALF, CAUSE)


def _logits_apart(
    pair: str, first: NDArray[np.float32], second: NDArray[np.float32], *, limit: float, scale: float
) -> Finding:
    moved = logit_steps(first, second, scale=scale)
    measured = f"{_steps(float(np.abs(first - second).max()))}, logits by {moved:.1f} of their steps"
    cause = f"{CAUSE}; or a network of many layers, whose roundings add up"
    return Finding(f"{pair} apart", measured, f"logits at most {limit:.2g}", moved <= limit, cause)


def _steps(difference: float) -> str:
    return f"{256 * difference:.0f} steps of 1/256"
