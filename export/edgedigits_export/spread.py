"""How far two runtimes may lie apart on the same file, and how far they do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.backends.selection import BACKENDS, SECOND_OPINIONS
from edgedigits_export.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    Comparison = Callable[[str, NDArray[np.float32], NDArray[np.float32]], Finding]

# Of an int8 or uint8 probability; half a step above a limit is no further step, only rounding.
STEP = 1 / 256
HALF = STEP / 2
CAUSE = "a runtime's fault: believe the one whose answers agree with Keras's"

# A logit that is one step off moves an unsure answer by several steps of 1/256, 5 to 17 as the network is. So where
# kernels round otherwise, what counts is by how many of their steps logits lie apart. The dense layers of TFLite's
# kernels and of those for microcontrollers differ: 0.5 % of the logits are a step off, none by more.
LOGIT_STEPS = 1
# XNNPACK rounds once where all others round twice: each layer alone is then a step lower in 0.03 % of its values, and
# never further off. Layer upon layer a tenth of the logits are a step off, and in 1 of 2,500 two steps; to explain the
# answers of five networks to the test images, 1.2 steps were needed at most; of one with five times the layers, 2.6.
XNNPACK, XNNPACK_LOGIT_STEPS = "XNNPACK", 2


@dataclass(frozen=True, slots=True)
class Spread:
    """Largest difference of a probability between two runtimes; ``by_logits``: of logits, where kernels differ."""

    limit: float
    by_logits: bool = False


# Another order of the same additions: measured up to 2e-6.
FLOAT = Spread(1e-5)
# litert's XNNPACK and TFLite's kernels quantise activations differently; measured 0.0012 over the 10,000 test images.
DYNAMIC = Spread(0.005)
# TFLite's kernels in litert and in tflite-runtime give the same bits.
BYTES = Spread(STEP, by_logits=True)
# One arithmetic, written down three times.
EQUAL = Spread(0.0)
# A step of the output is 1/32768; tflite-runtime 2.14 and litert 2.3 differ by 4 of them.
WIDE = Spread(STEP / 8)


def kernels_of(backend: str) -> str:
    """Whose arithmetic a runtime uses."""
    return (BACKENDS | SECOND_OPINIONS)[backend].kernels


def check_spread(
    answers: Mapping[str, NDArray[np.float32]], spread: Spread, *, logit_scale: float | None
) -> Iterator[Finding]:
    """Compare every two runtimes' answers (N, 10) to the same images, by the runtime's name.

    Args:
        answers: to compare.
        spread: how far they may lie apart.
        logit_scale: of the file's logits, where it quantises them.

    """
    for first, second in combinations(answers, 2):
        apart = _apart(first, second, spread=spread, logit_scale=logit_scale)
        yield apart(f"{first} and {second}", answers[first], answers[second])


def check_twin(
    answers: Mapping[str, NDArray[np.float32]],
    twin: Mapping[str, NDArray[np.float32]],
    *,
    name: str,
    logit_scale: float | None,
) -> Iterator[Finding]:
    """Compare every runtime's answers with every runtime's to another file of the same integers."""
    for first, second in product(answers, twin):
        apart = _apart(first, second, spread=BYTES, logit_scale=logit_scale)
        yield apart(f"{first} and {name} in {second}", answers[first], twin[second])


def logit_steps(first: NDArray[np.float32], second: NDArray[np.float32], *, scale: float) -> float:
    """How many steps of this scale some logit has moved at the least, where one runtime's answers became another's.

    Logits that move by no more than k steps change the odds p / (1 - p) of a digit by a factor of at most
    exp(2 k scale). Of a probability in steps of 1/256, half a step is rounding: where both lie within a step, nothing
    need have moved; a sure answer hardly changes, an unsure one may by many steps.

    Args:
        first: probabilities (N, 10) in steps of 1/256.
        second: of the same images.
        scale: of a logit's step.

    """
    low = np.minimum(first, second).astype(np.float64) + HALF
    high = np.maximum(np.maximum(first, second).astype(np.float64) - HALF, HALF)
    with np.errstate(divide="ignore", invalid="ignore"):  # NaN or infinity, where an answer is no probability
        moved = np.log(high / (1 - high)) - np.log(low / (1 - low))
    return float(np.maximum(moved, 0).max()) / (2 * scale)


def _apart(first: str, second: str, *, spread: Spread, logit_scale: float | None) -> Comparison:
    """How to compare two runtimes."""
    kernels = {kernels_of(first), kernels_of(second)}
    if not spread.by_logits or logit_scale is None or len(kernels) == 1:
        return partial(_probabilities_apart, limit=spread.limit)
    limit = XNNPACK_LOGIT_STEPS if XNNPACK in kernels else LOGIT_STEPS
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
    pair: str, first: NDArray[np.float32], second: NDArray[np.float32], *, limit: int, scale: float
) -> Finding:
    moved = logit_steps(first, second, scale=scale)
    measured = f"{_steps(float(np.abs(first - second).max()))}, logits by {moved:.1f} of their steps"
    cause = f"{CAUSE}; or a network of many layers, whose roundings add up"
    return Finding(f"{pair} apart", measured, f"logits at most {limit}", moved <= limit, cause)


def _steps(difference: float) -> str:
    return f"{256 * difference:.0f} steps of 1/256"
