"""Real factors as the integers that TensorFlow Lite's kernels multiply and shift with."""

from __future__ import annotations

import math
from dataclasses import dataclass

from edgedigits.errors import ExportError

# Exponents of the softmax are fixed-point numbers with 5 integer bits: 26 are left for the fraction.
EXPONENT_BITS = 5
FRACTION_BITS = 31 - EXPONENT_BITS


@dataclass(frozen=True, slots=True)
class Fixed:
    """A factor ``multiplier / 2**31 / 2**shift`` below 1, multiplier in 2**30..2**31 - 1."""

    multiplier: int
    shift: int


@dataclass(frozen=True, slots=True)
class Softmax:
    """What turns a difference of stored logits into an exponent: ``difference * 2**shift * multiplier / 2**31``.

    A difference below ``least`` has no place in an exponent's 31 bits: its probability is zero.
    """

    multiplier: int
    shift: int
    least: int


def fixed(factor: float) -> Fixed:
    """The nearest such number.

    Raises:
        ExportError: the factor is not in 2**-32..1.

    """
    multiplier, exponent = _rounded(factor)
    if not multiplier or not -31 <= exponent <= 0:
        raise ExportError(f"C is written for factors between scales in 2**-32..1, found {factor:.6g}")
    return Fixed(multiplier, -exponent)


def softmax(scale: float, *, beta: float = 1.0) -> Softmax:
    """Constants for logits of this scale.

    Raises:
        ExportError: the scale is not that of logits.

    """
    multiplier, shift = _rounded(min(scale * beta * 2**FRACTION_BITS, 2**31 - 1))
    if not 0 <= shift <= 30:
        raise ExportError(f"C is written for logits of a scale in 2**-27..8, found {scale:.6g}")
    return Softmax(multiplier, shift, -math.floor((2**EXPONENT_BITS - 1) * 2**FRACTION_BITS / 2**shift))


def _rounded(factor: float) -> tuple[int, int]:
    """``factor = multiplier / 2**31 * 2**exponent``, the multiplier rounded, halves up."""
    fraction, exponent = math.frexp(factor)
    multiplier = math.floor(fraction * 2**31 + 0.5)
    return (2**30, exponent + 1) if multiplier == 2**31 else (multiplier, exponent)
