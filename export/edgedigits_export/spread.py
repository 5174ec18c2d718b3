"""How far two runtimes may lie apart on the same file, and how far they do."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.backends.selection import BACKENDS, SECOND_OPINIONS
from edgedigits_export.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

# Of an int8 or uint8 probability; half a step above a limit is no further step, only rounding.
STEP = 1 / 256
HALF = STEP / 2
# Rounds otherwise than TFLite's kernels, those for microcontrollers and the C code, which follow one another.
XNNPACK = "XNNPACK"


@dataclass(frozen=True, slots=True)
class Spread:
    """Largest difference of a probability between two runtimes of the same kernels, and of other kernels."""

    same: float
    other: float


# Another order of the same additions: measured up to 2e-6.
FLOAT = Spread(same=1e-5, other=1e-5)
# litert's XNNPACK and TFLite's kernels quantise activations differently; measured 0.0012 over the 10,000 test images.
DYNAMIC = Spread(same=0.005, other=0.005)
# TFLite's kernels in litert and in tflite-runtime give the same bits. XNNPACK rounds once where they round twice: a
# logit may then lie one step off, which moves an unsure answer by several: up to 5 and up to 12 were measured on two
# networks, with 44 of 10,000 images moved by more than one.
BYTES = Spread(same=STEP, other=16 * STEP)
# One arithmetic, written down three times.
EQUAL = Spread(same=0.0, other=0.0)
# A step of the output is 1/32768; tflite-runtime 2.14 and litert 2.3 differ by 4 of them.
WIDE = Spread(same=STEP / 8, other=STEP / 8)


def kernels_of(backend: str) -> str:
    """Whose arithmetic a runtime uses."""
    return (BACKENDS | SECOND_OPINIONS)[backend].kernels


def check_spread(answers: Mapping[str, NDArray[np.float32]], spread: Spread) -> Iterator[Finding]:
    """Compare every two runtimes' answers (N, 10) to the same images, by the runtime's name."""
    for first, second in combinations(answers, 2):
        same = kernels_of(first) == kernels_of(second)
        limit = spread.same if same else spread.other
        yield _apart(f"{first} and {second}", answers[first], answers[second], limit=limit)


def check_twin(
    answers: Mapping[str, NDArray[np.float32]], twin: Mapping[str, NDArray[np.float32]], *, name: str
) -> Iterator[Finding]:
    """Compare with another file of the same arithmetic: XNNPACK with XNNPACK, all others with each other."""
    for backend, other in product(answers, twin):
        if (kernels_of(backend) == XNNPACK) == (kernels_of(other) == XNNPACK):
            yield _apart(f"{backend} and {name} in {other}", answers[backend], twin[other], limit=STEP)


def _apart(pair: str, first: NDArray[np.float32], second: NDArray[np.float32], *, limit: float) -> Finding:
    most = float(np.abs(first - second).max())
    steps = (256 * limit).is_integer()
    measured = f"{round(256 * most)} steps of 1/256" if steps and not np.isnan(most) else f"{most:.2g}"
    allowed = f"at most {round(256 * limit)} of 1/256" if steps else f"at most {limit:.2g}"
    passed = most <= limit + (HALF if steps else 0)
    cause = "a runtime's fault: believe the one whose answers agree with Keras's"
    return Finding(f"{pair} apart", measured, allowed, passed, cause)
