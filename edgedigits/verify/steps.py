"""How far right answers of one quantised file may lie apart: by the steps of its logits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Of an int8 or uint8 probability; half a step above a limit is no further step, only rounding.
STEP = 1 / 256
HALF = STEP / 2
# A logit that is one step off moves an unsure answer by several steps of 1/256, 5 to 17 as the network is. So where
# kernels round otherwise, what counts is by how many of their steps logits lie apart. The dense layers of TFLite's
# kernels and of those for microcontrollers differ: 0.5 % of the logits are a step off, none by more.
LOGIT_STEPS = 1
# XNNPACK rounds once where all others round twice: each layer alone is then a step lower in 0.03 % of its values, and
# never further off. Layer upon layer a tenth of the logits are a step off, and in 1 of 2,500 two steps; to explain the
# answers of five networks to the test images, 1.2 steps were needed at most; of one with five times the layers, 2.6.
# Its kernels for other processors move fewer: of the shipped file's answers on three kinds of Arm, 0.3 % by a step.
XNNPACK, XNNPACK_LOGIT_STEPS = "XNNPACK", 2
# A step of an int16 probability is 1/32768; the same kernels in tflite-runtime 2.14 and litert 2.3 differ by 4 of them.
WIDE_LIMIT = STEP / 8


def logit_steps(first: NDArray[np.float32], second: NDArray[np.float32], *, scale: float) -> float:
    """How many steps of this scale some logit has moved at the least, where one runtime's answers became another's.

    Logits that move by no more than k steps change the odds p / (1 - p) of a digit by a factor of at most
    exp(2 k scale). Of a probability in steps of 1/256, half a step is rounding: where both lie within a step, nothing
    need have moved; a sure answer hardly changes, an unsure one may by many steps.

    Args:
        first: probabilities (N, 10) in steps of 1/256; others are rounded to them.
        second: of the same images.
        scale: of a logit's step.

    """
    first, second = (np.minimum(np.rint(answers / STEP) * STEP, 1 - STEP) for answers in (first, second))
    low = np.minimum(first, second).astype(np.float64) + HALF
    high = np.maximum(np.maximum(first, second).astype(np.float64) - HALF, HALF)
    with np.errstate(divide="ignore", invalid="ignore"):  # NaN or infinity, where an answer is no probability
        moved = np.log(high / (1 - high)) - np.log(low / (1 - low))
    return float(np.maximum(moved, 0).max()) / (2 * scale)
